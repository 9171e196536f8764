import { parseCSeq, parseNameAddr, parseTokenList, parseVia, tagOf, type SipMessage } from "../message/index.ts";
import type { Flow, Target } from "../transport/index.ts";
import type { Application } from "./application.ts";
import { dialogIdOf, type Dialog } from "./dialog.ts";
import { newNegotiation } from "./negotiation.ts";
import { defaultContact, hostPort } from "./local-host.ts";

/** The CSeq number of a message that has been validated. */
export function cseqOf(message: SipMessage): number {
  const parsed = parseCSeq(message.get("cseq") ?? "");
  return parsed.ok ? parsed.value.sequence : 0;
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
  const values: string[] = [];
  for (const field of message.getAll("record-route")) {
    // Entries are name-addrs in angle brackets: commas between them separate.
    for (const entry of field.split(/,(?=\s*(?:"[^"]*"\s*|[\w\s]*)<)/)) values.push(entry.trim());
  }
  return values.slice(0, 64);
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
  const routeSet = recordRoutes(request);
  const nextHop = routeSet.length === 0 ? natNextHop(request, flow) : undefined;
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
    routeSet,
    localContact: defaultContact(hostPort(flow.localAddress, flow.localPort), flow.protocol),
    protocol: flow.protocol,
    ...(nextHop === undefined ? {} : { nextHop }),
    remoteAllow: allowedMethods(request),
    createdAtMs: wallMs,
    state,
    flowId: flow.reliable ? flow.id : undefined,
    owner,
    localBody: "",
    negotiation: newNegotiation(),
  };
}

/**
 * Where to send requests to a peer whose Contact cannot be reached: it is on a reliable connection, or its Via names
 * another address than it sends from (a NAT is between us).
 */
function natNextHop(request: SipMessage, flow: Flow): Target | undefined {
  const source: Target = { protocol: flow.protocol, address: flow.remoteAddress, port: flow.remotePort };
  if (flow.reliable) return { ...source, flowId: flow.id };
  const via = parseVia(request.get("via") ?? "");
  if (!via.ok) return undefined;
  const isSame = via.value.host === flow.remoteAddress && (via.value.port ?? 5060) === flow.remotePort;
  return isSame ? undefined : source;
}
