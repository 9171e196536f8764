import { RtpPacketizer, type RtpStart } from "../rtp/rtp-packetizer.ts";
import { FRAME_BYTES, type Prompt } from "./prompt-library.ts";

/** Where a player's packets go; the packet is only valid during the call. */
export interface PacketSink {
  send(packet: Buffer): void;
}

/** Options of a `PromptPlayer`. */
export interface PromptPlayerOptions {
  readonly prompt: Prompt;
  readonly payloadType: number;
  readonly start: RtpStart;
  readonly sink: PacketSink;
  /** Where to begin in the prompt; default 0. */
  readonly positionBytes?: number;
  /** Told once, when what is played once is over. */
  readonly onEnd?: () => void;
}

/** Plays one prompt to one phone, a frame whenever told. */
export class PromptPlayer {
  readonly #prompt: Prompt;
  readonly #packetizer: RtpPacketizer;
  readonly #sink: PacketSink;
  readonly #onEnd: (() => void) | undefined;
  #position: number;

  constructor({ prompt, payloadType, start, sink, positionBytes = 0, onEnd }: PromptPlayerOptions) {
    this.#prompt = prompt;
    this.#packetizer = new RtpPacketizer(start, payloadType, FRAME_BYTES);
    this.#sink = sink;
    this.#onEnd = onEnd;
    this.#position = positionBytes % prompt.audio.length;
  }

  /** Of the next frame. */
  get positionBytes(): number {
    return this.#position;
  }

  /** Sends the next 20 ms. */
  playFrame(): void {
    const { audio, loopStartBytes, endBytes } = this.#prompt;
    const wasBefore = endBytes !== undefined && this.#position < endBytes;
    this.#sink.send(this.#packetizer.next(audio, this.#position));
    this.#position += FRAME_BYTES;
    const isOver = wasBefore && this.#position >= endBytes;
    if (this.#position >= audio.length) this.#position = loopStartBytes;
    if (isOver) this.#onEnd?.();
  }

  /** Lets time pass in silence: a stall of the process. */
  skipFrames(count: number): void {
    this.#packetizer.skip(count);
  }
}
