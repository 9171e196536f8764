import { detached, type Ids } from "../../common/index.ts";
import type { RelayEndpoint } from "../../media/index.ts";
import { parseCSeq, parseDigits, tagOf, type SipMessage } from "../../sip/message/index.ts";
import type { Inventory, Peer, SipPhone } from "../device/index.ts";
import {
  analyze,
  isEmergency,
  parseDialed,
  type Destination,
  type Dialed,
  type EmergencyPlan,
  type NumberingSource,
} from "../digit-analysis/index.ts";
import { isImpossible, privacyOf } from "../identity/privacy.ts";
import { receivedHistory } from "../identity/redirection-history.ts";
import { NEW_SESSION, refusedOutcome, type Outcome } from "../model/index.ts";
import type { Binding } from "../registrar/index.ts";
import type { HeaderList, IncomingRequest } from "../signaling/signaling-port.ts";
import type { TollGuards } from "../toll/index.ts";
import { inboundNumber } from "../trunk/trunk-numbers.ts";
import { accepts } from "./accept.ts";
import type { CallProgress } from "./call-progress.ts";
import { type CallContext, CallSession } from "./call-session.ts";
import type { CallTable } from "./call-table.ts";
import type { CallLimits } from "./call-limits.ts";
import { CallRouting, type Dialing } from "./call-routing.ts";
import { callerDevice, claimOf } from "./caller-identity.ts";
import { adoptAbilities, recvInfo } from "./capabilities.ts";
import { dialogOfRequest } from "./leg-dialog.ts";
import { dialogIdOf, type Leg, type LegDevice, type LegRegistration } from "./leg.ts";
import { sourceText } from "./leg-log.ts";
import { reasonOf } from "./reason-header.ts";
import { rejection, type Rejection } from "./rejection.ts";
import { reliabilityOf } from "./reliability.ts";
import { PEER_BUSY } from "./route-trunks.ts";
import type { RejectedCall, RoutedCall } from "./routed-call.ts";
import { registrationAt } from "./way-to-leg.ts";
import { sessionBody } from "./session-body.ts";
import { decideSession, type SessionDecision } from "./session-interval.ts";

export interface NewCallsOptions extends CallLimits {
  readonly context: CallContext;
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

/** An INVITE that may become a call. */
interface Checked {
  readonly sdp: string | undefined;
  readonly session: Extract<SessionDecision, { kind: "agree" }>;
  readonly hops: number;
}

const MAX_HOPS = 70;
/** Forwardings of a call where no dial plan says. */
const MAX_FORWARDS = 12;
const SUBJECT_LENGTH = 256;
/** What emergency calls have beyond what all calls may have: a tenth of it, and so many calls at least. */
const MIN_RESERVE = 10;
/** Emergency calls that a party may make beyond all the calls that it may have: no more than the edge lets through first. */
const EMERGENCY_CALLS_OF_ONE = 20;
const SDP = "application/sdp";

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

