import assert from "node:assert/strict";
import type { Baresip } from "./baresip.ts";
import { tonePower } from "./goertzel.ts";
import { assertHears, callAndAnswer } from "./phone-calls.ts";
import { audioOf, longestGapMs, lostPackets, RtpCapture, type CapturedRtp } from "./rtp-capture.ts";

const MAX_GAP_MS = 60;
const MAX_ADDED_MS = 40;

/** One side of a `MonitoredCall`: a phone, the tone that it must hear, and the capture of what reaches it. */
interface Side {
  readonly phone: Baresip;
  readonly hearsHz: number;
  readonly capture: RtpCapture;
}

/** What became of a call's media in a while, over both directions. */
export interface MediaReport {
  /** Longest time without a packet at a phone. */
  readonly gapMs: number;
  /** Longest time in which a phone sent none: of the host's making, and what the relay cannot mend. */
  readonly sentGapMs: number;
  /** Packets that are missing in what the phones got. */
  readonly lost: number;
}

/**
 * Asserts that no packet was lost and that there was no gap of more than two packets, which cannot be heard. What a
 * busy host did is allowed for: the time that a phone sent nothing, or that the relay waited for a processor.
 */
export function assertUnharmed({ gapMs, sentGapMs, lost }: MediaReport, relayWaitMs: number): void {
  const allowedMs = Math.max(MAX_GAP_MS, MAX_ADDED_MS + Math.max(sentGapMs, relayWaitMs));
  assert.ok(
    gapMs <= allowedMs,
    `a gap of ${gapMs.toFixed(1)} ms, the phones themselves had ${sentGapMs.toFixed(1)} ms, the relay waited ${relayWaitMs.toFixed(1)} ms`,
  );
  assert.equal(lost, 0, "packets lost");
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
   * Waits until each phone got `packets` more packets of the right tone after `sinceMs` (wall time), and looks at
   * all from the last one before that on.
   */
  async mediaSince(sinceMs: number, packets: number, timeoutMs: number): Promise<MediaReport> {
    const recent = (list: readonly CapturedRtp[]): readonly CapturedRtp[] => {
      const first = list.findIndex(({ timeMs }) => timeMs >= sinceMs);
      return first < 0 ? [] : list.slice(Math.max(0, first - 1));
    };
    await Promise.all(
      this.#sides.map(async ({ capture, hearsHz }) => {
        const received = await capture.receivedSince(sinceMs, packets, timeoutMs);
        assertTone(received.slice(-25), hearsHz);
      }),
    );
    const sides = this.#sides.map(({ capture }, index) => {
      const received = recent(capture.received());
      const sent = recent(this.#sides[1 - index]?.capture.sent() ?? []);
      return { gapMs: longestGapMs(received), sentGapMs: longestGapMs(sent), lost: lostPackets(received) };
    });
    return sides.reduce((worst, side) => ({
      gapMs: Math.max(worst.gapMs, side.gapMs),
      sentGapMs: Math.max(worst.sentGapMs, side.sentGapMs),
      lost: worst.lost + side.lost,
    }));
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
