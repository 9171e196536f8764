import type { ForwardingKind } from "../../database/index.ts";
import type { LineForwarding, Peer, SipPhone } from "../device/index.ts";
import type { Destination, Dialed } from "../digit-analysis/index.ts";
import { redirectedBy, redirectionsIn, type RedirectionHistory } from "../identity/redirection-history.ts";
import type { Diversion } from "../model/index.ts";
import type { Guarded, TollCall, TollGuardName, TollGuards } from "../toll/index.ts";
import type { RecordNumber, RecordRedirect, RedirectReason } from "../record/call-record.ts";
import type { BranchRefusal } from "./branch.ts";
import { forwardTarget, KIND_OF_DIVERSION, withDiversions, type ForwardTarget } from "./forward-target.ts";
import { octets } from "./caller-identity.ts";
import type { DivertedCall } from "./offered-invite.ts";
import { DIVERSION_OF_REDIRECT } from "./redirecting-headers.ts";
import { rejection } from "./rejection.ts";
import { routeCall, type RouteContext } from "./route-call.ts";
import type { FeatureCall, RejectedCall, RoutedCall } from "./routed-call.ts";
import { tollCallOf } from "./toll-call.ts";
import { tollRefusal, tollRejection } from "./toll-rejection.ts";

/** Who dials, and with what it is looked up. */
export interface Dialing {
  readonly dialed: Dialed;
  readonly by: SipPhone | Peer;
  /** Absent: what `by` may dial. */
  readonly callingSearchSpace?: string;
  /** A line without devices that forwards: what it may dial takes the place of what `by` may. */
  readonly line?: string;
  /** The caller has dialed it, and no forwarding. */
  readonly mayUseFeatures?: boolean;
}

export interface CallRoutingOptions {
  readonly callId: string;
  readonly caller: SipPhone | Peer;
  /** True for emergency numbers: what leads there no guard refuses. */
  readonly isUrgent: (dialed: Dialed) => boolean;
  readonly analyze: (dialing: Dialing) => Destination;
  readonly forwardingOf: (line: string) => LineForwarding | undefined;
  readonly maxForwards: number;
  /** What a trusted caller says of redirections before; they count. */
  readonly received: RedirectionHistory;
  /** True for hosts that stand for this switch in what it says of redirections. */
  readonly isOwnHost: (host: string) => boolean;
  readonly toll: TollGuards;
  readonly context: Omit<RouteContext, "guard">;
}

/** `phone`: the first one that has the line; undefined: no device has it. */
interface OfferedLine {
  readonly name: string;
  readonly phone: SipPhone | undefined;
}

/** What has been done to the call: for its record, by this switch; for who gets it, by all. */
interface Redirected {
  readonly record: RecordRedirect | undefined;
  readonly history: RedirectionHistory;
}

type Routed = RoutedCall | RejectedCall | FeatureCall;

/** Q.850: exchange routing error. */
const ROUTING_ERROR = 25;
const REASON_OF: Readonly<Record<ForwardingKind, RedirectReason>> = {
  all: "unconditional",
  busy: "busy",
  noAnswer: "no-answer",
  unregistered: "unregistered",
  onFailure: "unknown",
};
const UNREGISTERED = new Set(["not-registered", "no-phone"]);

/** Finds where one call goes: through forwardings, and within the bounds of who pays for it. */
export class CallRouting {
  readonly #options: CallRoutingOptions;
  /** Who causes the call: its caller, or who forwards it. */
  #payer: SipPhone | Peer;
  #redirected: Redirected;
  /** It was an emergency call when it was dialed. */
  #wasUrgent = false;
  /** It is one where it is going now: what forwards it elsewhere is paid for as any call. */
  #isUrgent = false;
  /** Lines that have forwarded it. */
  readonly #forwarded = new Set<string>();
  /** The line that is being offered the call. */
  #line: OfferedLine | undefined;

  constructor(options: CallRoutingOptions) {
    this.#options = options;
    this.#payer = options.caller;
    this.#redirected = { record: undefined, history: options.received };
  }

  /** Where a call goes that was dialed. */
  begin(dialed: Dialed): Routed {
    const { caller, analyze, isUrgent } = this.#options;
    this.#wasUrgent = this.#isUrgent = isUrgent(dialed);
    return this.#withHistory(this.#to(analyze({ dialed, by: caller, mayUseFeatures: true })));
  }

