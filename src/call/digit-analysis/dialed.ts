import { parseUri, unescapeUser, type ParseResult } from "../../sip/message/index.ts";

/** What a caller dialed, cut from a Request-URI. */
export interface Dialed {
  /** User part, unescaped; visual separators and parameters are gone from a number. The whole URI of a service. */
  readonly user: string;
  /** Lower case, IPv6 without brackets; absent for tel URIs and bare digits. */
  readonly host?: string;
  /** The emergency service, `sos` or such as `sos.police`, in lower case; absent: a number. */
  readonly service?: string;
}

const MAX_SERVICE_LENGTH = 128;
/** Also without user=phone: whoever takes the call may leave the separators out, and then it is another number. */
const SEPARATED_NUMBER = /^[-.()]*\+?[-.()0-9*#]+(?:;.*)?$/s;
const NUMBER = /^\+?[0-9*#A-D]+$/;
const NAME = /^[A-Za-z_\u0080-\u00ff]/;
/** RFC 5031 4.2. */
const EMERGENCY_SERVICE = /^service:(sos(?:\.[a-z0-9-]+)*)$/;

/**
 * Reads what was dialed out of a Request-URI: sip, sips, tel, or `urn:service:sos` and what begins so.
 * @see RFC 5031; RFC 3261 19.1.1 (user=phone), RFC 3966 5.1.1 (visual separators)
 */
export function parseDialed(requestUri: string): ParseResult<Dialed> {
  const uri = parseUri(requestUri);
  if (!uri.ok) return uri;
  const { scheme, user = "", host, params, opaque } = uri.value;
  if (scheme === "urn") return parseService(opaque ?? "");
  if (opaque !== undefined) return { ok: false, reason: `${scheme} URIs cannot be dialed` };
  if (scheme === "tel") return { ok: true, value: { user: telephoneDigits(user) } };
  const isTelephone = params.get("user")?.toLowerCase() === "phone";
  const plain = unescapeUser(user);
  const isNumber = isTelephone || SEPARATED_NUMBER.test(plain);
  return { ok: true, value: { user: isNumber ? telephoneDigits(plain) : plain, host: host.toLowerCase() } };
}

/**
 * True for a number without anything else in it, and for a name. What is neither (`00 44`, `00x44`) would escape the
 * patterns for the number that it may be taken for elsewhere.
 */
export function isNumberOrName(user: string): boolean {
  return NUMBER.test(user) || NAME.test(user);
}

/** Of services only that for emergencies can be called. */
function parseService(text: string): ParseResult<Dialed> {
  const named = text.length > MAX_SERVICE_LENGTH ? "" : text.toLowerCase();
  const service = EMERGENCY_SERVICE.exec(named)?.[1];
  if (service === undefined) return { ok: false, reason: "no service that can be called" };
  return { ok: true, value: { user: `urn:${named}`, service } };
}

/** The number without visual separators and without parameters (`;phone-context=...`). */
function telephoneDigits(text: string): string {
  return (text.split(";", 1)[0] ?? "").replace(/[-.()]/g, "");
}
