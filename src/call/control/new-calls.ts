import { detached, type Ids } from "../../common/index.ts";
import type { RelayEndpoint } from "../../media/index.ts";
import { tagOf, type SipMessage } from "../../sip/message/index.ts";
import type { Inventory, Peer, SipPhone } from "../device/index.ts";
import {
  analyze,
  isEmergency,
  withoutSpeedDial,
  type AnalysisContext,
  parseDialed,
  type Destination,
  type Dialed,
  type EmergencyPlan,
  type NumberingSource,
} from "../digit-analysis/index.ts";
import { receivedHistory, type RedirectionHistory } from "../identity/redirection-history.ts";
import { NEW_SESSION, refusedOutcome, type DialedFeature, type Outcome } from "../model/index.ts";
import type { Binding } from "../registrar/index.ts";
import type { HeaderList, IncomingRequest } from "../signaling/signaling-port.ts";
import type { TollGuards } from "../toll/index.ts";
import { inboundNumber } from "../trunk/trunk-numbers.ts";
import type { CallProgress } from "./call-progress.ts";
import { type CallContext, CallSession } from "./call-session.ts";
import type { CallTable } from "./call-table.ts";
import type { CallLimits } from "./call-limits.ts";
import { CallRouting, type Dialing } from "./call-routing.ts";
import { callTargets } from "./call-targets.ts";
import { callerDevice, claimOf } from "./caller-identity.ts";
import { recvInfo } from "./capabilities.ts";
import { checkInvite, MAX_HOPS, type CheckedInvite } from "./invite-check.ts";
import { branchHeaders, callerLeg } from "./caller-leg.ts";
import { dialogIdOf, type Leg, type LegDevice } from "./leg.ts";
import { sourceText } from "./leg-log.ts";
import type { CallTargets } from "./offered-invite.ts";
import type { Origination, ReachedService } from "./origination.ts";
import { reasonOf } from "./reason-header.ts";
import { rejection, type Rejection } from "./rejection.ts";
import { reliabilityOf } from "./reliability.ts";
import { PEER_BUSY } from "./route-trunks.ts";
import type { DialDecision, FeatureCall, RejectedCall, RoutedCall } from "./routed-call.ts";
import { registrationAt } from "./way-to-leg.ts";
import { virtualLeg } from "./virtual-leg.ts";

/** What features have to do with new calls. */
export interface FeatureHost {
  /** What becomes of an INVITE that asks for a feature. */
  dial(callId: string, caller: Leg, called: string, feature: DialedFeature): DialDecision;
  /** Told of a device's call before anybody is rung. */
  onOffered(session: CallSession): void;
  /** Told of a call that was redirected and rings where it did again, since that has failed with a status. */
  onReturned(sessionId: string, status: number): void;
}

export interface NewCallsOptions extends CallLimits {
  readonly context: CallContext;
  readonly features: () => FeatureHost;
  readonly table: CallTable;
  readonly inventory: Inventory;
  readonly ids: Ids;
  readonly lookup: (phone: SipPhone) => readonly Binding[];
  readonly onFlowFailed: (binding: Binding) => void;
  readonly endpoints: ReadonlyMap<string, RelayEndpoint & ("echo" | "demo")>;
  /** What a request is for; its Request-URI, unless that is our Contact with a trunk. */
  readonly calledUri: (message: SipMessage) => string;
  /** False: a trunk is known to be down. */
  readonly isUsable: (trunk: Peer) => boolean;
  readonly toll: TollGuards;
  /** Where emergency calls go now; undefined: nowhere. */
  readonly emergency: () => EmergencyPlan | undefined;
  /** Absent: there is no dial plan. */
  readonly numbering?: NumberingSource | undefined;
}

/** An INVITE that becomes a call. */
interface BegunCall {
  readonly request: IncomingRequest;
  readonly device: SipPhone | Peer;
  readonly dialed: Dialed;
  readonly callId: string;
  readonly checked: CheckedInvite;
  /** The caller's wish for privacy counts. */
  readonly mayHide: boolean;
  readonly routing: CallRouting | undefined;
}

/** Who calls whom, as far as digit analysis has to know. */
interface RoutingFacts {
  readonly callId: string;
  readonly device: SipPhone | Peer;
  readonly dialed: Dialed;
  /** The caller's. */
  readonly number: string;
  /** Host that the caller says it is of. */
  readonly domain: string;
  /** What has been done to the call elsewhere; absent: nothing. */
  readonly received?: RedirectionHistory;
}

