import {
  parseCSeq,
  parseNameAddr,
  parseTokenList,
  parseVia,
  splitList,
  tagOf,
  type SipMessage,
} from "../message/index.ts";
import type { Flow, Target } from "../transport/index.ts";
import type { Application } from "./application.ts";
import { dialogIdOf, type Dialog } from "./dialog.ts";
import { newNegotiation } from "./negotiation.ts";
import { defaultContact, hostPort } from "./local-host.ts";

const MAX_ROUTES = 64;

/** The CSeq number of a message that has been validated. */
export function cseqOf(message: SipMessage): number {
  const parsed = parseCSeq(message.get("cseq") ?? "");
  return parsed.ok ? parsed.value.sequence : 0;
}

/** True for an INVITE that begins a call. */
export function isFirstInvite(request: SipMessage): boolean {
  return request.method === "INVITE" && tagOf(request.get("to") ?? "") === undefined;
}

/** The URI of the first Contact, or undefined. */
export function contactUriOf(message: SipMessage): string | undefined {
  const value = message.get("contact");
  if (value === undefined) return undefined;
  const parsed = parseNameAddr(value);
  return parsed.ok ? parsed.value.uri : undefined;
}

/** Each Record-Route entry as a header value, in order. */
export function recordRoutes(message: SipMessage): string[] {
  return message.getAll("record-route").flatMap(splitList).slice(0, MAX_ROUTES);
}

/** The methods a message says its sender allows. */
export function allowedMethods(message: SipMessage): readonly string[] {
  const parsed = parseTokenList(message.getAll("allow"));
  return parsed.ok ? parsed.value : [];
}

/**
 * The dialog that a response to `request` makes on our side (RFC 3261 12.1.1).
 * @param toTag our tag
 */
export function uasDialog(
  request: SipMessage,
  flow: Flow,
  toTag: string,
  owner: Application,
  state: "early" | "confirmed",
  wallMs: number,
): Dialog {
  const callId = request.get("call-id") ?? "";
  const from = request.get("from") ?? "";
  const to = request.get("to") ?? "";
  const remoteTag = tagOf(from) ?? "";
  const nextHop = natNextHop(request, flow);
  return {
    id: dialogIdOf(callId, remoteTag),
    role: "uas",
    method: request.method,
    callId,
    localTag: toTag,
    remoteTag,
    local: tagOf(to) === undefined ? `${to};tag=${toTag}` : to,
    remote: from,
    localCseq: 1,
    remoteCseq: cseqOf(request),
    inviteCseq: 0,
    remoteTarget: contactUriOf(request) ?? "",
    routeSet: recordRoutes(request),
    localContact: defaultContact(hostPort(flow.localAddress, flow.localPort), flow.protocol, request.uri),
    protocol: flow.protocol,
    ...(nextHop === undefined ? {} : { nextHop }),
    remoteAllow: allowedMethods(request),
    createdAtMs: wallMs,
    state,
    flowId: flow.reliable ? flow.id : undefined,
    owner,
    ...(owner.instanceId === "" ? {} : { ownerId: owner.instanceId }),
    localBody: "",
    negotiation: newNegotiation(),
    openInvites: 0,
  };
}

/**
 * Where to send requests over UDP to a peer whose Contact cannot be reached: its Via names another address than it sends
 * from (a NAT is between us). Over a reliable transport the connection is used while it lives.
 */
export function natNextHop(request: SipMessage, flow: Flow): Target | undefined {
  if (flow.reliable || request.has("record-route")) return undefined;
  const via = parseVia(request.get("via") ?? "");
  if (!via.ok) return undefined;
  const isSame = via.value.host === flow.remoteAddress && (via.value.port ?? 5060) === flow.remotePort;
  return isSame ? undefined : { protocol: flow.protocol, address: flow.remoteAddress, port: flow.remotePort };
}