  /** To one phone, wherever its calls are forwarded to. */
  beginAt(phone: SipPhone): Routed {
    return routeCall({ kind: "phone", phone }, { ...this.#options.context, guard: () => undefined });
  }

  /** Where it goes that nobody has taken; undefined: nowhere. A service of the switch takes no call that has been offered. */
  divert(reason: Diversion): DivertedCall | undefined {
    const forwarded = this.#forward(KIND_OF_DIVERSION[reason]);
    const routed = forwarded && this.#withHistory(forwarded);
    if (routed?.kind !== "routed" || routed.route.kind !== "branches") return undefined;
    return { route: routed.route, targets: routed.targets };
  }

  /** What forwarding has done to the call, for its record; undefined: nothing. */
  get redirect(): RecordRedirect | undefined {
    return this.#redirected.record;
  }

  get #isExternal(): boolean {
    return this.#options.caller.kind === "peer";
  }

  #to(destination: Destination): Routed {
    const line = lineOf(destination);
    this.#line = line;
    if (line === undefined) return this.#leave(destination);
    const before = this.#redirected;
    const always = this.#forward("all");
    if (always !== undefined && (always.kind !== "rejected" || !this.#wasUrgent)) return always;
    // Help that cannot be had elsewhere is asked for where it was to be had.
    this.#line = line;
    this.#redirected = before;
    const routed = routeCall(destination, { ...this.#options.context, guard: () => undefined });
    if (routed.kind === "rejected") return this.#instead(routed);
    if (routed.kind === "feature") return routed;
    const settings = this.#options.forwardingOf(line.name);
    if (settings === undefined || routed.route.kind !== "branches") return routed;
    return { ...routed, route: withDiversions(routed.route, settings, this.#isExternal) };
  }

  /** A line that cannot be offered the call: where that goes, or what the caller is told when it leads nowhere. */
  #instead(rejected: RejectedCall): Routed {
    const isAbsent = UNREGISTERED.has(rejected.reason);
    if (!isAbsent && rejected.reason !== "busy") return rejected;
    const before = this.#redirected;
    const elsewhere = this.#forward(isAbsent ? "unregistered" : "busy");
    if (elsewhere?.kind === "routed") return elsewhere;
    this.#redirected = before;
    return rejected;
  }

  /** Undefined when the line does not forward for that. */
  #forward(kind: ForwardingKind): Routed | undefined {
    const { forwardingOf, maxForwards } = this.#options;
    const line = this.#line;
    const settings = line === undefined ? undefined : forwardingOf(line.name);
    if (line === undefined || settings === undefined) return undefined;
    const target = forwardTarget(settings, kind, this.#isExternal);
    if (target === undefined) return undefined;
    if (this.#forwarded.has(line.name) || this.#hasForwardedBefore(line.name)) return rejected(482, "forwarding-loop");
    const hops = this.#forwarded.size + redirectionsIn(this.#options.received);
    if (hops >= maxForwards) return rejected(483, "forwarding-hops");
    this.#forwarded.add(line.name);
    this.#redirected = afterRedirect(this.#redirected, line, REASON_OF[kind]);
    return this.#follow(target, line);
  }

  /** The call has been away, and has come back to who sent it there. */
  #hasForwardedBefore(line: string): boolean {
    const { received, isOwnHost } = this.#options;
    const number = octets(numberIn(line).number);
    return received.some((one) => one.number === number && (one.host === undefined || isOwnHost(one.host)));
  }

  #withHistory(routed: Routed): Routed {
    const { history } = this.#redirected;
    if (routed.kind !== "routed" || history.length === 0) return routed;
    const targets = [...routed.targets].map(([id, target]) => [id, { ...target, redirections: history }] as const);
    return { ...routed, targets: new Map(targets) };
  }

  #follow({ dialed, callingSearchSpace }: ForwardTarget, { name, phone }: OfferedLine): Routed {
    this.#payer = phone ?? this.#payer;
    this.#isUrgent = this.#options.isUrgent(dialed);
    const space = callingSearchSpace === undefined ? {} : { callingSearchSpace };
    const line = phone === undefined ? { line: name } : {};
    return this.#to(this.#options.analyze({ dialed, by: this.#payer, ...space, ...line }));
  }

  /** To what is no line. */
  #leave(destination: Destination): Routed {
    const { context, toll, callId } = this.#options;
    const call = this.#isUrgent ? undefined : tollCallOf(destination);
    if (call === undefined) return routeCall(destination, { ...context, guard: () => undefined });
    const payer = this.#payer;
    const refused = toll.refusalOfPayer(payer, call);
    if (refused !== undefined) return { kind: "rejected", ...tollRejection(refused) };
    const routed = routeCall(destination, { ...context, guard: (trunk) => this.#guard(trunk, call) });
    if (routed.kind === "routed") toll.begin(callId, payer.name);
    return routed;
  }

  #guard(trunk: Guarded, call: TollCall): BranchRefusal | undefined {
    const { toll, callId } = this.#options;
    const refused: TollGuardName | undefined = toll.refusalOfTrunk(trunk, call);
    if (refused !== undefined) return tollRefusal(refused);
    toll.attempt(callId, trunk.name);
    return undefined;
  }
}

function afterRedirect({ record, history }: Redirected, line: OfferedLine, reason: RedirectReason): Redirected {
  const by = numberIn(line.name);
  const { originalCalled = by, originalReason = reason } = record ?? {};
  const name = line.phone?.displayName;
  return {
    record: { originalCalled, originalReason, lastRedirecting: by, lastReason: reason },
    history: redirectedBy(history, {
      number: octets(by.number),
      ...(name === undefined ? {} : { displayName: octets(name) }),
      reason: DIVERSION_OF_REDIRECT[reason],
      count: 1,
      isPrivate: false,
    }),
  };
}

/** @param line such as `1001@internal` */
function numberIn(line: string): RecordNumber {
  const at = line.lastIndexOf("@");
  return at < 0 ? { number: line } : { number: line.slice(0, at), partition: line.slice(at + 1) };
}

function lineOf(destination: Destination): OfferedLine | undefined {
  if (destination.kind === "phone") return { name: destination.phone.line, phone: destination.phone };
  return destination.kind === "line" ? { name: destination.line, phone: destination.phones[0] } : undefined;
}

function rejected(status: number, reason: string): RejectedCall {
  return { kind: "rejected", ...rejection(status, reason, [], ROUTING_ERROR) };
}
