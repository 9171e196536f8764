import type { Clock } from "../../common/index.ts";

/** How long an application is awaited: what starts again is back within two seconds. */
export const AWAITED_MS = 4_000;

/** Which verbs nobody takes that somebody is expected to take soon. */
export class AwaitedApplications {
  readonly #clock: Clock;
  readonly #untilMs = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Somebody who takes these is about to come, for the first time or again. */
  expect(verbs: Iterable<string>): void {
    const untilMs = this.#clock.nowMs() + AWAITED_MS;
    for (const verb of verbs) this.#untilMs.set(verb, untilMs);
  }

  /** Somebody takes it: who does so later comes unexpected. */
  routed(verb: string): void {
    this.#untilMs.delete(verb);
  }

  isExpected(verb: string): boolean {
    return this.#clock.nowMs() < (this.#untilMs.get(verb) ?? 0);
  }

  /** Nobody is expected any more. */
  close(): void {
    this.#untilMs.clear();
  }
}
