/** What an ng message may hold here. */
export type Bencoded = string | number | readonly Bencoded[] | { readonly [key: string]: Bencoded };

/** Text and numbers as the ng protocol of rtpengine carries them; lengths count octets. */
export function bencode(value: Bencoded): string {
  if (typeof value === "number") return `i${value}e`;
  if (typeof value === "string") return `${Buffer.byteLength(value)}:${value}`;
  if (isList(value)) return `l${value.map(bencode).join("")}e`;
  const keys = Object.keys(value).sort();
  return `d${keys.map((key) => `${bencode(key)}${bencode(value[key] ?? "")}`).join("")}e`;
}

/** Reads one value of text with one character per octet. @throws {SyntaxError} when it is malformed */
export function bdecode(text: string): Bencoded {
  return readValue(text, 0)[0];
}

function readValue(text: string, at: number): [Bencoded, number] {
  const kind = text[at];
  if (kind === "i") {
    const end = text.indexOf("e", at);
    const digits = text.slice(at + 1, end);
    if (end < 0 || !/^-?\d+$/.test(digits)) throw new SyntaxError(`no number at ${at}`);
    return [Number(digits), end + 1];
  }
  if (kind === "l" || kind === "d") {
    const [values, next] = readValues(text, at + 1);
    return [kind === "l" ? values : dictionaryOf(values), next];
  }
  const colon = text.indexOf(":", at);
  const length = text.slice(at, colon);
  if (colon < 0 || !/^\d+$/.test(length)) throw new SyntaxError(`no value at ${at}`);
  const end = colon + 1 + Number(length);
  if (end > text.length) throw new SyntaxError(`text at ${at} is cut off`);
  return [text.slice(colon + 1, end), end];
}

function readValues(text: string, start: number): [Bencoded[], number] {
  const values: Bencoded[] = [];
  let at = start;
  // Each value takes at least one character, and the end of the text is no value.
  while (text[at] !== "e") {
    const [value, next] = readValue(text, at);
    values.push(value);
    at = next;
  }
  return [values, at + 1];
}

function dictionaryOf(values: readonly Bencoded[]): Bencoded {
  const entries: [string, Bencoded][] = [];
  for (let index = 0; index + 1 < values.length; index += 2) {
    const key = values[index];
    if (typeof key !== "string") throw new SyntaxError("a key is no text");
    entries.push([key, values[index + 1] ?? ""]);
  }
  return Object.fromEntries(entries);
}

function isList(value: Bencoded): value is readonly Bencoded[] {
  return Array.isArray(value);
}
