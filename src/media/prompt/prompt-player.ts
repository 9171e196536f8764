import { RtpPacketizer, type RtpStart } from "../rtp/rtp-packetizer.ts";
import { FRAME_BYTES, type Prompt } from "./prompt-library.ts";

/** Where a player's packets go; the packet is only valid during the call. */
export interface PacketSink {
  send(packet: Buffer): void;
}

/** Plays one prompt to one phone, a frame whenever told. */
export class PromptPlayer {
  readonly #prompt: Prompt;
  readonly #packetizer: RtpPacketizer;
  readonly #sink: PacketSink;
  #position = 0;

  constructor(prompt: Prompt, payloadType: number, start: RtpStart, sink: PacketSink) {
    this.#prompt = prompt;
    this.#packetizer = new RtpPacketizer(start, payloadType, FRAME_BYTES);
    this.#sink = sink;
  }

  /** Sends the next 20 ms. */
  playFrame(): void {
    this.#sink.send(this.#packetizer.next(this.#prompt.audio, this.#position));
    this.#position += FRAME_BYTES;
    if (this.#position >= this.#prompt.audio.length) this.#position = this.#prompt.loopStartBytes;
  }

  /** Lets time pass in silence: a stall of the process. */
  skipFrames(count: number): void {
    this.#packetizer.skip(count);
  }
}
