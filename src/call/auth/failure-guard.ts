import { GenerationMap, sourceOf, type Clock } from "../../common/index.ts";
import { FailureCounter, type FailureLimit } from "./failure-counter.ts";

/** When failed attempts stop a source. */
export interface FailureLimits {
  /** For one user name from one address; default: 10 at once, one forgotten in 30 s. */
  readonly perUser: FailureLimit;
  /** For all user names from one address; default: 100 at once, one forgotten in 5 s. */
  readonly perSource: FailureLimit;
  /** Who must not be banned may try a blocked user name once in this time; default 2,000. */
  readonly slowedIntervalMs: number;
  /** Keys of each kind that are remembered; default 20,000. */
  readonly maxKeys: number;
}

export const DEFAULT_FAILURE_LIMITS: FailureLimits = {
  perUser: { burst: 10, decayMs: 30_000 },
  perSource: { burst: 100, decayMs: 5_000 },
  slowedIntervalMs: 2_000,
  maxKeys: 20_000,
};

/** Whether an attempt may be looked at. */
export type Admission =
  { readonly kind: "admitted" } | { readonly kind: "banned" | "slowed"; readonly retryAfterSeconds: number };

/** Failures, one of them just now, after which a phone is told 403: some phones answer every 401 at once and for ever. */
const HOPELESS_ABOVE = 2;
/** User names without credentials that stop a source, for each failure that does. */
const SCAN_FACTOR = 2;
/** A user name is not counted again within this time. */
const CLAIM_MEMORY_MS = 600_000;
const ADMITTED: Admission = { kind: "admitted" };

/**
 * Counts failed attempts per source (an IPv4 address, or an IPv6 /64), and per source and user name, and says who is
 * stopped. Sources that must not be banned (`isExempt`) are slowed for the blocked user name only.
 */
export class FailureGuard {
  readonly #limits: FailureLimits;
  readonly #users: FailureCounter;
  readonly #sources: FailureCounter;
  readonly #scans: FailureCounter;
  readonly #claims: GenerationMap<true>;

  constructor(clock: Clock, limits: FailureLimits = DEFAULT_FAILURE_LIMITS) {
    this.#limits = limits;
    this.#users = new FailureCounter(clock, limits.perUser, limits.maxKeys);
    this.#sources = new FailureCounter(clock, limits.perSource, limits.maxKeys);
    const scan = { ...limits.perSource, burst: limits.perSource.burst * SCAN_FACTOR };
    this.#scans = new FailureCounter(clock, scan, limits.maxKeys);
    this.#claims = new GenerationMap({ clock, maxEntries: limits.maxKeys, periodMs: CLAIM_MEMORY_MS });
  }

  /** User names, and source addresses, with failures that are not yet forgotten. */
  get size(): { readonly users: number; readonly sources: number; readonly claims: number } {
    return { users: this.#users.size, sources: this.#sources.size, claims: this.#claims.size };
  }

  /** For any request, before anything else is done with it. */
  admitSource(address: string, isExempt: () => boolean): Admission {
    const source = sourceOf(address);
    const blockedMs = Math.max(this.#sources.blockedMs(source), this.#scans.blockedMs(source));
    if (blockedMs === 0 || isExempt()) return ADMITTED;
    return { kind: "banned", retryAfterSeconds: Math.ceil(blockedMs / 1_000) };
  }

  /** For a request with credentials, before they are checked. */
  admitUser(address: string, user: string, isExempt: () => boolean): Admission {
    const key = keyOf(address, user);
    const blockedMs = this.#users.blockedMs(key);
    if (blockedMs === 0) return ADMITTED;
    if (!isExempt()) return { kind: "banned", retryAfterSeconds: Math.ceil(blockedMs / 1_000) };
    const { slowedIntervalMs } = this.#limits;
    if (this.#users.takeTurn(key, slowedIntervalMs)) return ADMITTED;
    return { kind: "slowed", retryAfterSeconds: Math.ceil(slowedIntervalMs / 1_000) };
  }

  /** True for a user name that has failed again and again: another challenge would only be answered wrongly again. */
  isHopeless(address: string, user: string): boolean {
    return this.#users.levelOf(keyOf(address, user)) > HOPELESS_ABOVE;
  }

  /** Counts a failure; tells what it stops, when it is the one that does. */
  fail(address: string, user: string): "user" | "source" | undefined {
    const stopsUser = this.#users.add(keyOf(address, user));
    if (this.#sources.add(sourceOf(address))) return "source";
    return stopsUser ? "user" : undefined;
  }

  /**
   * Notes a user name that was named without credentials. Who names many, and no phone of his ever registers, looks
   * for those that exist. Each name counts once in ten minutes; true when it is the one that stops the source.
   */
  claim(address: string, user: string): boolean {
    const key = keyOf(address, user);
    if (this.#claims.get(key) === true) return false;
    this.#claims.set(key, true);
    return this.#scans.add(sourceOf(address));
  }

  /** Forgets all that a source has done. */
  forgive(address: string): void {
    const source = sourceOf(address);
    this.#sources.clear(source);
    this.#scans.clear(source);
    this.#users.clearWhere((key) => key.startsWith(`${source} `));
    this.#claims.deleteWhere((key) => key.startsWith(`${source} `));
  }

  /** Forgets the failures of a user name that proved good; those of the source stay. */
  succeed(address: string, user: string): void {
    this.#users.clear(keyOf(address, user));
  }
}

/** User names come from outside: only so much of one is kept. */
function keyOf(address: string, user: string): string {
  return `${sourceOf(address)} ${user.slice(0, 128)}`;
}
