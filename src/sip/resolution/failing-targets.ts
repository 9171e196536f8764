import type { Clock } from "../../common/index.ts";
import { endpointKey, type Target } from "../transport/index.ts";

const MAX_TARGETS = 10_000;
/** How long a target that failed is tried last, when it does not say itself. */
const FAILED_MS = 30_000;
const MAX_FAILED_SECONDS = 3_600;

/** Targets that have failed lately: they are tried after the others, until they have served again or time has passed. */
export class FailingTargets {
  readonly #clock: Clock;
  /** Until when; oldest entry first. */
  readonly #untilMs = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#untilMs.size;
  }

  /** @param retryAfterSeconds what a 503 says itself (RFC 3261 21.5.4); at most an hour counts */
  failed(target: Target, retryAfterSeconds: number | undefined): void {
    const key = keyOf(target);
    this.#untilMs.delete(key);
    if (this.#untilMs.size >= MAX_TARGETS) this.#makeRoom();
    const forMs = retryAfterSeconds === undefined ? FAILED_MS : Math.min(MAX_FAILED_SECONDS, retryAfterSeconds) * 1_000;
    this.#untilMs.set(key, this.#clock.nowMs() + forMs);
  }

  served(target: Target): void {
    if (this.#untilMs.size > 0) this.#untilMs.delete(keyOf(target));
  }

  /** The same targets; those that failed are last, the one that may be well again soonest before the others. */
  inOrder(targets: readonly Target[]): readonly Target[] {
    if (this.#untilMs.size === 0 || targets.length < 2) return targets;
    const nowMs = this.#clock.nowMs();
    const marked = targets.map((target) => ({ target, untilMs: Math.max(nowMs, this.#until(target, nowMs)) }));
    return marked.sort((one, other) => one.untilMs - other.untilMs).map(({ target }) => target);
  }

  #until(target: Target, nowMs: number): number {
    const key = keyOf(target);
    const untilMs = this.#untilMs.get(key);
    if (untilMs === undefined || untilMs > nowMs) return untilMs ?? nowMs;
    this.#untilMs.delete(key);
    return nowMs;
  }

  #makeRoom(): void {
    const nowMs = this.#clock.nowMs();
    for (const [key, untilMs] of this.#untilMs) if (untilMs <= nowMs) this.#untilMs.delete(key);
    const oldest = this.#untilMs.keys().next().value;
    if (this.#untilMs.size >= MAX_TARGETS && oldest !== undefined) this.#untilMs.delete(oldest);
  }
}

function keyOf({ protocol, address, port }: Target): string {
  return `${protocol}|${endpointKey(address, port)}`;
}
