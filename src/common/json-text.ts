/** A JSON value that is written out already, by who sends it to several places. `JSON.stringify` takes it as what it says. */
export class JsonText {
  readonly text: string;

  /** @param text valid JSON; nobody checks it */
  constructor(text: string) {
    this.text = text;
  }

  toJSON(): unknown {
    return JSON.parse(this.text);
  }
}

/**
 * JSON of an object with one more field that may be written out already.
 * @param head of the object, with one field or more
 */
export function jsonWith(head: object, field: string, value: unknown): string {
  const text = value instanceof JsonText ? value.text : (JSON.stringify(value) as string | undefined);
  if (text === undefined) return JSON.stringify(head);
  return `${JSON.stringify(head).slice(0, -1)},${JSON.stringify(field)}:${text}}`;
}
