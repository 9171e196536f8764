import { MediaError } from "../../media-error.ts";
import { eventOfDigit } from "../../rtp/telephone-digit.ts";
import { DigitSender } from "./digit-sender.ts";
import { randomStart, type PlayContext } from "./prompt-outlet.ts";
import type { RelayStream } from "./relay-stream.ts";
import type { RtpEnd } from "./rtp-end.ts";
import type { SideIndex } from "./stream-set.ts";

/** The digits that the relay sends to one side of a session, one at a time. */
export class SideDigits {
  readonly #context: PlayContext;
  readonly #index: SideIndex;
  #sender: DigitSender | undefined;

  constructor(context: PlayContext, index: SideIndex) {
    this.#context = context;
    this.#index = index;
  }

  /**
   * Resolves when it is over, or was cut short: true; at once with false when the side takes none.
   * @throws {MediaError} `offer-refused` while another one is sent
   */
  async send(digit: string, streams: readonly RelayStream[]): Promise<boolean> {
    if (this.#sender !== undefined) throw new MediaError("offer-refused", "another digit is being sent");
    const event = eventOfDigit(digit);
    const way = this.#wayOf(streams);
    if (event === undefined || way === undefined) return false;
    const { end, payloadType, clockRateHz } = way;
    const { ids, ticker } = this.#context;
    const start = end.nextStart(clockRateHz) ?? randomStart(ids);
    return new Promise<boolean>((resolve) => {
      const sender = new DigitSender({
        start,
        payloadType,
        clockRateHz,
        event,
        sink: end,
        onOver: (isSent) => {
          ticker.remove(sender);
          this.#sender = undefined;
          resolve(isSent);
        },
      });
      this.#sender = sender;
      end.beginEvent();
      ticker.add(sender);
    });
  }

  /** What is being sent ends now; may be called twice. */
  cut(): void {
    this.#sender?.cut();
  }

  /** Undefined: the side has not agreed on telephone events, does not receive, or hears something else. */
  #wayOf(streams: readonly RelayStream[]): Way | undefined {
    for (const { isPlain, legs, hearing, payloads } of streams) {
      const end = legs[this.#index]?.rtp;
      const { receives = false, eventTypes = [] } = hearing[this.#index] ?? {};
      if (!isPlain || !receives || end === undefined || end.isOverlaid || !end.isReachable) continue;
      // An event is a part of the stream: it counts time as this does.
      const payloadType = eventTypes.find((type) => payloads.clockRateHz(type) === end.sentClockRateHz);
      if (payloadType !== undefined) return { end, payloadType, clockRateHz: end.sentClockRateHz };
    }
    return undefined;
  }
}

interface Way {
  readonly end: RtpEnd;
  readonly payloadType: number;
  readonly clockRateHz: number;
}
