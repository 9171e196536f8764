import type { PacketSink } from "../prompt/prompt-player.ts";
import type { G711Law } from "../rtp/g711.ts";
import type { G711Tables, LawTables } from "../rtp/g711-tables.ts";
import { hasMarker, payloadEndOf, payloadStartOf, payloadTypeOf, ssrcOf, timestampOf } from "../rtp/rtp-header.ts";
import { RtpPacketizer, type RtpStart } from "../rtp/rtp-packetizer.ts";
import { FRAME_SAMPLES, JitterBuffer } from "./jitter-buffer.ts";

/** How a phone takes part. */
export interface PartyAudio {
  readonly payloadType: number;
  readonly law: G711Law;
  /** The others hear it. */
  readonly isHeard: boolean;
  /** It hears the others. */
  readonly hears: boolean;
}

/** One phone of a conference. What it sends comes in by `send`. */
export class ConferenceParty implements PacketSink {
  /** What it said in this tick; meaningless while not `isSpeaking`. */
  readonly frame = new Int16Array(FRAME_SAMPLES);
  isSpeaking = false;
  audio: PartyAudio;
  readonly #buffer = new JitterBuffer();
  readonly #encoded = Buffer.alloc(FRAME_SAMPLES);
  readonly #sink: PacketSink;
  readonly #packetizer: RtpPacketizer;
  readonly #tables: LawTables;
  #ssrc = -1;

  constructor(audio: PartyAudio, start: RtpStart, sink: PacketSink, tables: G711Tables) {
    this.audio = audio;
    this.#sink = sink;
    this.#tables = tables[audio.law];
    this.#packetizer = new RtpPacketizer(start, audio.payloadType, FRAME_SAMPLES);
  }

  /** Takes a packet of the phone; what is no audio of the agreed codec, such as telephone events, is left out. */
  send(packet: Buffer): void {
    if (!this.audio.isHeard || payloadTypeOf(packet) !== this.audio.payloadType) return;
    const ssrc = ssrcOf(packet);
    if (ssrc !== this.#ssrc) this.#buffer.reset();
    this.#ssrc = ssrc;
    const [start, end] = [payloadStartOf(packet), payloadEndOf(packet)];
    this.#buffer.write(timestampOf(packet), packet, start, end, this.#tables.samples, hasMarker(packet));
  }

  /** Takes what the phone said in the next 20 ms into `frame`. */
  listen(): void {
    this.isSpeaking = this.#buffer.read(this.frame) && this.audio.isHeard;
  }

  /** Tells the phone what all said, without itself. */
  tell(sum: Int32Array): void {
    if (!this.audio.hears) return this.#packetizer.skip(1);
    const { octets } = this.#tables;
    const encoded = this.#encoded;
    const { frame, isSpeaking } = this;
    for (let index = 0; index < FRAME_SAMPLES; index += 1) {
      const value = (sum[index] ?? 0) - (isSpeaking ? (frame[index] ?? 0) : 0);
      const clipped = value > 32_767 ? 32_767 : value < -32_768 ? -32_768 : value;
      encoded[index] = octets[clipped + 32_768] ?? 0;
    }
    this.#sink.send(this.#packetizer.next(encoded, 0));
  }

  /** Time passes in silence: a stall of the process. */
  skipFrames(count: number): void {
    this.#packetizer.skip(count);
    this.#buffer.skip(count);
  }
}
