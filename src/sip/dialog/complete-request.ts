import { displayName, parseCSeq, parseDigits, tagOf, type SipMessage } from "../message/index.ts";
import { bodyLines, otherFieldLines, type DraftMessage } from "./application-message.ts";
import type { Dialog } from "./dialog.ts";
import { defaultContact, withLocalHost } from "./local-host.ts";

/** Methods whose requests carry a Contact (RFC 3261 8.1.1.8, RFC 3311, RFC 6665, RFC 3515). */
const WITH_CONTACT = new Set(["INVITE", "UPDATE", "SUBSCRIBE", "NOTIFY", "REFER"]);

/** What else names parties by our own address. */
const NAMING_LINES = /^(?:P-Asserted-Identity|Diversion|History-Info): .*$/gm;

const DEFAULT_MAX_FORWARDS = 70;

export interface RequestContext {
  /** `address:port` of ours towards the target. */
  readonly local: string;
  readonly protocol: string;
  readonly branch: string;
}

/** What the edge adds to a request outside a dialog where the application left it out. */
export interface NewRequestIds {
  readonly fromTag: string;
  readonly callId: string;
  readonly cseq: number;
}

/** The identity of a request as sent. */
export interface CompletedRequest {
  readonly text: string;
  readonly callId: string;
  readonly fromTag: string;
  readonly from: string;
  readonly to: string;
  readonly cseq: number;
  /** Empty when the method carries none. */
  readonly contact: string;
}

/** Makes a request outside a dialog of the one an application wrote. */
export function completeNewRequest(draft: DraftMessage, context: RequestContext, ids: NewRequestIds): CompletedRequest {
  const { message, body } = draft;
  const { local } = context;
  const from = taggedFrom(withLocalHost(message.get("from") ?? `<sip:${local}>`, local), ids.fromTag);
  const to = withLocalHost(message.get("to") ?? `<${message.uri}>`, local);
  const callId = message.get("call-id") ?? ids.callId;
  const given = parseCSeq(message.get("cseq") ?? "");
  const cseq = given.ok ? given.value.sequence : ids.cseq;
  const contact = contactOf(message, context);
  const text =
    `${message.method} ${message.uri} SIP/2.0\r\n${leadLines(context, maxForwardsOf(message))}From: ${from.value}\r\nTo: ${to}\r\n` +
    `Call-ID: ${callId}\r\nCSeq: ${cseq} ${message.method}\r\n${contactLine(contact)}` +
    otherFieldLines(message, displayName).replace(NAMING_LINES, (line) => withLocalHost(line, local)) +
    bodyLines(message, body);
  return { text, callId, fromTag: from.tag, from: from.value, to, cseq, contact };
}

/**
 * Makes a request inside a dialog (RFC 3261 12.2.1.1).
 * @param cseq that of the INVITE for ACK, else the next one
 * @param extraLines complete header lines that the edge adds
 */
export function completeDialogRequest(
  draft: DraftMessage,
  context: RequestContext,
  dialog: Dialog,
  cseq: number,
  extraLines = "",
): string {
  const { message, body } = draft;
  const given = message.get("contact");
  const contact = !WITH_CONTACT.has(message.method)
    ? ""
    : given === undefined
      ? dialog.localContact
      : withLocalHost(given, context.local);
  return (
    dialogRequestHead(dialog, message.method, context, cseq, maxForwardsOf(message)) +
    contactLine(contact) +
    extraLines +
    otherFieldLines(message, displayName) +
    bodyLines(message, body)
  );
}

/** A request inside a dialog that the edge makes by itself, without a body. `extraLines` are complete lines. */
export function bareDialogRequest(
  dialog: Dialog,
  method: string,
  context: RequestContext,
  cseq: number,
  extraLines = "",
): string {
  return `${dialogRequestHead(dialog, method, context, cseq)}${extraLines}Content-Length: 0\r\n\r\n`;
}

/** Type, length, the empty line and a session description; with an empty one the end of a message without a body. */
export function sdpLines(sdp: string): string {
  const type = sdp === "" ? "" : "Content-Type: application/sdp\r\n";
  return `${type}Content-Length: ${sdp.length}\r\n\r\n${sdp}`;
}

/** Start line to CSeq of a request inside a dialog. */
export function dialogRequestHead(
  dialog: Dialog,
  method: string,
  context: RequestContext,
  cseq: number,
  maxForwards = DEFAULT_MAX_FORWARDS,
): string {
  let routes = "";
  for (const route of dialog.routeSet) routes += `Route: ${route}\r\n`;
  return (
    `${method} ${dialog.remoteTarget} SIP/2.0\r\n${leadLines(context, maxForwards)}${routes}From: ${dialog.local}\r\n` +
    `To: ${dialog.remote}\r\nCall-ID: ${dialog.callId}\r\nCSeq: ${cseq} ${method}\r\n`
  );
}

function leadLines({ protocol, local, branch }: RequestContext, maxForwards: number): string {
  return `Via: SIP/2.0/${protocol.toUpperCase()} ${local};rport;branch=${branch}\r\nMax-Forwards: ${maxForwards}\r\n`;
}

/** What the application gives, so that a loop through it has an end; 70 when it gives nothing (RFC 3261 8.1.1.6). */
function maxForwardsOf(message: SipMessage): number {
  const given = parseDigits(message.get("max-forwards") ?? "", 255);
  return given.ok ? given.value : DEFAULT_MAX_FORWARDS;
}

function taggedFrom(from: string, tag: string): { readonly value: string; readonly tag: string } {
  const given = tagOf(from);
  if (given !== undefined) return { value: from, tag: given };
  const bracketed = from.includes("<") ? from : `<${from}>`;
  return { value: `${bracketed};tag=${tag}`, tag };
}

function contactOf(message: SipMessage, { local, protocol }: RequestContext): string {
  const given = message.get("contact");
  if (given !== undefined) return withLocalHost(given, local);
  return WITH_CONTACT.has(message.method) ? defaultContact(local, protocol, message.uri) : "";
}

function contactLine(contact: string): string {
  return contact === "" ? "" : `Contact: ${contact}\r\n`;
}
