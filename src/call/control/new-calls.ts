import { detached, type Ids } from "../../common/index.ts";
import type { RelayEndpoint } from "../../media/index.ts";
import { parseCSeq, parseDigits, tagOf, type SipMessage } from "../../sip/message/index.ts";
import type { Inventory, Peer, SipPhone } from "../device/index.ts";
import { analyze, parseDialed, type Dialed } from "../digit-analysis/index.ts";
import { NEW_CALL, refusedOutcome, type Outcome } from "../model/index.ts";
import type { Binding } from "../registrar/index.ts";
import type { HeaderList, IncomingRequest } from "../signaling/signaling-port.ts";
import { recordOf, type CallProgress } from "./call-progress.ts";
import { type CallContext, CallSession } from "./call-session.ts";
import type { CallTable } from "./call-table.ts";
import { callerDevice, claimOf } from "./caller-identity.ts";
import { allowsUpdate } from "./capabilities.ts";
import { dialogIdOf, type Leg, type LegDevice, type LegRegistration } from "./leg.ts";
import { rejection, type Rejection } from "./rejection.ts";
import { PEER_BUSY, routeCall, type RejectedCall, type RoutedCall } from "./route-call.ts";
import { contactOf, registrationAt } from "./way-to-leg.ts";
import { sessionBody } from "./session-body.ts";
import { decideSession, type SessionDecision } from "./session-interval.ts";

export interface NewCallsOptions {
  readonly context: CallContext;
  readonly table: CallTable;
  readonly inventory: Inventory;
  readonly ids: Ids;
  readonly lookup: (directoryNumber: string) => readonly Binding[];
  readonly endpoints: ReadonlyMap<string, RelayEndpoint & ("echo" | "demo")>;
  readonly maxCalls: number;
  readonly maxLegs: number;
  readonly ringSeconds: number;
  readonly serialRingSeconds: number;
}

/** An INVITE that may become a call. */
interface Checked {
  readonly sdp: string | undefined;
  readonly session: Extract<SessionDecision, { kind: "agree" }>;
  readonly hops: number;
}

const MAX_HOPS = 70;
const SUBJECT_LENGTH = 256;

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
    const { table, maxCalls, maxLegs } = this.#options;
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
    const checked = checkInvite(message, device);
    if ("status" in checked) return checked;
    const parsed = parseDialed(message.uri);
    if (!parsed.ok) return rejection(416, "uri-scheme");
    const dialed: Dialed = { ...parsed.value, user: detached(parsed.value.user) };
    const routed = this.#route(message, device, dialed);
    if (routed.kind === "rejected") {
      this.#record(callerDevice(device, message), detached(message.get("call-id") ?? ""), dialed.user, routed);
      return routed;
    }
    const { ids, table, context, lookup } = this.#options;
    const bindings = device.kind === "sip-phone" ? lookup(device.directoryNumber) : [];
    const caller = callerLeg(request, device, checked.session, ids, registrationAt(bindings, request.source));
    const session = new CallSession(context, {
      callId: ids.uuid(),
      calledNumber: dialed.user,
      caller,
      callee: routed.callee,
      ...(routed.endpoint === undefined ? {} : { endpoint: routed.endpoint }),
    });
    table.add(session);
    session.offer({
      request,
      sdp: checked.sdp,
      route: routed.route,
      targets: routed.targets,
      answerHeaders: checked.session.headers,
      branchHeaders: branchHeaders(message, checked.hops),
    });
    return undefined;
  }

  #route(message: SipMessage, device: SipPhone | Peer, dialed: Dialed): RoutedCall | RejectedCall {
    const { inventory, endpoints, table, ids, lookup, ringSeconds, serialRingSeconds } = this.#options;
    if (table.isBusy(device)) {
      return { kind: "rejected", ...(device.kind === "peer" ? PEER_BUSY : rejection(486, "caller-busy")) };
    }
    const destination = analyze(dialed, {
      inventory,
      caller: device,
      endpoints,
      localHosts: this.localHosts,
      callerDomain: claimOf(message, "from").host,
    });
    return routeCall(destination, {
      ids,
      lookup,
      isBusy: (called) => table.isBusy(called),
      ringSeconds,
      serialRingSeconds,
    });
  }

  #record(caller: LegDevice, sipCallId: string, calledNumber: string, { status, callee }: RejectedCall): void {
    const { context, ids } = this.#options;
    const nowMs = context.clock.wallMs();
    const progress: CallProgress = {
      callId: ids.uuid(),
      calledNumber,
      caller,
      callee,
      startedAtMs: nowMs,
      ringingAtMs: undefined,
      answeredAtMs: undefined,
      sipCallIds: { caller: sipCallId, callee: [] },
    };
    const outcome: Outcome = { ...refusedOutcome(status), by: "switch" };
    void context.writeRecord(recordOf(progress, NEW_CALL, outcome, nowMs, undefined));
  }
}

/** RFC 3261 8.2.2 to 8.2.3, as far as it does not depend on where the call goes. */
function checkInvite(message: SipMessage, device: SipPhone | Peer): Checked | Rejection {
  const hops = parseDigits(message.get("max-forwards") ?? String(MAX_HOPS), 255);
  if (!hops.ok) return rejection(400, "max-forwards");
  if (hops.value === 0) return rejection(483, "too-many-hops");
  if (!parseCSeq(message.get("cseq") ?? "").ok) return rejection(400, "cseq");
  const body = sessionBody(message);
  if (body.kind === "unsupported") {
    return rejection(415, "body", [
      ["Accept", "application/sdp"],
      ["Accept-Encoding", "identity"],
    ]);
  }
  const session = decideSession(message, device.profile.session, undefined);
  if (session.kind === "refuse") return rejection(422, "session-interval", [["Min-SE", String(session.minSeconds)]]);
  return { sdp: body.kind === "sdp" ? body.sdp : undefined, session, hops: hops.value };
}

function callerLeg(
  { message, source }: IncomingRequest,
  device: SipPhone | Peer,
  { session }: Extract<SessionDecision, { kind: "agree" }>,
  ids: Ids,
  registration: LegRegistration | undefined,
): Leg {
  const sipCallId = detached(message.get("call-id") ?? "");
  const remoteTag = detached(tagOf(message.get("from") ?? "") ?? "");
  const contact = contactOf(message);
  return {
    dialogId: dialogIdOf(sipCallId, remoteTag),
    sipCallId,
    localTag: `s${ids.token(7)}`,
    remoteTag,
    device: callerDevice(device, message),
    source,
    latch: device.profile.media.latch ? "any" : "candidates",
    policy: device.profile.session,
    allowsUpdate: allowsUpdate(message),
    session,
    ...(contact === undefined ? {} : { contact }),
    ...(registration === undefined ? {} : { registration }),
  };
}

/** What of the caller's INVITE the callee gets to see. */
function branchHeaders(message: SipMessage, hops: number): HeaderList {
  const headers: [string, string][] = [["Max-Forwards", String(Math.min(hops, MAX_HOPS) - 1)]];
  const subject = message.get("subject");
  if (subject !== undefined && subject !== "" && subject.length <= SUBJECT_LENGTH) headers.push(["Subject", subject]);
  return headers;
}
