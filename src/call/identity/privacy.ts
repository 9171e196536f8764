import { parseNameAddr, parseUri, splitList, type SipMessage } from "../../sip/message/index.ts";

/**
 * What the sender of a message wants of the one who passes it on, in small letters and the order given; empty:
 * nothing. `critical` is among it.
 * @see RFC 3323 4.2, RFC 3325 9.3 (`id`), RFC 7044 10.1 (`history`)
 */
export type Privacy = readonly string[];

const MAX_VALUES = 16;
const ANONYMOUS_HOST = "anonymous.invalid";

/**
 * What is done for every call (`header` and `session`: Via, Contact, Call-ID and addresses are ours), when it is asked for, or not at all (`none`).
 */
const FULFILLED = new Set(["id", "user", "header", "session", "history", "none", "critical"]);

/** Reads Privacy; a From of nobody (RFC 3323 4.1.1.3) asks for it without the header. */
export function privacyOf(message: SipMessage): Privacy {
  const values = message
    .getAll("privacy")
    .flatMap((value) => splitList(value))
    .flatMap((value) => value.split(";"))
    .map((value) => value.trim().toLowerCase())
    .filter((value) => /^[a-z0-9.!%*_+`'~-]{1,32}$/.test(value));
  if (values.length > 0) return [...new Set(values)].slice(0, MAX_VALUES);
  return message.kind === "request" && isFromNobody(message) ? ["id"] : [];
}

/** True when the name and number are to be hidden from who is not trusted. */
export function isPrivate(privacy: Privacy): boolean {
  return !privacy.includes("none") && (privacy.includes("id") || privacy.includes("user"));
}

/** True when something is wanted that cannot be done and must be (RFC 3323 5: 500). */
export function isImpossible(privacy: Privacy): boolean {
  return privacy.includes("critical") && privacy.some((value) => !FULFILLED.has(value));
}

function isFromNobody(message: SipMessage): boolean {
  const from = parseNameAddr(message.get("from") ?? "");
  const uri = from.ok ? parseUri(from.value.uri) : undefined;
  return uri?.ok === true && uri.value.host.toLowerCase() === ANONYMOUS_HOST;
}
