import type { ForwardingKind } from "../../database/index.ts";
import type { LineForwarding, Peer, SipPhone } from "../device/index.ts";
import { parseDialed, type Destination, type Dialed } from "../digit-analysis/index.ts";
import { redirectedBy, redirectionsIn, type RedirectionHistory } from "../identity/redirection-history.ts";
import type { Guarded, TollCall, TollGuardName, TollGuards } from "../toll/index.ts";
import type { RecordNumber, RecordRedirect, RedirectReason } from "../record/call-record.ts";
import type { BranchRefusal, BranchTarget } from "./branch.ts";
import { forwardTarget, KIND_OF_DIVERSION, withDiversions, withDiverts, type ForwardTarget } from "./forward-target.ts";
import { octets } from "./caller-identity.ts";
import type { LegDevice } from "./leg.ts";
import type { Deflection, DivertedCall, ReroutedCall, Untaken } from "./offered-invite.ts";
import { DIVERSION_OF_REDIRECT } from "./redirecting-headers.ts";
import type { Redirecting } from "./redirecting.ts";
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
  /** The phone, by the line that was called; undefined: there is none any more. */
  readonly phoneOf: (device: LegDevice) => SipPhone | undefined;
  readonly maxForwards: number;
  /** What a trusted caller says of redirections before; they count. */
  readonly received: RedirectionHistory;
  /** True for hosts that stand for this switch in what it says of redirections. */
  readonly isOwnHost: (host: string) => boolean;
  readonly toll: TollGuards;
  readonly context: Omit<RouteContext, "guard">;
}

/** Where a call is on its way. */
interface Position {
  readonly payer: SipPhone | Peer;
  readonly redirected: Redirected;
  readonly isUrgent: boolean;
  readonly forwarded: ReadonlySet<string>;
  readonly line: OfferedLine | undefined;
  readonly destination: Destination | undefined;
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
  #forwarded = new Set<string>();
  /** How often it was sent elsewhere otherwise. */
  #redirections = 0;
  /** The line that is being offered the call. */
  #line: OfferedLine | undefined;
  #destination: Destination | undefined;
  /** Where it comes back to when its new destination cannot be had. */
  #fallback: Position | undefined;

  constructor(options: CallRoutingOptions) {
    this.#options = options;
    this.#payer = options.caller;
    this.#redirected = { record: undefined, history: options.received };
  }

  /** Where a call goes that was dialed. */
  begin(dialed: Dialed): Routed {
    const { caller, analyze, isUrgent } = this.#options;
    this.#wasUrgent = this.#isUrgent = isUrgent(dialed);
    const routed = this.#to(analyze({ dialed, by: caller, mayUseFeatures: true }));
    const group = otherGroup(routed);
    return group === undefined ? this.#withHistory(routed) : this.#toGroup(group);
  }

