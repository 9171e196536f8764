import { detached } from "../../../common/index.ts";
import {
  formatHost,
  parseCSeq,
  parseNameAddr,
  parseVia,
  splitList,
  type SipMessage,
} from "../../../sip/message/index.ts";
import type {
  EdgeDialog,
  HeaderList,
  IncomingRequest,
  IncomingResponse,
  OutgoingRequest,
  SignalingSource,
} from "../../signaling/signaling-port.ts";
import type { Leg, LegDialog } from "./leg.ts";

/**
 * Requests that an edge may have sent by itself since a CSeq of it was seen (RFC 3261 12.2.1.1 lets numbers be left
 * out). Each restart of an edge skips a thousand.
 */
const CSEQ_GAP = 100_000;
const MAX_CSEQ = 2 ** 31 - 2;
const MAX_ROUTES = 64;
/** What an edge takes. */
const MAX_BODY_LENGTH = 16_384;

/** The dialog of the caller's INVITE. @param localTag ours */
export function dialogOfRequest(
  { message, source }: IncomingRequest,
  localTag: string,
  edgeMemory: string | undefined,
): LegDialog {
  const nextHop = nextHopBehindNat(message, source);
  return {
    role: "uas",
    local: detached(`${message.get("to") ?? ""};tag=${localTag}`),
    remote: detached(message.get("from") ?? ""),
    localCseq: 1,
    remoteCseq: sequenceOf(message),
    inviteCseq: 0,
    remoteTarget: contactOf(message) ?? "",
    routeSet: routesOf(message),
    ...(nextHop === undefined ? {} : { nextHop }),
    edgeMemory,
  };
}

/** The dialog of a 2xx to an INVITE of ours. @param proxyUri where that was sent instead of to its Request-URI */
export function dialogOfResponse(
  { message }: IncomingResponse,
  proxyUri: string | undefined,
  edgeMemory: string | undefined,
): LegDialog {
  const routeSet = routesOf(message).reverse();
  return {
    role: "uac",
    local: detached(message.get("from") ?? ""),
    remote: detached(message.get("to") ?? ""),
    localCseq: sequenceOf(message),
    remoteCseq: -1,
    inviteCseq: sequenceOf(message),
    remoteTarget: contactOf(message) ?? "",
    routeSet,
    ...(proxyUri === undefined || routeSet.length > 0 ? {} : { nextHop: proxyUri }),
    edgeMemory,
  };
}

/** The edge that is connected has it. @returns true when that is to be recorded: another had it before */
export function noteKnown({ dialog }: Leg, edgeMemory: string | undefined): boolean {
  if (dialog === undefined) return false;
  const isOther = dialog.edgeMemory !== edgeMemory;
  delete dialog.standing;
  dialog.edgeMemory = edgeMemory;
  return isOther;
}

/** The edge had it when its memory was what it is now: it is over if the edge does not know it. */
export function wasKnown({ dialog }: Leg, edgeMemory: string | undefined): boolean {
  return edgeMemory !== undefined && dialog?.edgeMemory === edgeMemory;
}

/** A request of the device inside the dialog has come. */
export function noteRequest({ dialog }: Leg, message: SipMessage): void {
  if (dialog !== undefined && message.method !== "ACK") {
    dialog.remoteCseq = Math.max(dialog.remoteCseq, sequenceOf(message));
  }
}

/** A re-INVITE or UPDATE of the device is accepted: requests go to its contact from now on (RFC 3261 12.2.2). */
export function noteRefresh({ dialog }: Leg, { message, source }: IncomingRequest): void {
  if (dialog === undefined) return;
  dialog.remoteTarget = contactOf(message) ?? dialog.remoteTarget;
  const nextHop = dialog.routeSet.length > 0 ? undefined : nextHopBehindNat(message, source);
  if (nextHop !== undefined) dialog.nextHop = nextHop;
  else if (dialog.role === "uas") delete dialog.nextHop;
}

