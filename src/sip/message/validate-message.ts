import { CALL_ID, isAllOf, PARAM_VALUE } from "./grammar/characters.ts";
import { parseCSeq } from "./header/cseq.ts";
import { parseNameAddr } from "./header/name-addr.ts";
import { parseVia } from "./header/via.ts";
import { LINE_SIZE } from "./head.ts";
import { displayName } from "./header-names.ts";
import type { ParseResult } from "./parse-result.ts";
import type { SipMessage } from "./sip-message.ts";
import { parseUri } from "./uri/uri.ts";

/** Whether a message may be worked on, or why not. */
export type Validity = { readonly ok: true } | { readonly ok: false; readonly status: number; readonly reason: string };

export const VALID: Validity = { ok: true };
const ABSENT: ParseResult<undefined> = { ok: true, value: undefined };
/** Folds included. Honest ones take a tenth of it, and parsers of applications may take hours for longer ones. */
const MAX_CONTENT_TYPE_BYTES = 1_024;

export function invalid(status: number, reason: string): Validity {
  return { ok: false, status, reason };
}

/**
 * Checks the headers that each request and each response must have: topmost Via, From, To, Call-ID, CSeq;
 * and a Content-Type, if there is one.
 * @see RFC 3261 8.1.1, 8.2.6.2, 20 (table 2)
 */
export function validateCommonHeaders(message: SipMessage): Validity {
  const via = message.get("via");
  if (via === undefined) return invalid(400, "Via missing");
  const parsedVia = parseVia(via);
  if (!parsedVia.ok) return invalid(400, `Via: ${parsedVia.reason}`);
  const problem =
    problemOfAddress(message, "from") ??
    problemOfAddress(message, "to") ??
    problemOfCallId(message) ??
    problemOfCSeq(message) ??
    problemOfContentType(message);
  return problem === undefined ? VALID : invalid(400, problem);
}

/** The value of a header that may be there once, or what is wrong. */
export function single(message: SipMessage, name: string): ParseResult<string | undefined> {
  const at = message.findHeader(name, 0);
  if (at < 0) return ABSENT;
  if (message.findHeader(name, at + LINE_SIZE) >= 0) return { ok: false, reason: `${displayName(name)} given twice` };
  return { ok: true, value: message.valueAt(at) };
}

/** The value of a header that must be there once, or what is wrong. */
function required(message: SipMessage, name: string): ParseResult<string> {
  const found = single(message, name);
  if (!found.ok) return found;
  const { value } = found;
  return value === undefined ? { ok: false, reason: `${displayName(name)} missing` } : { ok: true, value };
}

function problemOfAddress(message: SipMessage, name: string): string | undefined {
  const found = required(message, name);
  if (!found.ok) return found.reason;
  // SIPp's scenarios answer inside a dialog with a second tag in To. The branch already tells whose response it is.
  const address = parseNameAddr(found.value, message.kind === "response" && name === "to" ? "first-counts" : "refused");
  if (!address.ok) return `${displayName(name)}: ${address.reason}`;
  const uri = parseUri(address.value.uri);
  if (!uri.ok) return `${displayName(name)}: ${uri.reason}`;
  const { params } = address.value;
  // Tags become part of dialog identifiers: only what can stand unquoted is taken.
  return params.has("tag") && !isAllOf(params.get("tag") ?? "", PARAM_VALUE)
    ? `${displayName(name)}: bad tag`
    : undefined;
}

function problemOfCallId(message: SipMessage): string | undefined {
  const found = required(message, "call-id");
  if (!found.ok) return found.reason;
  return isAllOf(found.value, CALL_ID) ? undefined : "Call-ID: empty or a character that is not allowed";
}

function problemOfCSeq(message: SipMessage): string | undefined {
  const found = required(message, "cseq");
  if (!found.ok) return found.reason;
  const cseq = parseCSeq(found.value);
  if (!cseq.ok) return `CSeq: ${cseq.reason}`;
  return cseq.value.method === message.method ? undefined : "CSeq: not the method of the request line";
}

/** RFC 3261 7.3.1: only a header that is a list may be there twice. */
function problemOfContentType(message: SipMessage): string | undefined {
  const at = message.findHeader("content-type", 0);
  if (at < 0) return undefined;
  const length = (message.lines[at + 2] ?? 0) - (message.lines[at + 1] ?? 0);
  if (length > MAX_CONTENT_TYPE_BYTES) return "Content-Type too long";
  return message.findHeader("content-type", at + LINE_SIZE) < 0 ? undefined : "Content-Type given twice";
}
