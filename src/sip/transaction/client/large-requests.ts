import { errorCodeOf, type Clock, withMore } from "../../../common/index.ts";
import { formatVia, parseSipMessage, parseVia, replaceTopVia, type SipMessage } from "../../message/index.ts";
import type { Target, TransportLayer } from "../../transport/index.ts";
import type { TransactionCounters } from "../transaction-counters.ts";

/** How a request leaves. */
export interface WayOut {
  readonly text: string;
  readonly target: Target;
}

/** How a request leaves, and how when that is refused. */
export interface WaysOut {
  readonly first: WayOut;
  readonly otherwise?: WayOut;
}

/** The largest request that goes over UDP while the MTU of the path is not known (RFC 3261 18.1.1). */
const MAX_UDP_REQUEST_BYTES = 1_300;
/** A host that drops the connection attempt costs this once in a while. */
const CONNECT_WITHIN_MS = 2_000;
const REMEMBER_REFUSAL_MS = 10 * 60_000;
const MAX_REFUSALS = 10_000;
/** What the transport says when nothing of the message has left. */
const UNSENT = new Set(["connect-failed", "connect-timeout", "too-many-connections", "queue-full"]);

type Transport = Pick<TransportLayer, "canReach" | "isLocal" | "localFor">;

/**
 * Sends requests that are too large for a datagram over TCP to the same place. Where that is refused they go over UDP all
 * the same, as do those that follow for a while.
 * @see RFC 3261 18.1.1
 */
export class LargeRequests {
  readonly #transport: Transport;
  readonly #clock: Clock;
  readonly #counters: TransactionCounters;
  /** Until when a place counts as one without TCP; oldest first. */
  readonly #refusals = new Map<string, number>();

  constructor(transport: Transport, clock: Clock, counters: TransactionCounters) {
    this.#transport = transport;
    this.#clock = clock;
    this.#counters = counters;
  }

  /** Places that are remembered for having no TCP. */
  get refusalCount(): number {
    return this.#refusals.size;
  }

  /** The way over TCP for a request meant for UDP; `undefined` when it may go, or has to go, as it is. */
  wayFor(request: SipMessage, target: Target): WayOut | undefined {
    const { protocol, address, port } = target;
    if (target.isFlowOnly === true) return undefined;
    if (protocol !== "udp" || request.text.length <= MAX_UDP_REQUEST_BYTES || request.kind !== "request")
      return undefined;
    if (!this.#transport.canReach("tcp", address) || this.#transport.isLocal(address, port, "tcp")) return undefined;
    if ((this.#refusals.get(placeOf(target)) ?? 0) > this.#clock.nowMs()) return undefined;
    const via = parseVia(request.get("via") ?? "");
    if (!via.ok) return undefined;
    const onward: Target = { protocol: "tcp", address, port, connectWithinMs: CONNECT_WITHIN_MS };
    const local = this.#transport.localFor(onward);
    this.#counters.count("switchedToTcp");
    const ours = formatVia(withMore(via.value, { protocol: "TCP", host: local.address, port: local.port }));
    return { text: replaceTopVia(request, ours), target: onward };
  }

  /** As `wayFor`, of a text that has not been parsed. */
  wayForText(text: string, target: Target): WayOut | undefined {
    if (target.protocol !== "udp" || text.length <= MAX_UDP_REQUEST_BYTES) return undefined;
    const parsed = parseSipMessage(text);
    return parsed.ok ? this.wayFor(parsed.value, target) : undefined;
  }

  /** True when a request that failed over TCP has not left and goes over UDP now; the place is remembered. */
  isRefusal(target: Target, error: Error): boolean {
    if (!UNSENT.has(errorCodeOf(error) ?? "")) return false;
    const place = placeOf(target);
    this.#refusals.delete(place);
    for (const oldest of this.#refusals.keys()) {
      if (this.#refusals.size < MAX_REFUSALS) break;
      this.#refusals.delete(oldest);
    }
    this.#refusals.set(place, this.#clock.nowMs() + REMEMBER_REFUSAL_MS);
    this.#counters.count("switchedBack");
    return true;
  }
}

function placeOf({ address, port }: Target): string {
  return `${address}|${port}`;
}
