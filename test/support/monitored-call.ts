import assert from "node:assert/strict";
import type { Baresip } from "./baresip.ts";
import { tonePower } from "./goertzel.ts";
import { assertHears, callAndAnswer } from "./phone-calls.ts";
import { audioOf, longestGapMs, RtpCapture, type CapturedRtp } from "./rtp-capture.ts";

/** One side of a `MonitoredCall`: a phone, the tone that it must hear, and the capture of what reaches it. */
interface Side {
  readonly phone: Baresip;
  readonly hearsHz: number;
  readonly capture: RtpCapture;
}

/** A call between two phones in which each hears the other's tone and all that reaches them is captured. */
export class MonitoredCall {
  readonly #sides: readonly Side[];

  private constructor(sides: readonly Side[]) {
    this.#sides = sides;
  }

  /** Sets the call up and waits until both hear the other. `callerHz` and `calleeHz` are what these phones send. */
  static async establish(
    caller: { readonly phone: Baresip; readonly toneHz: number },
    callee: { readonly phone: Baresip; readonly toneHz: number; readonly number: string },
  ): Promise<MonitoredCall> {
    const captures = await Promise.all([caller, callee].map(({ phone }) => RtpCapture.start(phone.rtpPorts)));
    const [atCaller, atCallee] = captures;
    assert.ok(atCaller !== undefined && atCallee !== undefined);
    const call = new MonitoredCall([
      { phone: caller.phone, hearsHz: callee.toneHz, capture: atCaller },
      { phone: callee.phone, hearsHz: caller.toneHz, capture: atCallee },
    ]);
    try {
      await callAndAnswer(caller.phone, callee.number, callee.phone);
      await call.assertHeard();
      return call;
    } catch (error) {
      await call.close();
      throw error;
    }
  }

  /** Asserts that both phones hear the other's tone now. */
  async assertHeard(): Promise<void> {
    await Promise.all(this.#sides.map(({ phone, hearsHz }) => assertHears(phone, hearsHz)));
  }

  /**
   * Waits until each phone got `packets` more packets of the right tone after `sinceMs` (wall time).
   * @returns the longest time without a packet at either phone, from half a second before `sinceMs` on, in ms
   */
  async longestGapSince(sinceMs: number, packets: number, timeoutMs: number): Promise<number> {
    const gaps = await Promise.all(
      this.#sides.map(async ({ capture, hearsHz }) => {
        const received = await capture.packetsSince(sinceMs, packets, timeoutMs);
        assertTone(received.slice(-25), hearsHz);
        return longestGapMs(capture.packets().filter(({ timeMs }) => timeMs >= sinceMs - 500));
      }),
    );
    return Math.max(...gaps);
  }

  /** Ends the captures; the call itself is the phones' matter. May be called twice. */
  async close(): Promise<void> {
    await Promise.all(this.#sides.map(({ capture }) => capture.close()));
  }
}

function assertTone(packets: readonly CapturedRtp[], toneHz: number): void {
  const power = tonePower(audioOf(packets), 8_000, toneHz);
  assert.ok(power > 0.9, `expected ${toneHz} Hz in the capture, its share is ${power.toFixed(2)}`);
}
