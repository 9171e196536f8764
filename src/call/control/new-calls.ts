import { detached, withMore } from "../../common/index.ts";
import { tagOf, type SipMessage } from "../../sip/message/index.ts";
import type { FeatureStore, Peer, SipPhone } from "../device/index.ts";
import { isEmergency, withoutSpeedDial, parseDialed, type Dialed } from "../digit-analysis/index.ts";
import type { UserData } from "../../signals/index.ts";
import { receivedHistory } from "../identity/redirection-history.ts";
import { receivedUserData } from "../identity/user-to-user.ts";
import { NEW_SESSION, refusedOutcome, type DialedFeature, type Endpoint, type Outcome } from "../model/index.ts";
import type { HeaderList, IncomingRequest } from "../signaling/signaling-port.ts";
import { inboundNumber } from "../trunk/trunk-numbers.ts";
import type { CallProgress } from "./session/call-progress.ts";
import { type CallContext, CallSession } from "./session/call-session.ts";
import type { CallLimits } from "./call-limits.ts";
import { CallRouter, type CallRouterOptions, type RoutingFacts } from "./routing/call-router.ts";
import type { Dialing, QueuePlace } from "./routing/call-routing-options.ts";
import type { CallRouting, Routed } from "./routing/call-routing.ts";
import { callTargets } from "./routing/call-targets.ts";
import { changeSetting } from "./routing/change-setting.ts";
import { callerDevice, claimOf } from "./leg/caller-identity.ts";
import { dialedByCommand } from "./routing/forward-target.ts";
import { recvInfo } from "./headers/capabilities.ts";
import { checkInvite, MAX_HOPS, type CheckedInvite } from "./invite-check.ts";
import { branchHeaders, callerLeg } from "./leg/caller-leg.ts";
import { dialogIdOf, type Leg, type LegDevice } from "./leg/leg.ts";
import { sourceText } from "./leg/leg-log.ts";
import type { CallTargets } from "./session/offered-invite.ts";
import { WaitingRoom } from "./hunting/waiting-room.ts";
import type { Origination, ReachedService } from "./session/origination.ts";
import { reasonOf } from "./headers/reason-header.ts";
import { rejection, type Rejection } from "./rejection.ts";
import { reliabilityOf } from "./headers/reliability.ts";
import { PEER_BUSY } from "./routing/route-trunks.ts";
import type { DialDecision, FeatureCall, RejectedCall, RoutedCall, SettingCall } from "./routing/routed-call.ts";
import { registrationAt } from "./leg/way-to-leg.ts";
import { virtualLeg } from "./leg/virtual-leg.ts";

/** What features have to do with new calls. */
export interface FeatureHost {
  /** What becomes of an INVITE that asks for a feature. */
  dial(callId: string, caller: Leg, called: string, feature: DialedFeature): DialDecision;
  /** Told of a device's call before anybody is rung. */
  onOffered(session: CallSession): void;
  /** Told of a call that was redirected and rings where it did again, since that has failed with a status. */
  onReturned(sessionId: string, status: number): void;
  /** A caller is to wait in a queue: what it hears there; undefined: it cannot wait. */
  enqueue(callId: string, place: QueuePlace): Endpoint | undefined;
}

export interface NewCallsOptions extends CallLimits, Omit<CallRouterOptions, "localHosts"> {
  readonly context: CallContext;
  readonly features: () => FeatureHost;
  /** What a request is for; its Request-URI, unless that is our Contact with a trunk. */
  readonly calledUri: (message: SipMessage) => string;
  /** Told what a peer of the trust domain says of its call. */
  readonly onUserData: (callId: string, data: UserData) => void;
  /** Where phones change settings; absent: they cannot. */
  readonly store: FeatureStore | undefined;
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

const NO_SETTINGS: Rejection = rejection(403, "feature");
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
  /** What calls are routed by. */
  readonly router: CallRouter;

