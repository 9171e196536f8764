import type { RtcpReport } from "./rtcp-packet.ts";

const REMEMBERED_REPORTS = 4;
const MAX_PLAUSIBLE_MS = 60_000;

/**
 * Round trip between a relay and one phone: the relay passes sender reports to the phone, and the phone's reports say
 * how long ago it got them.
 * @see RFC 3550 6.4.1, figure 2
 */
export class RoundTrip {
  readonly #passed: { compactNtp: number; atMs: number }[] = [];
  #lastMs: number | undefined;

  /** The last measurement; `undefined` before the first. */
  get lastMs(): number | undefined {
    return this.#lastMs;
  }

  /** Notes reports that go to the phone. */
  notePassed(reports: readonly RtcpReport[], nowMs: number): void {
    for (const { compactNtp } of reports) {
      if (compactNtp === undefined) continue;
      this.#passed.push({ compactNtp, atMs: nowMs });
      if (this.#passed.length > REMEMBERED_REPORTS) this.#passed.shift();
    }
  }

  /** Measures by reports that come from the phone. */
  measure(reports: readonly RtcpReport[], nowMs: number): void {
    for (const { blocks } of reports) {
      for (const { lastSenderReport, delaySinceLastSenderReport } of blocks) {
        const passed = this.#passed.find(({ compactNtp }) => compactNtp === lastSenderReport);
        if (passed === undefined || lastSenderReport === 0) continue;
        const roundTripMs = nowMs - passed.atMs - delaySinceLastSenderReport / 65.536;
        if (roundTripMs < MAX_PLAUSIBLE_MS) this.#lastMs = Math.max(0, roundTripMs);
      }
    }
  }
}
