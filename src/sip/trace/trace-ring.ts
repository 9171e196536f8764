import type { MessageEnds } from "../transport/index.ts";

/** A message as it is kept: not parsed, and secrets not masked. */
export interface KeptMessage {
  readonly sequence: number;
  /** Wall-clock milliseconds. */
  readonly timeMs: number;
  readonly isSent: boolean;
  readonly ends: MessageEnds;
  /** latin1: one character an octet. */
  readonly text: string;
}

/** Most messages are longer; more slots than the octets can fill in practice would only cost memory. */
const BYTES_PER_SLOT = 256;

/**
 * The last messages that passed, oldest overwritten first. All are copied into one buffer: keeping them costs the
 * collector nothing and pins nothing that they were cut from.
 */
export class TraceRing {
  readonly #bytes: Buffer;
  readonly #slots: number;
  readonly #times: Float64Array;
  readonly #starts: Uint32Array;
  readonly #lengths: Uint32Array;
  readonly #isSent: Uint8Array;
  readonly #ends: (MessageEnds | undefined)[];
  /** Sequence of the oldest that is kept, and of the next to come. */
  #first = 1;
  #next = 1;
  #head = 0;

  /** @param capacityBytes 1,024 and above */
  constructor(capacityBytes: number) {
    this.#bytes = Buffer.allocUnsafeSlow(capacityBytes);
    this.#slots = Math.max(4, Math.floor(capacityBytes / BYTES_PER_SLOT));
    this.#times = new Float64Array(this.#slots);
    this.#starts = new Uint32Array(this.#slots);
    this.#lengths = new Uint32Array(this.#slots);
    this.#isSent = new Uint8Array(this.#slots);
    this.#ends = new Array<MessageEnds | undefined>(this.#slots).fill(undefined);
  }

  /** Sequence number of the oldest message that is kept; that of the next one when there is none. */
  get firstSequence(): number {
    return this.#first;
  }

  /** Sequence number that the next message gets; the first ever has 1. */
  get nextSequence(): number {
    return this.#next;
  }

  get size(): number {
    return this.#next - this.#first;
  }

  /** Keeps a copy; of one that is longer than the whole ring, the start. `ends` is kept as it is. */
  add(text: string, ends: MessageEnds, isSent: boolean, timeMs: number): void {
    const length = Math.min(text.length, this.#bytes.length);
    this.#makeRoom(length);
    const slot = this.#next % this.#slots;
    this.#bytes.write(text, this.#head, length, "latin1");
    this.#times[slot] = timeMs;
    this.#starts[slot] = this.#head;
    this.#lengths[slot] = length;
    this.#isSent[slot] = isSent ? 1 : 0;
    this.#ends[slot] = ends;
    this.#head += length;
    this.#next += 1;
  }

  /** The message with that number; undefined when it was overwritten, or has not come yet. */
  get(sequence: number): KeptMessage | undefined {
    if (sequence < this.#first || sequence >= this.#next) return undefined;
    const slot = sequence % this.#slots;
    const start = this.#starts[slot] ?? 0;
    const ends = this.#ends[slot];
    if (ends === undefined) return undefined;
    return {
      sequence,
      timeMs: this.#times[slot] ?? 0,
      isSent: this.#isSent[slot] === 1,
      ends,
      text: this.#bytes.toString("latin1", start, start + (this.#lengths[slot] ?? 0)),
    };
  }

  #makeRoom(length: number): void {
    if (this.#head + length > this.#bytes.length) {
      // What is left of the last round behind the head goes first: it is older than what stands at the start.
      while (this.size > 0 && this.#oldestStart() >= this.#head) this.#dropOldest();
      this.#head = 0;
    }
    const end = this.#head + length;
    while (this.size > 0 && this.#oldestStart() >= this.#head && this.#oldestStart() < end) this.#dropOldest();
    if (this.size >= this.#slots) this.#dropOldest();
  }

  #oldestStart(): number {
    return this.#starts[this.#first % this.#slots] ?? 0;
  }

  #dropOldest(): void {
    this.#ends[this.#first % this.#slots] = undefined;
    this.#first += 1;
  }
}
