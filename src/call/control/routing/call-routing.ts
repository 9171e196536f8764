import type { ForwardingKind } from "../../../database/index.ts";
import type { Peer, SipPhone } from "../../device/index.ts";
import { parseDialed, type Destination, type Dialed, type HuntPilotDestination } from "../../digit-analysis/index.ts";
import { redirectionsIn } from "../../identity/redirection-history.ts";
import type { Doing, HuntStep } from "../../model/index.ts";
import type { Guarded, TollCall, TollGuardName } from "../../toll/index.ts";
import type { RecordRedirect } from "../../record/call-record.ts";
import type { BranchRefusal } from "../leg/branch.ts";
import {
  dialedBySetting,
  forwardTarget,
  INSTEAD_OF,
  KIND_OF_DIVERSION,
  withDiversions,
  withDiverts,
  type ForwardTarget,
} from "./forward-target.ts";
import type { CallRoutingOptions, QueuePlace } from "./call-routing-options.ts";
import { octets } from "../leg/caller-identity.ts";
import { huntRoute } from "../hunting/hunt-route.ts";
import type { Deflection, DivertedCall, ReroutedCall, Untaken } from "../session/offered-invite.ts";
import {
  afterRedirect,
  FEATURE_OF,
  lineOf,
  mapTargets,
  numberIn,
  otherGroup,
  pilotLine,
  REASON_OF,
  rejected,
  toldTargets,
  withHeaders,
  withOriginal,
  type OfferedLine,
  type Redirected,
} from "./redirected-call.ts";
import { DEFLECTED, type Redirecting } from "./redirecting.ts";
import { rejection } from "../rejection.ts";
import type { Hunted, Position } from "./route-position.ts";
import { routeCall } from "./route-call.ts";
import type { FeatureCall, RejectedCall, RoutedCall, SettingCall } from "./routed-call.ts";
import { tollCallOf } from "./toll-call.ts";
import { tollRefusal, tollRejection } from "./toll-rejection.ts";

export type Routed = RoutedCall | RejectedCall | FeatureCall | SettingCall;

