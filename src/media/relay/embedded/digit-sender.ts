import { FRAME_MS, type Ticking } from "../../prompt/prompt-ticker.ts";
import { EventPacketizer } from "../../rtp/event-packetizer.ts";
import type { RtpStart } from "../../rtp/rtp-packetizer.ts";

/** How long a key is held down, and then nothing: what the slowest of receivers takes (ITU-T Q.24 asks for 40 ms of each). */
const TONE_FRAMES = 160 / FRAME_MS;
const PAUSE_FRAMES = 80 / FRAME_MS;
/** RFC 4733 2.5.1.4: the end is sent three times. */
const MORE_ENDS = 2;

/** The stream that a digit becomes a part of. */
export interface EventSink {
  sendEvent(packet: Buffer, clockRateHz: number): void;
  /** @param timestampUnits from the start of the event to the last packet of it */
  endEvent(timestampUnits: number): void;
}

export interface DigitSenderOptions {
  readonly start: RtpStart;
  readonly payloadType: number;
  readonly clockRateHz: number;
  /** 0 to 15. */
  readonly event: number;
  readonly sink: EventSink;
  /** Told once: it is over, the pause after it too, or was cut; false: before anything of it was sent. */
  readonly onOver: (isSent: boolean) => void;
}

/** Sends one digit to one phone, a packet whenever told. */
export class DigitSender implements Ticking {
  readonly #options: DigitSenderOptions;
  readonly #packets: EventPacketizer;
  readonly #frameUnits: number;
  #frame = 0;
  #isOver = false;

  constructor(options: DigitSenderOptions) {
    this.#options = options;
    this.#packets = new EventPacketizer(options.start, options.payloadType, options.event);
    this.#frameUnits = (options.clockRateHz * FRAME_MS) / 1000;
  }

  playFrame(): void {
    if (this.#isOver) return;
    this.#frame += 1;
    const last = TONE_FRAMES + MORE_ENDS;
    if (this.#frame <= last) this.#send(this.#frame >= TONE_FRAMES);
    if (this.#frame === last) this.#options.sink.endEvent((last - 1) * this.#frameUnits);
    if (this.#frame >= TONE_FRAMES + PAUSE_FRAMES) this.#end(true);
  }

  /** A stall: the digit is as much longer, but its end is not left out. */
  skipFrames(count: number): void {
    if (this.#frame < TONE_FRAMES) this.#frame = Math.min(this.#frame + count, TONE_FRAMES - 1);
  }

  /** Ends it now; may be called twice, and when it is over. */
  cut(): void {
    if (this.#isOver) return;
    const isUnderWay = this.#frame < TONE_FRAMES + MORE_ENDS;
    if (isUnderWay && this.#frame > 0) this.#send(true);
    if (isUnderWay) this.#options.sink.endEvent(this.#frame * this.#frameUnits);
    this.#end(this.#frame > 0);
  }

  #send(isOver: boolean): void {
    const { sink, clockRateHz } = this.#options;
    sink.sendEvent(this.#packets.next(Math.min(this.#frame, TONE_FRAMES) * this.#frameUnits, isOver), clockRateHz);
  }

  #end(isSent: boolean): void {
    this.#isOver = true;
    this.#options.onOver(isSent);
  }
}
