import { sourceOf, type Clock } from "../../common/index.ts";
import { LeakyBuckets, type Rate } from "../guard/index.ts";
import { parseUri, unescapeUser, type SipMessage } from "../message/index.ts";
import type { Flow } from "../transport/index.ts";

/** Emergency calls from one source, and from all, that have the right of way; what is more is like any other call. */
const OF_SOURCE: Rate = { perSecond: 2, burst: 20 };
const OF_ALL: Rate = { perSecond: 50, burst: 200 };
const MAX_SOURCES = 20_000;
const ALL = "";

/** RFC 5031 4.2: `sos` and its sub-services; case does not matter. */
const SERVICE = /^urn:service:sos(?:\.[a-z0-9-]{1,63}){0,8}$/i;
const MAX_URI_LENGTH = 512;

/**
 * Tells emergency calls and gives them the right of way: as long as there is room at all they are neither shed nor
 * limited. Nobody has to prove that he is in need, so it is given a bounded number of times.
 */
export class EmergencyCalls {
  readonly #numbers: ReadonlySet<string>;
  readonly #sources: LeakyBuckets;
  readonly #all: LeakyBuckets;
  readonly #preferred = new WeakSet<SipMessage>();

  /** @param numbers dialed numbers that are emergency calls, whatever the host of the URI */
  constructor(clock: Clock, numbers: readonly string[]) {
    this.#numbers = new Set(numbers);
    this.#sources = new LeakyBuckets(clock, OF_SOURCE, MAX_SOURCES);
    this.#all = new LeakyBuckets(clock, OF_ALL, 2);
  }

  /** True for an INVITE to `urn:service:sos`, one of its sub-services, or one of the numbers. */
  isEmergency({ method, uri }: Pick<SipMessage, "method" | "uri">): boolean {
    if (method !== "INVITE" || uri.length > MAX_URI_LENGTH) return false;
    if (/^urn:/i.test(uri)) return SERVICE.test(uri);
    if (this.#numbers.size === 0) return false;
    const parsed = parseUri(uri);
    const user = parsed.ok ? (parsed.value.user ?? "") : "";
    if (user === "") return false;
    const dialed = unescapeUser(user);
    return this.#numbers.has(dialed) || this.#numbers.has((dialed.split(";", 1)[0] ?? "").replace(/[-.()]/g, ""));
  }

  /** True for an emergency call that goes before all others; counts it. */
  takesRightOfWay(request: SipMessage, source: Pick<Flow, "remoteAddress">): boolean {
    if (!this.isEmergency(request)) return false;
    const isPreferred = this.#sources.take(sourceOf(source.remoteAddress)) && this.#all.take(ALL);
    if (isPreferred) this.#preferred.add(request);
    return isPreferred;
  }

  /** True for an emergency call that was given the right of way when it came. */
  hasRightOfWay(request: SipMessage): boolean {
    return this.#preferred.has(request);
  }
}