/** Forwardings of a call where no dial plan says. */
const MAX_FORWARDS = 12;
/** What emergency calls have beyond what all calls may have: a tenth of it, and so many calls at least. */
const MIN_RESERVE = 10;
/** Emergency calls that a party may make beyond all the calls that it may have: no more than the edge lets through first. */
const EMERGENCY_CALLS_OF_ONE = 20;

/** Turns authenticated INVITEs into calls. */
export class NewCalls {
  /** Hosts that mean this switch; the edge tells them when it connects. */
  localHosts: ReadonlySet<string> = new Set();
  /** True: no new calls. */
  draining = false;
  readonly #options: NewCallsOptions;

  constructor(options: NewCallsOptions) {
    this.#options = options;
  }

  /** What can be told without knowing who calls. */
  refusalByLoad(request: IncomingRequest): Rejection | undefined {
    const { table } = this.#options;
    const reserve = this.#isEmergency(request.message) ? this.#reserve() : 0;
    const maxCalls = this.#options.maxCalls + reserve;
    const maxLegs = this.#options.maxLegs + 4 * reserve;
    const retry: HeaderList = [["Retry-After", "5"]];
    if (this.draining) return rejection(503, "draining", retry);
    if (table.active >= maxCalls || table.size >= 2 * maxCalls || table.legCount >= maxLegs) {
      return rejection(503, "full", retry);
    }
    // RFC 3261 8.2.2.2: the same request has come before by another way. The wire has one dialog for both.
    const { message } = request;
    const known = table.findLeg(dialogIdOf(message.get("call-id") ?? "", tagOf(message.get("from") ?? "") ?? ""));
    return known === undefined ? undefined : rejection(482, "merged");
  }

  /**
   * Begins a call, or says what the INVITE is answered with; an attempt that fails by where it goes is recorded.
   * @param asked what the INVITE asks for, whatever number it names; absent: to reach that
   */
  begin(request: IncomingRequest, device: SipPhone | Peer, asked?: FeatureCall): Rejection | undefined {
    const { message } = request;
    const dialed = this.#dialedBy(message, device);
    // Who is called for help has to know who calls.
    const mayHide = dialed === undefined || !isEmergency(dialed, this.#options.emergency());
    const checked = checkInvite(message, device, mayHide);
    if ("status" in checked) return checked;
    if (dialed === undefined) return rejection(416, "uri-scheme");
    const callId = this.#options.ids.uuid();
    const identity = callerDevice(device, message);
    const routing = this.#routing({
      callId,
      device,
      dialed,
      number: identity.number,
      domain: claimOf(message, "from").host,
      received: device.kind === "peer" && device.trusted === true ? receivedHistory(message) : [],
    });
    const found = asked ?? routing?.begin(this.#fromTrunk(device, dialed)) ?? callerBusy(device);
    this.#logEmergency(dialed, device, found);
    const call: BegunCall = { request, device, dialed, callId, checked, mayHide, routing };
    if (found.kind === "rejected") return this.#reject(call, found);
    const caller = this.#callerLeg(call);
    const routed = found.kind === "feature" ? this.#dial(call, caller, found) : found;
    if (routed.kind === "rejected") return this.#reject(call, routed);
    this.#start(call, caller, routed, found.kind === "feature");
    return undefined;
  }

