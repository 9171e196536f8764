import { parseDigits } from "./grammar/digits.ts";
import { displayName } from "./header-names.ts";
import { parseNameAddr } from "./header/name-addr.ts";
import { parseNameAddrList } from "./header/name-addr-list.ts";
import { isRfc3261Branch, parseVia } from "./header/via.ts";
import type { SipMessage } from "./sip-message.ts";
import { parseUri } from "./uri/uri.ts";
import { invalid, single, VALID, validateCommonHeaders, type Validity } from "./validate-message.ts";

/**
 * Checks what every request must have before anything acts on it. Methods are not judged. An ACK that fails is dropped,
 * any other request is answered with the status:
 *
 * - 505: another version than SIP/2.0;
 * - 416: the Request-URI is a URI, but none of `sip`, `sips`, `tel` and `urn`;
 * - 400: everything else, that is
 *   a header of `validateCommonHeaders` missing, given twice, malformed or too long; CSeq of another method;
 *   Max-Forwards above 255; Route or Record-Route malformed; a Request-URI malformed or with headers;
 *   in INVITE and SUBSCRIBE not exactly one Contact with a `sip`, `sips` or `tel` URI;
 *   in REGISTER a To without a SIP URI, or Contacts that are neither addresses nor one `*`.
 *
 * @see RFC 3261 8.1.1, 8.2, 10.3, 12.1.1
 */
export function validateRequest(message: SipMessage): Validity {
  if (message.version !== "SIP/2.0") return invalid(505, `${message.version} is not supported`);
  const common = validateCommonHeaders(message);
  if (!common.ok) return common;
  const problem =
    problemOfMaxForwards(message) ??
    problemOfRoutes(message, "route") ??
    problemOfRoutes(message, "record-route") ??
    problemOfContact(message);
  return problem === undefined ? validateRequestUri(message.uri) : invalid(400, problem);
}

function problemOfMaxForwards(message: SipMessage): string | undefined {
  const found = single(message, "max-forwards");
  if (!found.ok) return found.reason;
  if (found.value === undefined || parseDigits(found.value, 255).ok) return undefined;
  return "Max-Forwards: not a number from 0 to 255";
}

/** Routes that cannot be read cannot be followed, and a dialog would keep them. */
function problemOfRoutes(message: SipMessage, name: "route" | "record-route"): string | undefined {
  if (!message.has(name)) return undefined;
  const list = parseNameAddrList(message.getAll(name));
  return list.ok ? undefined : `${displayName(name)}: ${list.reason}`;
}

function problemOfContact(message: SipMessage): string | undefined {
  switch (message.method) {
    case "INVITE":
    case "SUBSCRIBE":
      return problemOfTarget(message);
    case "REGISTER":
      return problemOfRegistration(message);
    default:
      return undefined;
  }
}

/** RFC 3261 8.1.1.8: what makes a dialog has exactly one Contact. */
function problemOfTarget(message: SipMessage): string | undefined {
  const contacts = message.getAll("contact");
  // RFC 4475 3.4.1: an RFC 2543 client may leave it out; its From is the target then.
  if (contacts.length === 0) return isRfc2543(message) ? undefined : "Contact missing";
  const list = parseNameAddrList(contacts);
  if (!list.ok) return `Contact: ${list.reason}`;
  const [contact] = list.value;
  if (contact === undefined || list.value.length > 1) return "Contact: not exactly one";
  const uri = parseUri(contact.uri);
  if (!uri.ok) return `Contact: ${uri.reason}`;
  return isCallable(uri.value.scheme) ? undefined : "Contact: not a SIP URI";
}

function problemOfRegistration(message: SipMessage): string | undefined {
  // RFC 3261 10.3 step 3; a registrar knows no other addresses-of-record.
  const to = parseNameAddr(message.get("to") ?? "");
  if (to.ok && !/^sips?:/i.test(to.value.uri)) return "To: not a SIP URI";
  const contacts = message.getAll("contact");
  if (contacts.length === 1 && contacts[0] === "*") return undefined;
  const list = parseNameAddrList(contacts);
  if (!list.ok) return `Contact: ${list.reason}`;
  for (const contact of list.value) {
    const uri = parseUri(contact.uri);
    if (!uri.ok) return `Contact: ${uri.reason}`;
  }
  return undefined;
}

function validateRequestUri(text: string): Validity {
  const uri = parseUri(text);
  if (!uri.ok) return invalid(400, `Request-URI: ${uri.reason}`);
  // RFC 5031: a service, such as urn:service:sos. Which ones there are, whoever is called decides.
  if (!isCallable(uri.value.scheme) && uri.value.scheme !== "urn")
    return invalid(416, `${uri.value.scheme} URIs are not supported`);
  // RFC 3261 19.1.1, table 1: headers are not allowed in a Request-URI.
  return uri.value.headers === undefined ? VALID : invalid(400, "Request-URI: has headers");
}

function isRfc2543(message: SipMessage): boolean {
  const via = parseVia(message.get("via") ?? "");
  return via.ok && !isRfc3261Branch(via.value.branch);
}

function isCallable(scheme: string): boolean {
  return scheme === "sip" || scheme === "sips" || scheme === "tel";
}