/** The device has answered a request of ours inside the dialog. */
export function noteResponse({ dialog }: Leg, message: SipMessage): void {
  if (dialog === undefined) return;
  const sequence = sequenceOf(message);
  dialog.localCseq = Math.max(dialog.localCseq, sequence);
  if (message.status >= 300) return;
  if (message.method === "INVITE") dialog.inviteCseq = sequence;
  if (message.method === "INVITE" || message.method === "UPDATE") {
    dialog.remoteTarget = contactOf(message) ?? dialog.remoteTarget;
  }
}

/** Leaves out so many numbers that the next is above all that were used. To be recorded before the next is used. */
export function skipSequenceNumbers({ dialog }: Leg): void {
  if (dialog !== undefined) dialog.localCseq = Math.min(dialog.localCseq + CSEQ_GAP, MAX_CSEQ);
}

/** What an edge is told that does not know the dialog; undefined when too little is known. @param sdp what was sent last */
export function edgeDialogOf(leg: Leg, sdp: string | undefined): EdgeDialog | undefined {
  const { dialog, session } = leg;
  if (dialog === undefined || dialog.remoteTarget === "") return undefined;
  const { role, local, remote, localCseq, remoteCseq, inviteCseq, remoteTarget, routeSet, nextHop } = dialog;
  return {
    role,
    callId: leg.sipCallId,
    localTag: leg.localTag,
    remoteTag: leg.remoteTag,
    local,
    remote,
    localCseq,
    ...(remoteCseq < 0 ? {} : { remoteCseq }),
    ...(inviteCseq === 0 ? {} : { inviteCseq }),
    remoteTarget,
    routeSet,
    protocol: leg.source.protocol === "" ? "udp" : leg.source.protocol,
    ...(nextHop === undefined ? {} : { nextHop }),
    ...(session === undefined ? {} : { session: { intervalSeconds: session.seconds, refresher: session.refresher } }),
    allow: leg.allowsUpdate ? ["INVITE", "UPDATE"] : [],
    ...(sdp === undefined || sdp.length > MAX_BODY_LENGTH ? {} : { body: sdp }),
  };
}

/**
 * A request with the identity of the dialog, for a server that does not know the dialog: where it goes, and its first
 * header fields. Undefined when too little is known. Uses up a CSeq.
 */
export function identityOf(
  leg: Leg,
  method: string,
): (Pick<OutgoingRequest, "uri" | "proxyUri"> & { readonly headers: HeaderList }) | undefined {
  const { dialog } = leg;
  if (dialog === undefined || dialog.remoteTarget === "") return undefined;
  dialog.localCseq += 1;
  const route = dialog.routeSet[0];
  const parsed = route === undefined ? undefined : parseNameAddr(route);
  const proxyUri = parsed?.ok === true ? parsed.value.uri : dialog.nextHop;
  return {
    uri: dialog.remoteTarget,
    ...(proxyUri === undefined ? {} : { proxyUri }),
    headers: [
      ["From", dialog.local],
      ["To", dialog.remote],
      ["Call-ID", leg.sipCallId],
      ["CSeq", `${dialog.localCseq} ${method}`],
      ...dialog.routeSet.map((each) => ["Route", each] as const),
    ],
  };
}

function sequenceOf(message: SipMessage): number {
  const cseq = parseCSeq(message.get("cseq") ?? "");
  return cseq.ok ? cseq.value.sequence : 0;
}

function contactOf(message: SipMessage): string | undefined {
  const contact = parseNameAddr(message.get("contact") ?? "");
  return contact.ok ? detached(contact.value.uri) : undefined;
}

function routesOf(message: SipMessage): string[] {
  return message.getAll("record-route").flatMap(splitList).slice(0, MAX_ROUTES).map(detached);
}

/** The device's Via names another address than it sends from; over a connection the edge knows the way. */
function nextHopBehindNat(message: SipMessage, { protocol, address, port }: SignalingSource): string | undefined {
  if (protocol !== "udp" || message.has("record-route")) return undefined;
  const via = parseVia(message.get("via") ?? "");
  if (!via.ok || (via.value.host === address && (via.value.port ?? 5060) === port)) return undefined;
  return `sip:${formatHost(address)}:${port};transport=udp`;
}
