import { Baresip } from "./baresip.ts";
import { eventually } from "./eventually.ts";
import { rootMeanSquare, tonePower } from "./goertzel.ts";
import { audioOf, RtpCapture } from "./rtp-capture.ts";
import type { TandemNode } from "./tandem-node.ts";

/** What each phone sends. */
export const HZ = { "1001": 440, "1002": 660, "1003": 880 } as const;
export type PhoneNumber = keyof typeof HZ;

/** A phone whose RTP is recorded: baresip stops to record by itself with its first hold. */
export class HeardPhone {
  readonly phone: Baresip;
  readonly #capture: RtpCapture;
  private constructor(phone: Baresip, capture: RtpCapture) {
    this.phone = phone;
    this.#capture = capture;
  }

  static async start(node: TandemNode, number: PhoneNumber, answer: "auto" | "manual"): Promise<HeardPhone> {
    const phone = await Baresip.registered({ toneHz: HZ[number] }, { ...node.account(number), answer });
    return new HeardPhone(phone, await RtpCapture.start(phone.rtpPorts));
  }

  hearsTone(hz: number): Promise<void> {
    return this.#hears((audio) => tonePower(audio, 8_000, hz) > 0.9, `${hz} Hz`);
  }

  /** Music is loud, and none of the phones' tones. */
  hearsMusic(): Promise<void> {
    const isTone = (audio: Int16Array): boolean => Object.values(HZ).some((hz) => tonePower(audio, 8_000, hz) > 0.5);
    return this.#hears((audio) => rootMeanSquare(audio) > 300 && !isTone(audio), "music");
  }

  async close(): Promise<void> {
    await this.#capture.close();
    await this.phone.close();
  }

  /** What comes from now on. */
  async #hears(isIt: (audio: Int16Array) => boolean, what: string): Promise<void> {
    let from = Date.now();
    await eventually(
      () => {
        const packets = this.#capture.received().filter(({ timeMs }) => timeMs > from);
        if (packets.length < 20) throw new Error(`${packets.length} packets of ${what}\n${this.phone.transcript}`);
        from = packets.at(-1)?.timeMs ?? from;
        if (!isIt(audioOf(packets.slice(-20)))) throw new Error(`that is not ${what}\n${this.phone.transcript}`);
      },
      { timeoutMs: 10_000 },
    );
  }
}
