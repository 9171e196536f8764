import assert from "node:assert/strict";
import type { PhoneCall, SipPhone } from "./sip-phone.ts";
import { takeInvites } from "./take-invites.ts";
import { testSdp } from "./test-sdp.ts";

const WHOLE_TEST_MS = 300_000;

/** A call that came to a place, and when. */
export interface Arrival {
  readonly call: PhoneCall;
  readonly atMs: number;
}

/** Answers every call that comes, and every request in it. */
export class Place {
  readonly arrivals: Arrival[] = [];
  readonly #watchers = new Set<() => void>();

  constructor(phone: SipPhone) {
    void this.#take(phone).catch(() => undefined);
  }

  /** Waits for so many calls. @throws {Error} that says how many came */
  async take(count: number, timeoutMs: number): Promise<readonly Arrival[]> {
    await new Promise<void>((resolve, reject) => {
      const end = (settle: () => void): void => {
        clearTimeout(timer);
        this.#watchers.delete(look);
        settle();
      };
      const look = (): void => {
        if (this.arrivals.length >= count) end(resolve);
      };
      const late = (): void => reject(new Error(`${this.arrivals.length} of ${count} calls came in ${timeoutMs} ms`));
      const timer = setTimeout(() => end(late), timeoutMs);
      this.#watchers.add(look);
      look();
    });
    return this.arrivals;
  }

  async #take(phone: SipPhone): Promise<void> {
    for (;;) {
      const call = await phone.offered(WHOLE_TEST_MS);
      this.arrivals.push({ call, atMs: performance.now() });
      for (const watch of [...this.#watchers]) watch();
      void answer(call).catch(() => undefined);
    }
  }
}

async function answer(call: PhoneCall): Promise<void> {
  await call.answer({ sdp: testSdp(41_000) });
  takeInvites(call, 40_000);
}

/** Calls that have been answered now. */
export async function allEstablished(calls: readonly PhoneCall[]): Promise<void> {
  for (const call of calls) {
    await call.established();
    takeInvites(call, 40_000);
  }
}

/** The callers hang up, and the others are told. */
export async function endAll(calls: readonly PhoneCall[], arrivals: readonly Arrival[]): Promise<void> {
  for (const { status } of await Promise.all(calls.map((call) => call.bye()))) assert.equal(status, 200);
  await Promise.all(arrivals.map(({ call }) => call.takeBye(10_000)));
}