/** What is said of a line that cannot be offered a call, and which forwarding it has for that. */
const FORWARDING_OF_REASON: Readonly<Partial<Record<string, "unregistered" | "busy" | "noAnswer">>> = {
  "not-registered": "unregistered",
  "no-phone": "unregistered",
  busy: "busy",
  "not-open": "noAnswer",
};

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
  #destination: Exclude<Destination, HuntPilotDestination> | undefined;
  /** Where it comes back to when its new destination cannot be had. */
  #fallback: Position | undefined;
  /** The pilot whose members are. */
  #hunted: Hunted | undefined;
  /** What has brought the call where it is now. */
  #doing: Doing | undefined;

  constructor(options: CallRoutingOptions) {
    this.#options = options;
    this.#payer = options.caller;
    this.#redirected = { record: undefined, ...options.redirected, history: options.received };
  }

  /** Where a call goes that was dialed. @param space absent: what the caller may dial */
  begin(dialed: Dialed, space?: string): Routed {
    const { caller, analyze, isUrgent } = this.#options;
    this.#wasUrgent = this.#isUrgent = isUrgent(dialed);
    const inSpace = space === undefined ? {} : { callingSearchSpace: space };
    const routed = this.#to(analyze({ dialed, by: caller, mayUseFeatures: true, ...inSpace }));
    const group = otherGroup(routed);
    return group === undefined ? toldTargets(routed, this.#redirected) : this.#toGroup(group);
  }

  /** The number behind the code for another group has to be a group's that the caller may dial. */
  #toGroup(number: string): Routed {
    const { caller, analyze } = this.#options;
    const destination = analyze({ dialed: { user: number }, by: caller });
    if (destination.kind === "pickup-group") return this.#to(destination);
    return { kind: "rejected", ...rejection(404, "pickup-group") };
  }

  /** It is something that can be called. @param callingSearchSpace absent: what the caller may dial */
  leadsSomewhere(dialed: Dialed, callingSearchSpace?: string): boolean {
    const { caller, analyze } = this.#options;
    const space = callingSearchSpace === undefined ? {} : { callingSearchSpace };
    return analyze({ dialed, by: caller, ...space }).kind !== "none";
  }

  /** To one phone, wherever its calls are forwarded to. */
  beginAt(phone: SipPhone): Routed {
    return routeCall({ kind: "phone", phone }, { guard: () => undefined, ...this.#options.context });
  }

  /** To members of a pilot, for a caller that waits in its queue. */
  beginAtMembers({ pilot, number }: Omit<QueuePlace, "leftMs">, { group, lines, ringMs }: HuntStep): Routed {
    const { context, hunting } = this.#options;
    this.#doing = { feature: "de-queueing" };
    this.#redirected = afterRedirect(this.#redirected, pilotLine(pilot, number), "hunt");
    const members = lines.map((line) => ({ line, phones: hunting.freePhones(line, this.#options.caller.name) }));
    const routed = huntRoute([{ group, members, ringMs }], ringMs, {
      hunting,
      context: { guard: () => undefined, ...context },
    });
    return toldTargets(routed, this.#redirected);
  }

  /** Where it goes that nobody has taken: to a pilot's queue perhaps, but to no other service; undefined: nowhere. */
  divert({ reason, deflected, hasRung }: Untaken): DivertedCall | undefined {
    if (reason === "deflected") return deflected === undefined ? undefined : this.#deflect(deflected);
    const waits = reason === "no-coverage" ? this.#enqueued() : undefined;
    if (waits !== undefined) return waits;
    const elsewhere =
      reason === "no-coverage" ? this.#uncovered("no-answer") : this.#forwardOr(KIND_OF_DIVERSION[reason]);
    const routed = elsewhere && toldTargets(elsewhere, this.#redirected);
    if (routed?.kind === "routed" && routed.route.kind === "branches") {
      return { route: routed.route, targets: routed.targets };
    }
    const isLost = hasRung || reason === "no-answer" || reason === "no-coverage";
    return isLost ? undefined : this.#comeBack(reason === "busy" ? 486 : 480);
  }

  /** Sends a call elsewhere that is being offered. Rejected: nothing has changed. */
  redirectCall(redirecting: Redirecting): ReroutedCall | RejectedCall {
    const { by, dialed, as = by, callingNumber, isKept, doing, mayBeServed = false } = redirecting;
    const { maxForwards, received, isUrgent, analyze } = this.#options;
    const hops = this.#forwarded.size + this.#redirections + redirectionsIn(received);
    if (hops >= maxForwards) return rejected(483, "forwarding-hops");
    const before = this.#position;
    const line = by.kind === "sip-phone" ? { name: by.line, phone: by } : this.#line;
    const redirected = line === undefined ? before.redirected : afterRedirect(before.redirected, line, "deflection");
    this.#redirected = withHeaders(withOriginal(redirected, redirecting), redirecting.headers);
    this.#payer = by;
    this.#isUrgent = isUrgent(dialed);
    this.#doing = doing;
    const found = this.#to(analyze({ dialed, by: as }));
    const routed = toldTargets(found, this.#redirected);
    if (routed.kind !== "routed" || (routed.route.kind !== "branches" && !mayBeServed)) {
      this.#goTo(before);
      return routed.kind === "rejected" ? routed : { kind: "rejected", ...rejection(488, "feature") };
    }
    this.#redirections += 1;
    this.#fallback = isKept ? before : undefined;
    if (routed.route.kind === "endpoint") return { ...routed, kind: "diverted" };
    const route = isKept ? withDiverts(routed.route, ["busy", "unregistered", "on-failure"]) : routed.route;
    const shown = callingNumber === undefined ? {} : { callerNumber: callingNumber };
    return { kind: "diverted", route, targets: mapTargets(routed.targets, shown) };
  }

  /** A phone says where to go instead. */
  #deflect({ by, uri }: Deflection): DivertedCall | undefined {
    const dialed = parseDialed(uri);
    const phone = this.#options.phoneOf(by);
    if (!dialed.ok || dialed.value.user === "" || phone === undefined) return undefined;
    const routed = this.redirectCall({ by: phone, dialed: dialed.value, doing: DEFLECTED, isKept: false });
    return routed.kind === "rejected" ? undefined : routed;
  }

  /** It rings again where it was redirected from. */
  #comeBack(returned: number): DivertedCall | undefined {
    const before = this.#fallback;
    this.#fallback = undefined;
    if (before === undefined) return undefined;
    this.#goTo(before);
    const again = before.destination ? this.#offer(before.destination, before.line) : this.#huntAgain();
    const routed = again && toldTargets(again, this.#redirected);
    if (routed?.kind !== "routed" || routed.route.kind !== "branches") return undefined;
    return { route: routed.route, targets: routed.targets, returned };
  }

  get #position(): Position {
    return {
      payer: this.#payer,
      redirected: this.#redirected,
      isUrgent: this.#isUrgent,
      forwarded: new Set(this.#forwarded),
      redirections: this.#redirections,
      line: this.#line,
      destination: this.#destination,
      hunted: this.#hunted,
      doing: this.#doing,
    };
  }

  #goTo({ forwarded, redirections, ...position }: Position): void {
    this.#payer = position.payer;
    this.#redirected = position.redirected;
    this.#isUrgent = position.isUrgent;
    this.#forwarded = new Set(forwarded);
    this.#redirections = redirections;
    this.#line = position.line;
    this.#destination = position.destination;
    this.#hunted = position.hunted;
    this.#doing = position.doing;
  }

  /** What has brought the call where it is now; undefined: it was called there. */
  get doing(): Doing | undefined {
    return this.#doing;
  }

  /** What forwarding has done to the call, for its record; undefined: nothing. */
  get redirect(): RecordRedirect | undefined {
    return this.#redirected.record;
  }

  /** Also where a call is sent on to a place for emergency calls, no setting of that stands against it. */
  get #context(): CallRoutingOptions["context"] {
    const { context } = this.#options;
    if (!this.#isUrgent) return context;
    return { ...context, isBusy: () => false, isSilent: () => false, mayHide: false };
  }

  get #isExternal(): boolean {
    return this.#options.caller.kind === "peer";
  }

  #to(destination: Destination): Routed {
    if (destination.kind === "hunt-pilot") return this.#hunt(destination);
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
  #offer(destination: Exclude<Destination, HuntPilotDestination>, line: OfferedLine | undefined): Routed {
    const routed = routeCall(destination, { guard: () => undefined, ...this.#context });
    if (routed.kind === "rejected") return this.#instead(routed);
    if (routed.kind !== "routed" || routed.route.kind !== "branches") return routed;
    const settings = line === undefined ? undefined : this.#options.forwardingOf(line.name);
    if (settings === undefined) return { ...routed, route: withDiverts(routed.route, []) };
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
    this.#doing = { feature: "hunt" };
    return huntRoute(steps, wholeMs, { hunting, context: { guard: () => undefined, ...context } });
  }

  /** In what is left of its time, who is free of the pilot now; undefined: nobody, or no pilot is hunting. */
  #huntAgain(): Routed | undefined {
    const { hunting, caller, context } = this.#options;
    if (this.#hunted === undefined) return undefined;
    const leftMs = this.#hunted.untilMs - hunting.nowMs();
    const steps = leftMs > 0 ? hunting.steps(this.#hunted.settings, caller.name) : [];
    if (steps.length === 0) return undefined;
    return huntRoute(steps, leftMs, { hunting, context: { guard: () => undefined, ...context } });
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
    this.#doing = { feature: reason === "busy" ? "forward-busy" : `forward-${reason}`, detail: "no-coverage" };
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
    const kind = FORWARDING_OF_REASON[rejected.reason];
    if (kind === undefined) return rejected;
    const before = this.#redirected;
    const elsewhere = this.#forward(kind, rejected.reason === "not-open" ? { detail: "not-open" } : {});
    if (elsewhere?.kind === "routed") return elsewhere;
    this.#redirected = before;
    return rejected;
  }

  #forwardOr(kind: ForwardingKind): Routed | undefined {
    const instead = INSTEAD_OF[kind];
    return this.#forward(kind) ?? (instead && this.#forward(instead));
  }

  /** Undefined when the line does not forward for that. */
  #forward(kind: ForwardingKind, detail: Pick<Doing, "detail"> = {}): Routed | undefined {
    const { forwardingOf } = this.#options;
    const line = this.#line;
    const settings = line === undefined ? undefined : forwardingOf(line.name);
    if (line === undefined || settings === undefined) return undefined;
    const target = forwardTarget(settings, kind, this.#isExternal);
    if (target === undefined) return undefined;
    if (this.#hasForwardedBefore(line.name)) return rejected(482, "forwarding-loop");
    const refused = this.#countHop(line.name);
    if (refused !== undefined) return refused;
    this.#doing = { feature: FEATURE_OF[kind], ...detail };
    this.#redirected = afterRedirect(this.#redirected, line, REASON_OF[kind]);
    return this.#follow(target, line);
  }

  /** The call has been away, and has come back to who sent it there. */
  #hasForwardedBefore(line: string): boolean {
    const { received, isOwnHost } = this.#options;
    const number = octets(numberIn(line).number);
    return received.some((one) => one.number === number && (one.host === undefined || isOwnHost(one.host)));
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
    const { toll, callId } = this.#options;
    const context = this.#context;
    const call = this.#isUrgent ? undefined : tollCallOf(destination);
    if (call === undefined) return routeCall(destination, { guard: () => undefined, ...context });
    const payer = this.#payer;
    const refused = toll.refusalOfPayer(payer, call);
    if (refused !== undefined) return { kind: "rejected", ...tollRejection(refused) };
    const routed = routeCall(destination, { guard: (trunk) => this.#guard(trunk, call), ...context });
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