  /** Begins a call, or says what the INVITE is answered with; an attempt that fails by where it goes is recorded. */
  begin(request: IncomingRequest, device: SipPhone | Peer): Rejection | undefined {
    const { message } = request;
    // Who is called for help has to know who calls.
    const mayHide = !this.#isEmergency(message);
    const checked = checkInvite(message, device, mayHide);
    if ("status" in checked) return checked;
    const parsed = parseDialed(this.#options.calledUri(message));
    if (!parsed.ok) return rejection(416, "uri-scheme");
    const dialed: Dialed = { ...parsed.value, user: detached(parsed.value.user) };
    const callId = this.#options.ids.uuid();
    const routing = this.#routing(callId, message, device, dialed);
    const routed = routing?.begin(this.#fromTrunk(device, dialed)) ?? callerBusy(device);
    this.#logEmergency(dialed, device, routed);
    if (routed.kind === "rejected") {
      const { status, cause, headers } = routed;
      const outcome: Outcome = { ...refusedOutcome({ status }, cause), by: "switch" };
      this.#record(request, device, dialed.user, routed.callee, outcome, routing?.redirect);
      return { ...routed, headers: [...headers, ...reasonOf(outcome)] };
    }
    const { ids, table, context, lookup } = this.#options;
    const bindings = device.kind === "sip-phone" ? lookup(device) : [];
    const caller = callerLeg(request, device, checked.session, {
      ids,
      identity: callerDevice(device, message, mayHide),
      edgeMemory: context.port.edgeMemory,
      registration: registrationAt(bindings, request.source),
      isUrgent: !mayHide,
    });
    const session = new CallSession(context, {
      callId,
      calledNumber: dialed.user,
      caller,
      callee: routed.callee,
      ...(routed.endpoint === undefined ? {} : { endpoint: routed.endpoint }),
    });
    noteRedirect(session, routing);
    table.add(session);
    session.offer({
      request,
      sdp: checked.sdp,
      route: routed.route,
      targets: routed.targets,
      divert: (reason) => {
        const diverted = routing?.divert(reason);
        if (diverted !== undefined) noteRedirect(session, routing);
        return diverted;
      },
      answerHeaders: checked.session.headers,
      reliability: reliabilityOf(message, checked.sdp !== undefined),
      trustedHost: device.kind === "peer" && device.trusted === true ? this.#hostFor(dialed) : undefined,
      branchHeaders: [...branchHeaders(message, checked.hops), ...recvInfo(caller)],
    });
    return undefined;
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
  #routing(callId: string, message: SipMessage, device: SipPhone | Peer, dialed: Dialed): CallRouting | undefined {
    const { inventory, table, ids, lookup, onFlowFailed, toll, numbering } = this.#options;
    const { ringSeconds, serialRingSeconds, trunkTrySeconds, isUsable } = this.#options;
    const isUrgent = isEmergency(dialed, this.#options.emergency());
    const { name, maxCalls } = device;
    if (table.isBusy({ name, maxCalls: maxCalls + (isUrgent ? EMERGENCY_CALLS_OF_ONE : 0) })) return undefined;
    if (!isUrgent && device.kind === "sip-phone" && table.isLineBusy(device, "from")) return undefined;
    const isBusy = (party: SipPhone | Peer): boolean =>
      !isUrgent && (table.isBusy(party) || (party.kind === "sip-phone" && table.isLineBusy(party, "to")));
    const ofTrunk = device.kind === "peer" ? device.fromDomain : undefined;
    const times = { ringSeconds, serialRingSeconds, trunkTrySeconds };
    const { maxHops: maxForwards = MAX_FORWARDS } = numbering?.(callerDevice(device, message).number).plan ?? {};
    return new CallRouting({
      callId,
      caller: device,
      isUrgent: (number) => isEmergency(number, this.#options.emergency()),
      analyze: (dialing) => this.#analyze(dialing, message, device),
      forwardingOf: (line) => inventory.forwardingOf(line),
      maxForwards,
      received: device.kind === "peer" && device.trusted === true ? receivedHistory(message) : [],
      isOwnHost: (host) =>
        this.localHosts.has(host) || [inventory.realm, ofTrunk].some((own) => own?.toLowerCase() === host),
      toll,
      context: { ids, lookup, onFlowFailed, isBusy, isUsable, mayHide: !isUrgent, ...times },
    });
  }

  #analyze(
    { dialed, by, callingSearchSpace: space, line }: Dialing,
    message: SipMessage,
    device: SipPhone | Peer,
  ): Destination {
    const { inventory, endpoints } = this.#options;
    const numbering = this.#options.numbering?.(callerDevice(device, message).number);
    const emergency = this.#options.emergency();
    return analyze(dialed, {
      inventory,
      caller: by,
      endpoints,
      localHosts: this.localHosts,
      callerDomain: claimOf(message, "from").host,
      ...(emergency === undefined ? {} : { emergency }),
      ...(numbering === undefined ? {} : { numbering: { ...numbering, space, line } }),
    });
  }

  #isEmergency(message: SipMessage): boolean {
    const dialed = parseDialed(this.#options.calledUri(message));
    return dialed.ok && isEmergency(dialed.value, this.#options.emergency());
  }

  #reserve(): number {
    return Math.max(MIN_RESERVE, Math.ceil(this.#options.maxCalls / 10));
  }

  #logEmergency(dialed: Dialed, { name }: SipPhone | Peer, { kind, callee }: RoutedCall | RejectedCall): void {
    if (!isEmergency(dialed, this.#options.emergency())) return;
    this.#options.context.logger.warn("emergency call", { caller: name, called: dialed.user, kind, to: callee?.name });
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

function noteRedirect({ progress }: CallSession, routing: CallRouting | undefined): void {
  if (routing?.redirect !== undefined) progress.redirect = routing.redirect;
}

function callerBusy({ kind }: SipPhone | Peer): RejectedCall {
  return { kind: "rejected", ...(kind === "peer" ? PEER_BUSY : rejection(486, "caller-busy")) };
}

/** RFC 3261 8.2.2 to 8.2.3, as far as it does not depend on where the call goes. */
function checkInvite(message: SipMessage, device: SipPhone | Peer, mayHide: boolean): Checked | Rejection {
  const hops = parseDigits(message.get("max-forwards") ?? String(MAX_HOPS), 255);
  if (!hops.ok) return rejection(400, "max-forwards");
  if (hops.value === 0) return rejection(483, "too-many-hops");
  if (!parseCSeq(message.get("cseq") ?? "").ok) return rejection(400, "cseq");
  if (!accepts(message, SDP)) return rejection(406, "accept");
  if (mayHide && isImpossible(privacyOf(message))) return rejection(500, "privacy");
  const body = sessionBody(message);
  if (body.kind === "unsupported") {
    return rejection(415, "body", [
      ["Accept", SDP],
      ["Accept-Encoding", "identity"],
    ]);
  }
  const session = decideSession(message, device.profile.session, undefined);
  if (session.kind === "refuse") return rejection(422, "session-interval", [["Min-SE", String(session.minSeconds)]]);
  return { sdp: body.kind === "sdp" ? body.sdp : undefined, session, hops: hops.value };
}

function callerLeg(
  request: IncomingRequest,
  device: SipPhone | Peer,
  { session }: Extract<SessionDecision, { kind: "agree" }>,
  { ids, identity, edgeMemory, registration, isUrgent }: CallerFacts,
): Leg {
  const { message, source } = request;
  const localTag = `s${ids.token(7)}`;
  const sipCallId = detached(message.get("call-id") ?? "");
  const remoteTag = detached(tagOf(message.get("from") ?? "") ?? "");
  const leg: Leg = {
    dialogId: dialogIdOf(sipCallId, remoteTag),
    sipCallId,
    localTag,
    remoteTag,
    device: identity,
    source,
    latch: device.profile.media.latch ? "any" : "candidates",
    policy: device.profile.session,
    allowsUpdate: false,
    session,
    dialog: dialogOfRequest(request, localTag, edgeMemory),
    ...(registration === undefined ? {} : { registration }),
    ...(isUrgent ? { takesAnyCodec: true } : {}),
  };
  adoptAbilities(leg, message);
  return leg;
}

interface CallerFacts {
  readonly ids: Ids;
  /** As the other party gets to see it. */
  readonly identity: LegDevice;
  readonly edgeMemory: string | undefined;
  readonly registration: LegRegistration | undefined;
  readonly isUrgent: boolean;
}

/** What of the caller's INVITE the callee gets to see. */
function branchHeaders(message: SipMessage, hops: number): HeaderList {
  const headers: [string, string][] = [["Max-Forwards", String(Math.min(hops, MAX_HOPS) - 1)]];
  const subject = message.get("subject");
  // RFC 3323 5.3: what tells of a user who wants to be private is left out.
  const isHidden = privacyOf(message).includes("user");
  if (!isHidden && subject !== undefined && subject !== "" && subject.length <= SUBJECT_LENGTH)
    headers.push(["Subject", subject]);
  return headers;
}
