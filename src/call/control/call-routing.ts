import type { ForwardingKind } from "../../database/index.ts";
import type { HuntPilotSettings, LineForwarding, Peer, SipPhone } from "../device/index.ts";
import type { Destination, Dialed, HuntPilotDestination } from "../digit-analysis/index.ts";
import { redirectedBy, redirectionsIn, type RedirectionHistory } from "../identity/redirection-history.ts";
import type { Diversion, Endpoint, FeatureReason, HuntStep } from "../model/index.ts";
import type { Guarded, TollCall, TollGuardName, TollGuards } from "../toll/index.ts";
import type { RecordNumber, RecordRedirect, RedirectReason } from "../record/call-record.ts";
import type { BranchRefusal } from "./branch.ts";
import {
  dialedBySetting,
  forwardTarget,
  KIND_OF_DIVERSION,
  withDiversions,
  type ForwardTarget,
} from "./forward-target.ts";
import { octets } from "./caller-identity.ts";
import { huntRoute } from "./hunting/hunt-route.ts";
import type { Hunting } from "./hunting/hunting.ts";
import type { DivertedCall } from "./offered-invite.ts";
import { DIVERSION_OF_REDIRECT } from "./redirecting-headers.ts";
import { rejection } from "./rejection.ts";
import { routeCall, type RouteContext } from "./route-call.ts";
import type { FeatureCall, RejectedCall, RoutedCall, SettingCall } from "./routed-call.ts";
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
  readonly hunting: Hunting;
  /** Callers wait in the queue of a pilot already: who calls it now is the last of them. */
  readonly isQueued: (pilot: string) => boolean;
  /** The caller is to wait in the queue of a pilot. Undefined: it does not take him. Absent: there is nobody who could wait. */
  readonly enqueue?: ((place: QueuePlace) => Endpoint | undefined) | undefined;
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

/** The queue that a caller is to wait in. */
export interface QueuePlace {
  /** Such as `5000@internal`. */
  readonly pilot: string;
  /** What was dialed of it. */
  readonly number: string;
  /** What is left of the time of the hunt. */
  readonly leftMs: number;
}

/** A pilot that is hunting. */
interface Hunted extends Omit<QueuePlace, "leftMs"> {
  readonly settings: HuntPilotSettings;
  readonly untilMs: number;
  /** As it was before. */
  readonly redirected: Redirected;
}

export type Routed = RoutedCall | RejectedCall | FeatureCall | SettingCall;

