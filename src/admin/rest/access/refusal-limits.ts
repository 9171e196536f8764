import { sourceOf, type Clock } from "../../../common/index.ts";
import { RestError } from "../problem/rest-error.ts";

const WINDOW_MS = 5 * 60_000;
const MAX_KEYS = 10_000;
/** Refused sign-ins within the window before the next one has to wait. */
const PER_SOURCE_AND_USER = 8;
const PER_SOURCE = 40;
const PER_USER = 200;

interface Count {
  count: number;
  endsAtMs: number;
}

/**
 * Counts refused sign-ins by source, by user, and by both: guesses from one place are stopped early, those from many late,
 * so that nobody is locked out by a stranger who knows a name. Sign-ins count before they are judged.
 */
export class RefusalLimits {
  readonly #clock: Clock;
  readonly #counts = new Map<string, Count>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @throws {RestError} `too-many-attempts` with Retry-After */
  begin(source: string, user: string): void {
    const limits = limitsOf(source, user);
    const nowMs = this.#clock.nowMs();
    for (const [key, limit] of limits) {
      const count = this.#counts.get(key);
      if (count === undefined || count.endsAtMs <= nowMs || count.count < limit) continue;
      const headers = { "retry-after": String(Math.max(1, Math.ceil((count.endsAtMs - nowMs) / 1_000))) };
      throw new RestError("too-many-attempts", "too many sign-ins were refused; try again later", { headers });
    }
    for (const [key] of limits) this.#add(key, nowMs);
  }

  /** It was not refused. */
  forgive(source: string, user: string): void {
    for (const [key] of limitsOf(source, user)) {
      const count = this.#counts.get(key);
      if (count !== undefined) count.count = Math.max(0, count.count - 1);
    }
  }

  #add(key: string, nowMs: number): void {
    const known = this.#counts.get(key);
    if (known !== undefined && known.endsAtMs > nowMs) {
      known.count += 1;
      return;
    }
    this.#counts.delete(key);
    if (this.#counts.size >= MAX_KEYS) {
      const [oldest] = this.#counts.keys();
      if (oldest !== undefined) this.#counts.delete(oldest);
    }
    this.#counts.set(key, { count: 1, endsAtMs: nowMs + WINDOW_MS });
  }
}

function limitsOf(address: string, user: string): [key: string, limit: number][] {
  const source = sourceOf(address);
  const name = user.slice(0, 64);
  return [
    [`both ${source} ${name}`, PER_SOURCE_AND_USER],
    [`source ${source}`, PER_SOURCE],
    [`user ${name}`, PER_USER],
  ];
}
