const MAX_LENGTH_DIGITS = 10;

/** Cuts a latin1 stream into the payloads of `<byteLength>#<payload>` (the drachtio wire protocol's framing). */
export class FrameReader {
  readonly #maxBytes: number;
  readonly #onFrame: (payload: string) => void;
  #chunks: string[] = [];
  #bufferedLength = 0;
  /** Characters needed before it is worth looking again. */
  #neededLength = 1;

  /** @param maxBytes longest payload; a longer one breaks the stream */
  constructor(maxBytes: number, onFrame: (payload: string) => void) {
    this.#maxBytes = maxBytes;
    this.#onFrame = onFrame;
  }

  /** @returns why the stream cannot be followed any more, or `undefined` */
  push(chunk: string): string | undefined {
    this.#chunks.push(chunk);
    this.#bufferedLength += chunk.length;
    if (this.#bufferedLength < this.#neededLength) return undefined;
    const text = this.#chunks.length === 1 ? chunk : this.#chunks.join("");
    let position = 0;
    this.#neededLength = 1;
    while (position < text.length) {
      const hash = text.indexOf("#", position);
      const digits = text.slice(position, hash < 0 ? text.length : hash);
      if (!/^\d*$/.test(digits) || digits.length > MAX_LENGTH_DIGITS || hash === position) return "no length";
      if (hash < 0) break;
      const length = Number(digits);
      if (length > this.#maxBytes) return "message too long";
      const end = hash + 1 + length;
      if (end > text.length) {
        this.#neededLength = end - position;
        break;
      }
      this.#onFrame(text.slice(hash + 1, end));
      position = end;
    }
    const rest = position === 0 ? text : text.slice(position);
    this.#chunks = rest === "" ? [] : [rest];
    this.#bufferedLength = rest.length;
    return undefined;
  }
}