/** Q.850: exchange routing error. */
const ROUTING_ERROR = 25;
const REASON_OF: Readonly<Record<ForwardingKind, RedirectReason>> = {
  all: "unconditional",
  busy: "busy",
  noAnswer: "no-answer",
  unregistered: "unregistered",
  onFailure: "unknown",
};
const FEATURE_OF: Readonly<Record<ForwardingKind, FeatureReason>> = {
  all: "forward-all",
  busy: "forward-busy",
  noAnswer: "forward-no-answer",
  unregistered: "forward-unregistered",
  onFailure: "forward-on-failure",
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
  /** The pilot whose members are. */
  #hunted: Hunted | undefined;
  /** What has brought the call where it is now. */
  #feature: FeatureReason | undefined;

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

  /** It is something that can be called. @param callingSearchSpace absent: what the caller may dial */
  leadsSomewhere(dialed: Dialed, callingSearchSpace?: string): boolean {
    const { caller, analyze } = this.#options;
    const space = callingSearchSpace === undefined ? {} : { callingSearchSpace };
    return analyze({ dialed, by: caller, ...space }).kind !== "none";
  }

  /** To one phone, wherever its calls are forwarded to. */
  beginAt(phone: SipPhone): Routed {
    return routeCall({ kind: "phone", phone }, { ...this.#options.context, guard: () => undefined });
  }

  /** To members of a pilot, for a caller that waits in its queue. */
  beginAtMembers({ pilot, number }: Omit<QueuePlace, "leftMs">, { group, lines, ringMs }: HuntStep): Routed {
    const { context, hunting } = this.#options;
    this.#feature = "de-queueing";
    this.#redirected = afterRedirect(this.#redirected, pilotLine(pilot, number), "hunt");
    const members = lines.map((line) => ({ line, phones: hunting.freePhones(line, this.#options.caller.name) }));
    const routed = huntRoute([{ group, members, ringMs }], ringMs, {
      hunting,
      context: { ...context, guard: () => undefined },
    });
    return this.#withHistory(routed);
  }

  /**
   * Where it goes that nobody has taken; undefined: nowhere. A caller whom a pilot cannot give to anybody waits in its queue;
   * no other service of the switch takes a call that has been offered.
   */
  divert(reason: Diversion): DivertedCall | undefined {
    const waits = reason === "no-coverage" ? this.#enqueued() : undefined;
    if (waits !== undefined) return waits;
    const elsewhere =
      reason === "no-coverage" ? this.#uncovered("no-answer") : this.#forward(KIND_OF_DIVERSION[reason]);
    const routed = elsewhere && this.#withHistory(elsewhere);
    if (routed?.kind !== "routed" || routed.route.kind !== "branches") return undefined;
    return { route: routed.route, targets: routed.targets };
  }

  /** What has brought the call where it is now; undefined: it was called there. */
  get feature(): FeatureReason | undefined {
    return this.#feature;
  }

  /** What forwarding has done to the call, for its record; undefined: nothing. */
  get redirect(): RecordRedirect | undefined {
    return this.#redirected.record;
  }

  get #isExternal(): boolean {
    return this.#options.caller.kind === "peer";
  }

  #to(destination: Destination): Routed {
    if (destination.kind === "hunt-pilot") return this.#hunt(destination);
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
    if (routed.kind !== "routed") return routed;
    const settings = this.#options.forwardingOf(line.name);
    if (settings === undefined || routed.route.kind !== "branches") return routed;
    return { ...routed, route: withDiversions(routed.route, settings, this.#isExternal) };
  }

  /** Rings who is free of a pilot; without anybody the caller waits for them, or goes where uncovered calls do. */
  #hunt({ pattern: pilot, number }: HuntPilotDestination): Routed {
    const { hunting, caller, context, isQueued, enqueue } = this.#options;
    const settings = hunting.pilot(pilot);
    if (settings === undefined) return { kind: "rejected", ...rejection(404, "unknown-number") };
    const refused = this.#countHop(pilot);
    if (refused !== undefined) return refused;
    const wholeMs = settings.maxSeconds * 1_000;
    this.#line = undefined;
    this.#hunted = { pilot, number, settings, untilMs: hunting.nowMs() + wholeMs, redirected: this.#redirected };
    this.#redirected = afterRedirect(this.#redirected, pilotLine(pilot, number), "hunt");
    const hasQueue = settings.queue !== undefined && enqueue !== undefined;
    const steps = hasQueue && isQueued(pilot) ? [] : hunting.steps(settings, caller.name);
    if (steps.length === 0 && !hasQueue) {
      const refusal = hunting.refusal(settings);
      return this.#uncovered(refusal.status === 486 ? "busy" : "unregistered") ?? { kind: "rejected", ...refusal };
    }
    this.#feature = "hunt";
    return huntRoute(steps, wholeMs, { hunting, context: { ...context, guard: () => undefined } });
  }

  /** The caller waits for a member; undefined: the pilot has no queue, or that takes nobody. */
  #enqueued(): DivertedCall | undefined {
    const { hunting, enqueue } = this.#options;
    if (this.#hunted === undefined) return undefined;
    const { pilot, number, settings, untilMs } = this.#hunted;
    if (settings.queue === undefined) return undefined;
    const endpoint = enqueue?.({ pilot, number, leftMs: untilMs - hunting.nowMs() });
    return endpoint && { route: { kind: "endpoint" }, targets: new Map(), endpoint };
  }

  /** Where calls go that nobody of a pilot takes; undefined: nowhere. */
  #uncovered(reason: "busy" | "no-answer" | "unregistered"): Routed | undefined {
    const hunted = this.#hunted;
    const dialed = hunted?.settings.noCoverage === undefined ? undefined : dialedBySetting(hunted.settings.noCoverage);
    this.#hunted = undefined;
    if (hunted === undefined || dialed === undefined) return undefined;
    this.#feature = reason === "busy" ? "forward-busy" : `forward-${reason}`;
    this.#redirected = afterRedirect(hunted.redirected, pilotLine(hunted.pilot, hunted.number), reason);
    this.#isUrgent = this.#options.isUrgent(dialed);
    return this.#to(this.#options.analyze({ dialed, by: this.#payer }));
  }

  /** @param name of the line or pilot that sends the call elsewhere */
  #countHop(name: string): RejectedCall | undefined {
    if (this.#forwarded.has(name)) return rejected(482, "forwarding-loop");
    const hops = this.#forwarded.size + redirectionsIn(this.#options.received);
    if (hops >= this.#options.maxForwards) return rejected(483, "forwarding-hops");
    this.#forwarded.add(name);
    return undefined;
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
    const { forwardingOf } = this.#options;
    const line = this.#line;
    const settings = line === undefined ? undefined : forwardingOf(line.name);
    if (line === undefined || settings === undefined) return undefined;
    const target = forwardTarget(settings, kind, this.#isExternal);
    if (target === undefined) return undefined;
    if (this.#hasForwardedBefore(line.name)) return rejected(482, "forwarding-loop");
    const refused = this.#countHop(line.name);
    if (refused !== undefined) return refused;
    this.#feature = FEATURE_OF[kind];
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
  #leave(destination: Exclude<Destination, HuntPilotDestination>): Routed {
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

/** A number of a pilot, as what has redirected the call. @param pilot such as `5000@internal` */
function pilotLine(pilot: string, number: string): OfferedLine {
  return { name: `${number}${pilot.slice(pilot.lastIndexOf("@"))}`, phone: undefined };
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
