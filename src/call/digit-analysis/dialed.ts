import { parseUri, unescapeUser, type ParseResult } from "../../sip/message/index.ts";

/** What a caller dialed, cut from a Request-URI. */
export interface Dialed {
  /** User part, unescaped; visual separators are gone when it is a telephone number. The whole URI of a service. */
  readonly user: string;
  /** Lower case, IPv6 without brackets; absent for tel URIs and bare digits. */
  readonly host?: string;
  /** A tel URI, or a SIP URI with user=phone. */
  readonly isTelephone: boolean;
  /** The emergency service, `sos` or such as `sos.police`, in lower case; absent: a number. */
  readonly service?: string;
}

const MAX_SERVICE_LENGTH = 128;
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
  if (scheme === "tel") return { ok: true, value: { user: telephoneDigits(user), isTelephone: true } };
  const isTelephone = params.get("user")?.toLowerCase() === "phone";
  const plain = unescapeUser(user);
  return {
    ok: true,
    value: { user: isTelephone ? telephoneDigits(plain) : plain, host: host.toLowerCase(), isTelephone },
  };
}

/** Of services only that for emergencies can be called. */
function parseService(text: string): ParseResult<Dialed> {
  const named = text.length > MAX_SERVICE_LENGTH ? "" : text.toLowerCase();
  const service = EMERGENCY_SERVICE.exec(named)?.[1];
  if (service === undefined) return { ok: false, reason: "no service that can be called" };
  return { ok: true, value: { user: `urn:${named}`, isTelephone: false, service } };
}

/** The number without visual separators and without parameters (`;phone-context=...`). */
function telephoneDigits(text: string): string {
  return (text.split(";", 1)[0] ?? "").replace(/[-.()]/g, "");
}
