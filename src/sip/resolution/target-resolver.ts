import { isIP } from "node:net";
import type { Clock, Logger, MetricSample } from "../../common/index.ts";
import type { ParseResult } from "../message/index.ts";
import type { Target, TransportLayer } from "../transport/index.ts";
import { ResolverQueries, type DnsQueries } from "./dns-queries.ts";
import { DnsTable } from "./dns-table.ts";
import { FailingTargets } from "./failing-targets.ts";
import { findTargets, type Finder, type FoundTargets } from "./find-targets.ts";
import { HostsFile } from "./hosts-file.ts";
import { NOT_AVAILABLE, nextHopOf, protocolsOf, type NextHop } from "./next-hop.ts";

/** How names are resolved, and how long one of several targets is waited for. */
export interface ResolutionOptions {
  /** Name servers, `address:port`, IPv6 in brackets; absent or empty: those of the system. */
  readonly servers?: readonly string[];
  /** How long an INVITE waits for a sign of one of several targets before it goes to the next; seconds. Absent: 4. */
  readonly failoverSeconds?: number;
  /** Table of names of the host; absent: `/etc/hosts`. */
  readonly hostsFile?: string;
  /** A number from 0 to below 1; absent: of the system. */
  readonly random?: () => number;
}

/** What a `TargetResolver` is made of. */
export interface TargetResolverOptions extends ResolutionOptions {
  readonly transport: Pick<TransportLayer, "canReach" | "speaks">;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Absent: by the name servers. */
  readonly queries?: DnsQueries;
}

/** What else is known of a next hop, beside its first target. */
export interface MoreTargets {
  /** Where to go when the first target does not serve, in order. */
  readonly others: readonly Target[];
  /** Why there is no target, in words for people; empty when there is one. */
  readonly problem: string;
  /** The name that was looked up; undefined for an address. */
  readonly name?: string;
}

/** What is known beside a target that is the only one. */
export const NOTHING_MORE: MoreTargets = { others: [], problem: "" };
/** A resolver that is dead costs a request this long, and others nothing. */
const WITHIN_MS = 4_000;
/** Requests that wait for a name at a time; more fail. */
const MAX_WAITING = 1_000;
const LOG_EVERY_MS = 1_000;
const DEFAULT_FAILOVER_SECONDS = 4;

/** Turns next hops into targets: literal addresses at once, names by the host's table and DNS. */
export class TargetResolver {
  /** How long an INVITE waits for a sign of one of several targets. */
  readonly failoverMs: number;
  readonly #options: TargetResolverOptions;
  readonly #finder: Finder;
  readonly #failing: FailingTargets;
  #waiting = 0;
  #failovers = 0;
  #loggedAtMs = Number.NEGATIVE_INFINITY;

  constructor(options: TargetResolverOptions) {
    const { transport, clock, servers = [], hostsFile = "/etc/hosts", random = Math.random } = options;
    this.#options = options;
    this.failoverMs = (options.failoverSeconds ?? DEFAULT_FAILOVER_SECONDS) * 1_000;
    this.#failing = new FailingTargets(clock);
    this.#finder = {
      dns: new DnsTable(options.queries ?? new ResolverQueries(servers), clock),
      hosts: new HostsFile(hostsFile, clock),
      canReach: (protocol, address) => transport.canReach(protocol, address),
      random,
    };
  }

  /** As `nextHopOf`, and refuses a transport that no listener of ours speaks. */
  nextHopOf(uriText: string): ParseResult<NextHop> {
    const nextHop = nextHopOf(uriText);
    if (!nextHop.ok || protocolsOf(nextHop.value).some((each) => this.#options.transport.speaks(each))) return nextHop;
    return { ok: false, reason: NOT_AVAILABLE };
  }

  /**
   * Calls `done` once, synchronously for a literal address; without a target when there is none, at the latest after
   * four seconds.
   */
  resolve(nextHop: NextHop, done: (target: Target | undefined, more: MoreTargets) => void): void {
    const { protocol, host, port } = nextHop;
    if (isIP(host) !== 0) {
      done({ protocol, address: host, port }, NOTHING_MORE);
      return;
    }
    if (this.#waiting >= MAX_WAITING) {
      done(undefined, {
        others: [],
        problem: `no address for ${host}: too many names are being looked up`,
        name: host,
      });
      return;
    }
    this.#waiting += 1;
    let isOver = false;
    const end = ({ targets, problem }: FoundTargets): void => {
      if (isOver) return;
      isOver = true;
      this.#waiting -= 1;
      deadline.cancel();
      const [first, ...others] = this.#failing.inOrder(targets);
      if (first !== undefined) return done(first, { others, problem: "", name: host });
      this.#log(host, problem);
      done(undefined, { others: [], problem: `no address for ${host}: ${problem}`, name: host });
    };
    const deadline = this.#options.clock.after(WITHIN_MS, () => {
      end({ targets: [], problem: "no name server answers in time" });
    });
    void findTargets(nextHop, this.#finder).then(end, (error: unknown) => {
      end({ targets: [], problem: String(error) });
    });
  }

  /**
   * A target of a name did not serve: it is tried last for a while.
   * @param retryAfterSeconds what it says itself of how long that is
   */
  failed(target: Target, retryAfterSeconds?: number): void {
    this.#failing.failed(target, retryAfterSeconds);
  }

  /** A target of a name has given a sign of life. */
  served(target: Target): void {
    this.#failing.served(target);
  }

  /** Another target is tried for a request. */
  countFailover(): void {
    this.#failovers += 1;
  }

  metrics(): MetricSample[] {
    return [
      ...this.#finder.dns.metrics(),
      { name: "tandem_sip_names_waiting", type: "gauge", help: "Requests that wait for a name", value: this.#waiting },
      {
        name: "tandem_sip_failing_targets",
        type: "gauge",
        help: "Targets of names that failed lately and are tried last",
        value: this.#failing.size,
      },
      {
        name: "tandem_sip_failovers_total",
        type: "counter",
        help: "Requests that went to another target of their name",
        value: this.#failovers,
      },
    ];
  }

  close(): void {
    this.#finder.dns.close();
  }

  #log(host: string, problem: string): void {
    const nowMs = this.#options.clock.nowMs();
    if (nowMs - this.#loggedAtMs < LOG_EVERY_MS) return;
    this.#loggedAtMs = nowMs;
    this.#options.logger.warn("no address for a name", { host, problem });
  }
}
