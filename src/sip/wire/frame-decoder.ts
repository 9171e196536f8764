import { detached } from "../../common/index.ts";

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

/**
 * Cuts a latin1 stream into the payloads of `<byteLength>#<payload>`. Work is proportional to what arrives, however
 * small the pieces.
 */
export class FrameDecoder {
  readonly #maxBytes: number;
  readonly #sink: FrameSink;
  /** What waits for the rest of its frame. */
  #pieces: string[] = [];
  #heldBytes = 0;
  /** How much has to be held before it is worth looking again. */
  #neededBytes = 0;
  #skipBytes = 0;
  #stopped = false;

  /** @param maxBytes longest payload that is accepted */
  constructor(maxBytes: number, sink: FrameSink) {
    this.#maxBytes = maxBytes;
    this.#sink = sink;
  }

  push(chunk: string): void {
    if (this.#stopped) return;
    const text = this.#collect(this.#skip(chunk));
    if (text === undefined) return;
    let position = 0;
    while (position < text.length && !this.#stopped) {
      const end = this.#readFrame(text, position);
      if (end === undefined) break;
      position = end;
    }
    if (!this.#stopped && position < text.length) this.#hold(position === 0 ? text : text.slice(position));
  }

  /** Drops what is held and all that comes. May be called by the sink, and twice. */
  stop(): void {
    this.#stopped = true;
    this.#pieces = [];
    this.#heldBytes = 0;
  }

  /** All that is held, once it is enough to go on. */
  #collect(chunk: string): string | undefined {
    if (this.#heldBytes === 0) return chunk;
    this.#hold(chunk);
    if (this.#heldBytes < this.#neededBytes) return undefined;
    const text = this.#pieces.join("");
    this.#pieces = [];
    this.#heldBytes = 0;
    return text;
  }

  #hold(piece: string): void {
    this.#pieces.push(piece);
    this.#heldBytes += piece.length;
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
      this.#neededBytes = 0;
      return undefined;
    }
    const digits = text.slice(position, hash);
    if (!/^\d+$/.test(digits)) {
      this.#break("the length is not a number");
      return undefined;
    }
    const length = Number(digits);
    const start = hash + 1;
    const isOversized = length > this.#maxBytes;
    const end = start + (isOversized ? Math.min(length, OVERSIZED_START_BYTES) : length);
    if (text.length < end) {
      this.#neededBytes = end - position;
      return undefined;
    }
    if (isOversized) return this.#oversized(text, start, length);
    // Whatever is kept of a frame would keep alive all that was read with it.
    this.#sink.onFrame(detached(text.slice(start, end)));
    return end;
  }

  #oversized(text: string, start: number, length: number): number {
    const have = text.length - start;
    this.#sink.onOversized(text.slice(start, start + OVERSIZED_START_BYTES), length);
    if (have >= length) return start + length;
    this.#skipBytes = length - have;
    return text.length;
  }

  #break(reason: string): void {
    this.stop();
    this.#sink.onBroken(reason);
  }
}