  /** The number behind the code for another group has to be a group's that the caller may dial. */
  #toGroup(number: string): Routed {
    const { caller, analyze } = this.#options;
    const destination = analyze({ dialed: { user: number }, by: caller });
    if (destination.kind === "pickup-group") return this.#to(destination);
    return { kind: "rejected", ...rejection(404, "pickup-group") };
  }

  /** To one phone, wherever its calls are forwarded to. */
  beginAt(phone: SipPhone): Routed {
    return routeCall({ kind: "phone", phone }, { ...this.#options.context, guard: () => undefined });
  }

  /** Where it goes that nobody has taken; undefined: nowhere. A service of the switch takes no call that has been offered. */
  divert({ reason, deflected, hasRung }: Untaken): DivertedCall | undefined {
    if (reason === "deflected") return deflected === undefined ? undefined : this.#deflect(deflected);
    const forwarded = this.#forward(KIND_OF_DIVERSION[reason]);
    const routed = forwarded && this.#withHistory(forwarded);
    if (routed?.kind === "routed" && routed.route.kind === "branches") {
      return { route: routed.route, targets: routed.targets };
    }
    return hasRung || reason === "no-answer" ? undefined : this.#comeBack(reason === "busy" ? 486 : 480);
  }

  /** Sends a call elsewhere that is being offered. Rejected: nothing has changed. */
  redirectCall(redirecting: Redirecting): ReroutedCall | RejectedCall {
    const { by, dialed, as = by, callingNumber, isKept } = redirecting;
    const { maxForwards, received, isUrgent, analyze } = this.#options;
    const hops = this.#forwarded.size + this.#redirections + redirectionsIn(received);
    if (hops >= maxForwards) return rejected(483, "forwarding-hops");
    const before = this.#position;
    const line = by.kind === "sip-phone" ? { name: by.line, phone: by } : this.#line;
    if (line !== undefined)
      this.#redirected = withOriginal(afterRedirect(before.redirected, line, "deflection"), redirecting);
    this.#payer = by;
    this.#isUrgent = isUrgent(dialed);
    const routed = this.#withHistory(this.#to(analyze({ dialed, by: as })));
    if (routed.kind !== "routed" || routed.route.kind !== "branches") {
      this.#goTo(before);
      return routed.kind === "rejected" ? routed : { kind: "rejected", ...rejection(488, "feature") };
    }
    this.#redirections += 1;
    this.#fallback = isKept ? before : undefined;
    const route = isKept ? withDiverts(routed.route, ["busy", "unregistered"]) : routed.route;
    const shown = callingNumber === undefined ? {} : { callerNumber: callingNumber };
    return { kind: "diverted", route, targets: mapTargets(routed.targets, (target) => ({ ...target, ...shown })) };
  }

  /** A phone says where to go instead. */
  #deflect({ by, uri }: Deflection): DivertedCall | undefined {
    const dialed = parseDialed(uri);
    const phone = this.#options.phoneOf(by);
    if (!dialed.ok || dialed.value.user === "" || phone === undefined) return undefined;
    const routed = this.redirectCall({ by: phone, dialed: dialed.value, isKept: false });
    return routed.kind === "rejected" ? undefined : routed;
  }

  /** It rings again where it was redirected from. */
  #comeBack(returned: number): DivertedCall | undefined {
    const before = this.#fallback;
    this.#fallback = undefined;
    if (before?.destination === undefined) return undefined;
    this.#goTo(before);
    const routed = this.#withHistory(this.#offer(before.destination, before.line));
    if (routed.kind !== "routed" || routed.route.kind !== "branches") return undefined;
    return { route: routed.route, targets: routed.targets, returned };
  }

  get #position(): Position {
    return {
      payer: this.#payer,
      redirected: this.#redirected,
      isUrgent: this.#isUrgent,
      forwarded: new Set(this.#forwarded),
      line: this.#line,
      destination: this.#destination,
    };
  }

  #goTo({ payer, redirected, isUrgent, forwarded, line, destination }: Position): void {
    this.#payer = payer;
    this.#redirected = redirected;
    this.#isUrgent = isUrgent;
    this.#forwarded = new Set(forwarded);
    this.#line = line;
    this.#destination = destination;
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
    this.#destination = destination;
    if (line === undefined) return this.#leave(destination);
    const before = this.#redirected;
    const always = this.#forward("all");
    if (always !== undefined && (always.kind !== "rejected" || !this.#wasUrgent)) return always;
    // Help that cannot be had elsewhere is asked for where it was to be had.
    this.#line = line;
    this.#destination = destination;
    this.#redirected = before;
    return this.#offer(destination, line);
  }

  /** To the phones of a line, and from there where it forwards to. */
  #offer(destination: Destination, line: OfferedLine | undefined): Routed {
    const routed = routeCall(destination, { ...this.#options.context, guard: () => undefined });
    if (routed.kind === "rejected") return this.#instead(routed);
    if (routed.kind === "feature" || routed.route.kind !== "branches") return routed;
    const settings = line === undefined ? undefined : this.#options.forwardingOf(line.name);
    if (settings === undefined) return { ...routed, route: withDiverts(routed.route, []) };
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
    return { ...routed, targets: mapTargets(routed.targets, (target) => ({ ...target, redirections: history })) };
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

function withOriginal({ record, history }: Redirected, { originalCalled, dialed }: Redirecting): Redirected {
  if (record === undefined || originalCalled === undefined) return { record, history };
  const number = originalCalled === "reset" ? dialed.user : originalCalled.number;
  return { record: { ...record, originalCalled: { number } }, history };
}

function mapTargets(
  targets: RoutedCall["targets"],
  change: (target: BranchTarget) => BranchTarget,
): Map<string, BranchTarget> {
  return new Map([...targets].map(([branchId, target]) => [branchId, change(target)]));
}

/** Number of the group that was dialed behind its code; undefined: something else was dialed. */
function otherGroup(routed: Routed): string | undefined {
  if (routed.kind !== "feature" || routed.feature.kind !== "code") return undefined;
  return routed.feature.code === "other-group-pickup" ? routed.feature.argument : undefined;
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