  constructor(options: NewCallsOptions) {
    this.#options = options;
    this.router = new CallRouter({ ...options, localHosts: () => this.localHosts });
  }

  /** What can be told without knowing who calls. */
  refusalByLoad(request: IncomingRequest): Rejection | undefined {
    const { table } = this.#options;
    const full = this.refusalOfNew(this.#isEmergency(request.message));
    if (full !== undefined) return full;
    // RFC 3261 8.2.2.2: the same request has come before by another way. The wire has one dialog for both.
    const { message } = request;
    const known = table.findLeg(dialogIdOf(message.get("call-id") ?? "", tagOf(message.get("from") ?? "") ?? ""));
    return known === undefined ? undefined : rejection(482, "merged");
  }

  /** Why there may be no further call at the moment; undefined: there may. */
  refusalOfNew(isUrgent: boolean): Rejection | undefined {
    const { table } = this.#options;
    const reserve = isUrgent ? this.#reserve() : 0;
    const maxCalls = this.#options.maxCalls + reserve;
    const maxLegs = this.#options.maxLegs + 4 * reserve;
    const retry: HeaderList = [["Retry-After", "5"]];
    if (this.draining) return rejection(503, "draining", retry);
    const isFull = table.active >= maxCalls || table.size >= 2 * maxCalls || table.legCount >= maxLegs;
    return isFull ? rejection(503, "full", retry) : undefined;
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
      enqueue: (place) => this.#options.features().enqueue(callId, place),
    });
    const found = asked ?? routing?.begin(this.#fromTrunk(device, dialed)) ?? callerBusy(device);
    this.#logEmergency(dialed, device, found);
    const call: BegunCall = { request, device, dialed, callId, checked, mayHide, routing };
    if (found.kind === "rejected") return this.#reject(call, found);
    if (found.kind === "setting") return this.#change(call, found);
    const caller = this.#callerLeg(call);
    const routed = found.kind === "feature" ? this.#dial(call, caller, found) : found;
    if (routed.kind === "rejected") return this.#reject(call, routed);
    this.#start(call, caller, routed, found.kind === "feature");
    return undefined;
  }

