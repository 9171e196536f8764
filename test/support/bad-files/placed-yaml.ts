type Path = readonly (string | number)[];

/** Where something begins; both count from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** A YAML text, and where the values and keys of its document stand in it. */
export interface PlacedYaml {
  readonly text: string;
  /** The value at a path; what is not there is where the nearest thing above it is. */
  placeOf(path: Path): Place;
  placeOfKey(path: Path): Place;
}

/** Writes plain data as YAML in blocks, keeping account of lines and columns itself. */
export function placedYaml(document: unknown): PlacedYaml {
  const writer = new Writer();
  writer.value(document, [], 0);
  const at = (places: ReadonlyMap<string, Place>, path: Path): Place => {
    for (let length = path.length; length >= 0; length -= 1) {
      const place = places.get(keyOf(path.slice(0, length)));
      if (place !== undefined) return place;
    }
    throw new Error(`there is nothing at ${path.join(".")}`);
  };
  return {
    text: writer.text,
    placeOf: (path) => at(writer.values, path),
    placeOfKey: (path) => at(writer.keys, path),
  };
}

function keyOf(path: Path): string {
  return JSON.stringify(path);
}

class Writer {
  text = "";
  readonly values = new Map<string, Place>();
  readonly keys = new Map<string, Place>();
  #line = 1;
  #column = 1;

  value(value: unknown, path: Path, indent: number): void {
    const entries = entriesOf(value);
    if (entries === undefined || entries.length === 0) {
      this.values.set(keyOf(path), this.#here());
      return this.#write(`${JSON.stringify(value)}\n`);
    }
    if (this.#column > indent + 1) this.#write("\n");
    this.#indentTo(indent);
    this.values.set(keyOf(path), this.#here());
    for (const [key, inner] of entries) {
      this.#indentTo(indent);
      const own = [...path, key];
      this.keys.set(keyOf(own), this.#here());
      this.#write(typeof key === "number" ? "- " : `${key}: `);
      this.value(inner, own, indent + 2);
    }
  }

  #here(): Place {
    return { line: this.#line, column: this.#column };
  }

  #indentTo(indent: number): void {
    if (this.#column <= indent) this.#write(" ".repeat(indent + 1 - this.#column));
  }

  #write(text: string): void {
    this.text += text;
    const lines = text.split("\n");
    this.#line += lines.length - 1;
    this.#column = (lines.length > 1 ? 1 : this.#column) + (lines.at(-1)?.length ?? 0);
  }
}

function entriesOf(value: unknown): (readonly [string | number, unknown])[] | undefined {
  if (Array.isArray(value)) return value.map((each: unknown, index) => [index, each] as const);
  if (typeof value !== "object" || value === null) return undefined;
  return Object.entries(value);
}
