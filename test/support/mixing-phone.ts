import { Baresip, type BaresipAccount } from "./baresip.ts";
import { eventually } from "./eventually.ts";
import { tonePower } from "./goertzel.ts";
import type { Linphone } from "./linphone.ts";
import { audioOf, RtpCapture } from "./rtp-capture.ts";

/** Of a tone in what is heard, when others are heard with it. */
const MIN_SHARE = 0.1;

/** A real phone that tells which tones it hears at once; its RTP is recorded, since baresip stops that with its first hold. */
export class MixingPhone {
  readonly phone: Baresip;
  readonly toneHz: number;
  readonly #capture: RtpCapture;

  private constructor(phone: Baresip, toneHz: number, capture: RtpCapture) {
    this.phone = phone;
    this.toneHz = toneHz;
    this.#capture = capture;
  }

  /** Starts and registers it. */
  static async start(account: BaresipAccount, toneHz: number): Promise<MixingPhone> {
    const phone = await Baresip.registered({ toneHz }, account);
    return new MixingPhone(phone, toneHz, await RtpCapture.start(phone.rtpPorts));
  }

  /** Waits until it hears these of `all` tones at once, and none of the others. */
  async hearsAll(wanted: readonly number[], all: readonly number[]): Promise<void> {
    let from = Date.now();
    await eventually(
      () => {
        const packets = this.#capture.received().filter(({ timeMs }) => timeMs > from);
        if (packets.length < 25) throw new Error(`${packets.length} packets\n${this.phone.transcript}`);
        from = packets.at(-1)?.timeMs ?? from;
        assertTones(audioOf(packets.slice(-25)), wanted, all);
      },
      { timeoutMs: 12_000 },
    );
  }

  async close(): Promise<void> {
    await this.#capture.close();
    await this.phone.close();
  }
}

/** The same of linphone. */
export async function linphoneHearsAll(
  phone: Linphone,
  wanted: readonly number[],
  all: readonly number[],
): Promise<void> {
  await eventually(async () => assertTones(await phone.hears(500), wanted, all), { timeoutMs: 15_000 });
}

function assertTones(audio: Int16Array, wanted: readonly number[], all: readonly number[]): void {
  const heard = all.filter((hz) => tonePower(audio, 8_000, hz) > MIN_SHARE).join();
  if (heard !== all.filter((hz) => wanted.includes(hz)).join()) {
    throw new Error(`hears ${heard} instead of ${wanted.join()}`);
  }
}