  #callerLeg({ request, device, checked, mayHide }: BegunCall): Leg {
    const { ids, context, lookup } = this.#options;
    const bindings = device.kind === "sip-phone" ? lookup(device) : [];
    return callerLeg(request, device, checked.session, {
      ids,
      identity: callerDevice(device, request.message, mayHide),
      edgeMemory: context.port.edgeMemory,
      registration: registrationAt(bindings, request.source),
      isUrgent: !mayHide,
    });
  }

  /** What a device dials that asks for a feature is answered by a service of the relay, where the feature can be had. */
  #dial({ callId, device, dialed }: BegunCall, caller: Leg, { feature }: FeatureCall): RoutedCall | RejectedCall {
    if (device.kind === "peer") return { kind: "rejected", ...rejection(403, "feature") };
    const decision = this.#options.features().dial(callId, caller, dialed.user, feature);
    if (decision.kind === "refused") {
      const { status, reason } = decision;
      return { kind: "rejected", ...rejection(status, reason, [["Warning", `399 tandem "${reason}"`]]) };
    }
    const { endpoint, shown } = decision;
    const known = shown === undefined ? {} : { shown };
    return { kind: "routed", route: { kind: "endpoint" }, targets: new Map(), callee: undefined, endpoint, ...known };
  }

  #reject({ request, device, dialed, routing }: BegunCall, rejected: RejectedCall): Rejection {
    const { status, cause, headers } = rejected;
    const outcome: Outcome = { ...refusedOutcome({ status }, cause), by: "switch" };
    this.#record(request, device, dialed.user, rejected.callee, outcome, routing?.redirect);
    return { ...rejected, headers: [...headers, ...reasonOf(outcome)] };
  }

  #start(call: BegunCall, caller: Leg, routed: RoutedCall, isKnown: boolean): void {
    const { request, device, dialed, callId, checked, routing } = call;
    const { table, context } = this.#options;
    const { message } = request;
    const session = new CallSession(context, {
      callId,
      calledNumber: dialed.user,
      caller,
      callee: routed.callee,
      ...(routed.endpoint === undefined ? {} : { endpoint: routed.endpoint }),
    });
    const headers = [...branchHeaders(message, checked.hops), ...recvInfo(caller)];
    const targets = this.#targets(session, routed, routing, headers);
    table.add(session);
    if (!isKnown) this.#options.features().onOffered(session);
    session.offer({
      request,
      sdp: checked.sdp,
      route: routed.route,
      ...targets,
      answerHeaders: checked.session.headers,
      reliability: reliabilityOf(message, checked.sdp !== undefined),
      trustedHost: device.kind === "peer" && device.trusted === true ? this.#hostFor(dialed) : undefined,
      ...(routed.shown === undefined ? {} : { shown: routed.shown }),
    });
  }

  #targets(
    session: CallSession,
    routed: RoutedCall,
    routing: CallRouting | undefined,
    headers: HeaderList,
  ): CallTargets {
    const onReturned = (status: number): void => this.#options.features().onReturned(session.callId, status);
    return callTargets(routed, routing, session.progress, { branchHeaders: headers, onReturned });
  }

  /** What the caller means to reach: not the speed dial, but what stands behind it. Undefined: nothing that can be dialed. */
  #dialedBy(message: SipMessage, device: SipPhone | Peer): Dialed | undefined {
    const parsed = parseDialed(this.#options.calledUri(message));
    if (!parsed.ok) return undefined;
    const dialed: Dialed = { ...parsed.value, user: detached(parsed.value.user) };
    const dialing: Dialing = { dialed, by: device, mayUseFeatures: true };
    return withoutSpeedDial(
      dialed,
      this.#analysisOf(dialing, callerDevice(device, message).number, claimOf(message, "from").host),
    );
  }

  /** A trunk's numbers are changed before they are looked up; what it calls in an emergency is not. */
  #fromTrunk(device: SipPhone | Peer, dialed: Dialed): Dialed {
    if (device.kind !== "peer" || isEmergency(dialed, this.#options.emergency())) return dialed;
    return { ...dialed, user: inboundNumber(device, dialed.user) };
  }

  /** What the caller calls us by; a tel URI has no host. */
  #hostFor({ host }: Dialed): string {
    return host ?? [...this.localHosts][0] ?? "localhost";
  }

  /** Undefined: the caller has all the calls it may have. */
  #routing(facts: RoutingFacts): CallRouting | undefined {
    const { table } = this.#options;
    const { device, dialed } = facts;
    const isUrgent = isEmergency(dialed, this.#options.emergency());
    const { name, maxCalls } = device;
    if (table.isBusy({ name, maxCalls: maxCalls + (isUrgent ? EMERGENCY_CALLS_OF_ONE : 0) })) return undefined;
    if (!isUrgent && device.kind === "sip-phone" && table.isLineBusy(device, "from")) return undefined;
    return this.#routingOf(facts, isUrgent);
  }

  #routingOf({ callId, device, number, domain, received = [] }: RoutingFacts, isUrgent: boolean): CallRouting {
    const { inventory, table, ids, lookup, onFlowFailed, toll, numbering } = this.#options;
    const { ringSeconds, serialRingSeconds, trunkTrySeconds, isUsable } = this.#options;
    const isBusy = (party: SipPhone | Peer): boolean =>
      !isUrgent && (table.isBusy(party) || (party.kind === "sip-phone" && table.isLineBusy(party, "to")));
    const ofTrunk = device.kind === "peer" ? device.fromDomain : undefined;
    const times = { ringSeconds, serialRingSeconds, trunkTrySeconds };
    const { maxHops: maxForwards = MAX_FORWARDS } = numbering?.(number).plan ?? {};
    return new CallRouting({
      callId,
      caller: device,
      isUrgent: (dialed) => isEmergency(dialed, this.#options.emergency()),
      analyze: (dialing) => this.#analyze(dialing, number, domain),
      forwardingOf: (line) => inventory.forwardingOf(line),
      phoneOf: ({ name, number: own }) => inventory.lineOf(name, own),
      maxForwards,
      received,
      isOwnHost: (host) =>
        this.localHosts.has(host) || [inventory.realm, ofTrunk].some((own) => own?.toLowerCase() === host),
      toll,
      context: { ids, lookup, onFlowFailed, isBusy, isUsable, mayHide: !isUrgent, ...times },
    });
  }

  /**
   * Rings a number by a call of the switch itself: whoever answers is connected with its service.
   * @returns what stands against it, or the service that is there; undefined: it rings
   */
  originate(origination: Origination): Rejection | ReachedService | FeatureCall | undefined {
    const { sessionId, as, by, to, endpoint, onlyDevice, referredBy } = origination;
    const { context, table, inventory } = this.#options;
    const dialed: Dialed = { user: to };
    const facts = { callId: sessionId, device: by, dialed, number: as.number, domain: "", received: [] };
    const routing = this.#routingOf(facts, false);
    const phone = onlyDevice === undefined ? undefined : inventory.lineOf(onlyDevice, to);
    const routed = phone === undefined ? routing.begin(dialed) : routing.beginAt(phone);
    if (routed.kind !== "routed") return routed;
    const { route } = routed;
    if (route.kind !== "branches") return { service: routed.endpoint ?? "echo" };
    const session = new CallSession(context, {
      callId: sessionId,
      calledNumber: to,
      caller: virtualLeg(as, this.#options.ids),
      callee: routed.callee,
      endpoint,
    });
    const referral: HeaderList = referredBy === undefined ? [] : [["Referred-By", referredBy]];
    const headers: HeaderList = [["Max-Forwards", String(MAX_HOPS)], ...referral];
    const targets = this.#targets(session, routed, routing, headers);
    table.add(session);
    session.originate({ route, ...targets });
    return undefined;
  }

  /** @param number of the caller, as the dial plan knows it */
  #analyze(dialing: Dialing, number: string, callerDomain: string): Destination {
    return analyze(dialing.dialed, this.#analysisOf(dialing, number, callerDomain));
  }

  #analysisOf(
    { by, callingSearchSpace: space, line, mayUseFeatures = false }: Dialing,
    number: string,
    callerDomain: string,
  ): AnalysisContext {
    const { inventory, endpoints } = this.#options;
    const numbering = this.#options.numbering?.(number);
    const emergency = this.#options.emergency();
    return {
      inventory,
      caller: by,
      mayUseFeatures,
      endpoints,
      localHosts: this.localHosts,
      callerDomain,
      ...(emergency === undefined ? {} : { emergency }),
      ...(numbering === undefined ? {} : { numbering: { ...numbering, space, line } }),
    };
  }

  #isEmergency(message: SipMessage): boolean {
    const dialed = parseDialed(this.#options.calledUri(message));
    return dialed.ok && isEmergency(dialed.value, this.#options.emergency());
  }

  #reserve(): number {
    return Math.max(MIN_RESERVE, Math.ceil(this.#options.maxCalls / 10));
  }

  #logEmergency(dialed: Dialed, { name }: SipPhone | Peer, found: RoutedCall | RejectedCall | FeatureCall): void {
    if (!isEmergency(dialed, this.#options.emergency())) return;
    const { kind } = found;
    const to = kind === "feature" ? undefined : found.callee?.name;
    this.#options.context.logger.warn("emergency call", { caller: name, called: dialed.user, kind, to });
  }

  #record(
    { message, source }: IncomingRequest,
    device: SipPhone | Peer,
    calledNumber: string,
    callee: LegDevice | undefined,
    outcome: Outcome,
    redirect: CallRouting["redirect"],
  ): void {
    const { context, ids } = this.#options;
    const nowMs = context.clock.wallMs();
    const progress: CallProgress = {
      callId: ids.uuid(),
      calledNumber,
      caller: callerDevice(device, message),
      callerSource: sourceText(source),
      callee,
      callees: [],
      startedAtMs: nowMs,
      ringingAtMs: undefined,
      answeredAtMs: undefined,
      sipCallIds: { caller: detached(message.get("call-id") ?? ""), callee: [] },
      ...(redirect === undefined ? {} : { redirect }),
    };
    void context.writeRecord({ progress, call: NEW_SESSION, outcome, nowMs, summary: undefined });
  }
}

function callerBusy({ kind }: SipPhone | Peer): RejectedCall {
  return { kind: "rejected", ...(kind === "peer" ? PEER_BUSY : rejection(486, "caller-busy")) };
}
