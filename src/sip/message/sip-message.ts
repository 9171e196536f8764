import { skipSpace, trimSpaceEnd } from "./grammar/characters.ts";
import { LINE_SIZE, startOfValue } from "./head.ts";
import { canonicalName, compactCode } from "./header-names.ts";
import { parseCSeq } from "./header/cseq.ts";
import type { StartLine } from "./start-line.ts";

/** One header line. */
export interface HeaderField {
  /** Long form, lower case. */
  readonly name: string;
  /** As received. */
  readonly rawName: string;
  /** Unfolded and trimmed; comma lists are not split. */
  readonly value: string;
}

/**
 * An immutable view of a received message. It holds the text and where the headers stand in it; values are cut when
 * they are asked for. Header names are given in their canonical form (`canonicalName`); other spellings work, slower.
 * Values are slices that keep the whole text alive: copy what outlives the message.
 */
export class SipMessage {
  /** As received but for the case of the version, one character per octet, without what followed the body. */
  readonly text: string;
  /** Where the parts of each header line stand, see `Head`. @internal */
  readonly lines: readonly number[];
  readonly #startLine: StartLine;
  readonly #bodyStart: number;
  #method: string | undefined;
  #fields: readonly HeaderField[] | undefined;

  constructor(text: string, startLine: StartLine, lines: readonly number[], bodyStart: number) {
    this.text = text;
    this.lines = lines;
    this.#startLine = startLine;
    this.#bodyStart = bodyStart;
  }

  get kind(): "request" | "response" {
    return this.#startLine.kind;
  }

  /** That of the start line in upper case; `SIP/2.0` for responses and for requests that are valid. */
  get version(): string {
    return this.#startLine.version;
  }

  /** Of the start line of a request, of the CSeq of a response ("" when that cannot be parsed). */
  get method(): string {
    if (this.#startLine.kind === "request") return this.#startLine.method;
    this.#method ??= methodOf(this.get("cseq"));
    return this.#method;
  }

  /** Request-URI as received, "" for responses. */
  get uri(): string {
    return this.#startLine.uri;
  }

  /** 100 to 699, 0 for requests. */
  get status(): number {
    return this.#startLine.status;
  }

  /** Reason phrase, "" for requests. */
  get reason(): string {
    return this.#startLine.reason;
  }

  /** As long as Content-Length says, else all that follows the head. */
  get body(): string {
    return this.text.slice(this.#bodyStart);
  }

  /** All headers in order. */
  get fields(): readonly HeaderField[] {
    this.#fields ??= this.#readFields();
    return this.#fields;
  }

  /** The value of the first header of that name, unfolded and trimmed; a comma list is not split. */
  get(name: string): string | undefined {
    const at = this.findHeader(name, 0);
    return at < 0 ? undefined : this.valueAt(at);
  }

  /** The value of each header of that name, in order; comma lists are not split. */
  getAll(name: string): readonly string[] {
    const values: string[] = [];
    for (let at = this.findHeader(name, 0); at >= 0; at = this.findHeader(name, at + LINE_SIZE)) {
      values.push(this.valueAt(at));
    }
    return values;
  }

  /** True when there is a header of that name, with or without a value. */
  has(name: string): boolean {
    return this.findHeader(name, 0) >= 0;
  }

  /** Index in `lines` of the next header of that name at or behind `from`, or -1. @internal */
  findHeader(name: string, from: number): number {
    const known = compactCode(name);
    const canonical = known === undefined ? canonicalName(name) : name;
    const compact = known ?? compactCode(canonical) ?? 0;
    const { text, lines } = this;
    for (let at = from; at < lines.length; at += LINE_SIZE) {
      const start = lines[at] ?? 0;
      const length = (lines[at + 1] ?? 0) - start;
      if (length === canonical.length && hasNameAt(text, start, canonical)) return at;
      if (length === 1 && lowerCode(text.charCodeAt(start)) === compact) return at;
    }
    return -1;
  }

  /** The value of the header at an index of `lines`. @internal */
  valueAt(at: number): string {
    const { text } = this;
    const start = startOfValue(text, this.lines[at + 1] ?? 0);
    const value = text.slice(start, trimSpaceEnd(text, start, this.lines[at + 2] ?? 0));
    return value.includes("\r") ? unfold(value) : value;
  }

  #readFields(): readonly HeaderField[] {
    const fields: HeaderField[] = [];
    for (let at = 0; at < this.lines.length; at += LINE_SIZE) {
      const rawName = this.text.slice(this.lines[at], this.lines[at + 1]);
      fields.push({ name: canonicalName(rawName), rawName, value: this.valueAt(at) });
    }
    return fields;
  }
}

function methodOf(cseq: string | undefined): string {
  const parsed = parseCSeq(cseq ?? "");
  return parsed.ok ? parsed.value.method : "";
}

function hasNameAt(text: string, start: number, lowerName: string): boolean {
  for (let index = 0; index < lowerName.length; index += 1) {
    if (lowerCode(text.charCodeAt(start + index)) !== lowerName.charCodeAt(index)) return false;
  }
  return true;
}

function lowerCode(code: number): number {
  return code >= 0x41 && code <= 0x5a ? code + 0x20 : code;
}

/** RFC 3261 7.3.1: a fold with the white space around it is one space. */
function unfold(value: string): string {
  const parts: string[] = [];
  for (let start = 0; start < value.length;) {
    const fold = value.indexOf("\r", start);
    const end = fold < 0 ? value.length : fold;
    const from = Math.min(skipSpace(value, start), end);
    if (from < end) parts.push(value.slice(from, trimSpaceEnd(value, from, end)));
    start = end + 2;
  }
  return parts.join(" ");
}