  /** A setting of the phone is changed before its INVITE is answered: that it is done, or refused. */
  #change(call: BegunCall, { setting, argument }: SettingCall): Rejection | undefined {
    const { store, inventory } = this.#options;
    const { request, device, routing } = call;
    if (store === undefined || device.kind === "peer") return this.#reject(call, { kind: "rejected", ...NO_SETTINGS });
    const space = inventory.forwardingOf(device.line)?.forwarding.all?.callingSearchSpace;
    const isKnown = setting !== "forward-all-on" || routing?.leadsSomewhere({ user: argument }, space) === true;
    if (!isKnown) return this.#reject(call, { kind: "rejected", ...rejection(404, "bad-destination") });
    void changeSetting(store, device, setting, argument).then((refused) => {
      const dialed = refused ?? this.#confirm(call);
      if (dialed === undefined) return;
      const { status, headers } = this.#reject(call, { kind: "rejected", ...dialed });
      request.respond(status, { headers });
    });
    return undefined;
  }

  /** @returns why it cannot be told */
  #confirm(call: BegunCall): Rejection | undefined {
    const caller = this.#callerLeg(call);
    const routed = this.#dial(call, caller, { kind: "feature", feature: { kind: "setting" } });
    if (routed.kind === "rejected") return routed;
    this.#start(call, caller, routed, true);
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
    if (!isKnown) this.#offer(session, request, device);
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

  #offer(session: CallSession, { message }: IncomingRequest, device: SipPhone | Peer): void {
    this.#options.features().onOffered(session);
    if (device.kind === "peer" && device.trusted === true) {
      this.#options.onUserData(session.callId, receivedUserData(message));
    }
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
    if (device.kind === "peer") return dialed;
    const dialing: Dialing = { dialed, by: device, mayUseFeatures: true };
    return withoutSpeedDial(
      dialed,
      this.router.analysisOf(dialing, callerDevice(device, message).number, claimOf(message, "from").host),
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
    return this.router.routing(facts, isUrgent);
  }

  /**
   * Rings a number by a call of the switch itself: whoever answers is connected with its service.
   * @returns what stands against it, or the service that is there; undefined: it rings
   */
  originate(origination: Origination): Rejection | ReachedService | FeatureCall | undefined {
    const { sessionId, as, by, to, endpoint, onlyDevice, referredBy, hunt, origin, redirected } = origination;
    const { context, table, inventory } = this.#options;
    const dialed = dialedByCommand(to);
    const waiting = new WaitingRoom(origination.roomIn);
    const facts = { callId: sessionId, device: by, dialed, number: as.number, domain: "", redirected };
    const isUrgent = isEmergency(dialed, this.#options.emergency());
    const routing = this.router.routing(withMore(facts, { enqueue: waiting.enqueue }), isUrgent);
    const phone = onlyDevice === undefined ? undefined : inventory.lineOf(onlyDevice, to);
    const routed =
      hunt !== undefined
        ? routing.beginAtMembers({ pilot: hunt.pilot, number: to }, hunt.step)
        : phone === undefined
          ? routing.begin(dialed, origination.callingSearchSpace)
          : routing.beginAt(phone);
    if (routed.kind === "setting") return rejection(488, "feature");
    if (routed.kind !== "routed") return routed;
    const isHunted = routed.route.kind === "branches" && routed.route.groups.length === 0 && hunt === undefined;
    const going = isHunted ? routing.divert({ reason: "no-coverage", deflected: undefined, hasRung: false }) : routed;
    if (waiting.reached !== undefined) return waiting.reached;
    waiting.close();
    if (going === undefined) return rejection(486, "busy");
    const { route } = going;
    if (route.kind !== "branches") return { service: routed.endpoint ?? "echo" };
    const session = new CallSession(context, {
      callId: sessionId,
      calledNumber: to,
      caller: virtualLeg(as, this.#options.ids),
      callee: routed.callee,
      endpoint,
      origin,
    });
    const referral: HeaderList = referredBy === undefined ? [] : [["Referred-By", referredBy]];
    const headers: HeaderList = [["Max-Forwards", String(MAX_HOPS)], ...referral, ...this.#answerBySelf(origination)];
    const targets = this.#targets(session, { ...routed, targets: going.targets }, routing, headers);
    table.add(session);
    session.originate({ route, ...targets });
    return undefined;
  }

  /** How devices are asked to answer by themselves that are to. */
  #answerBySelf({ onlyDevice, wanted }: Origination): HeaderList {
    if (onlyDevice === undefined || wanted === undefined) return [];
    const { inventory, settings } = this.#options;
    const isSet = wanted === "at-once" || (wanted === "by-user" && settings?.deviceOf(onlyDevice)?.autoAnswer === true);
    if (!isSet && inventory.linesOf(onlyDevice)[0]?.cti === undefined) return [];
    return this.answerHeaders;
  }

  /** What phones answer by themselves: RFC 5373, and what most of them know. */
  get answerHeaders(): HeaderList {
    const [host = "localhost"] = this.localHosts;
    return [
      ["Answer-Mode", "Auto"],
      ["Call-Info", `<sip:${host}>;answer-after=0`],
    ];
  }

  #isEmergency(message: SipMessage): boolean {
    const dialed = parseDialed(this.#options.calledUri(message));
    return dialed.ok && isEmergency(dialed.value, this.#options.emergency());
  }

  #reserve(): number {
    return Math.max(MIN_RESERVE, Math.ceil(this.#options.maxCalls / 10));
  }

  #logEmergency(dialed: Dialed, { name }: SipPhone | Peer, found: Routed): void {
    if (!isEmergency(dialed, this.#options.emergency())) return;
    const { kind } = found;
    const to = "callee" in found ? found.callee?.name : undefined;
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
