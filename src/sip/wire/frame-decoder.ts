/** What a `FrameDecoder` found. */
export interface FrameSink {
  onFrame(payload: string): void;
  /** A frame above the bound, which is skipped. `start` is its first bytes, enough for the message id. */
  onOversized(start: string, lengthBytes: number): void;
  /** The stream cannot be followed any more. */
  onBroken(reason: string): void;
}

const MAX_LENGTH_DIGITS = 10;
const OVERSIZED_START_BYTES = 64;

/** Cuts a latin1 stream into the payloads of `<byteLength>#<payload>`. */
export class FrameDecoder {
  readonly #maxBytes: number;
  readonly #sink: FrameSink;
  #buffer = "";
  #skipBytes = 0;
  #broken = false;

  /** @param maxBytes longest payload that is accepted */
  constructor(maxBytes: number, sink: FrameSink) {
    this.#maxBytes = maxBytes;
    this.#sink = sink;
  }

  push(chunk: string): void {
    if (this.#broken) return;
    let text = this.#skip(chunk);
    if (this.#buffer !== "") text = this.#buffer + text;
    let position = 0;
    while (position < text.length && !this.#broken) {
      const end = this.#readFrame(text, position);
      if (end === undefined) break;
      position = end;
    }
    this.#buffer = position === 0 ? text : text.slice(position);
  }

  #skip(chunk: string): string {
    if (this.#skipBytes === 0) return chunk;
    const skipped = Math.min(this.#skipBytes, chunk.length);
    this.#skipBytes -= skipped;
    return chunk.slice(skipped);
  }

  /** Handles the frame at `position`; returns where the next begins, or undefined when more bytes are needed. */
  #readFrame(text: string, position: number): number | undefined {
    const hash = text.indexOf("#", position);
    if (hash < 0 || hash - position > MAX_LENGTH_DIGITS) {
      if (hash >= 0 || text.length - position > MAX_LENGTH_DIGITS) this.#break("no length before the message");
      return undefined;
    }
    const digits = text.slice(position, hash);
    if (!/^\d+$/.test(digits)) {
      this.#break("the length is not a number");
      return undefined;
    }
    const length = Number(digits);
    const start = hash + 1;
    if (length > this.#maxBytes) return this.#oversized(text, start, length);
    if (text.length < start + length) return undefined;
    this.#sink.onFrame(text.slice(start, start + length));
    return start + length;
  }

  #oversized(text: string, start: number, length: number): number | undefined {
    const have = text.length - start;
    if (have < Math.min(length, OVERSIZED_START_BYTES)) return undefined;
    this.#sink.onOversized(text.slice(start, start + OVERSIZED_START_BYTES), length);
    if (have >= length) return start + length;
    this.#skipBytes = length - have;
    return text.length;
  }

  #break(reason: string): void {
    this.#broken = true;
    this.#sink.onBroken(reason);
  }
}
