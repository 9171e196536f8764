import { displayName, isValidHeaderValue } from "../../sip/message/index.ts";
import { SIP_HEADER_NAME } from "../../signals/index.ts";
import type { Body, HeaderList } from "./signaling-port.ts";

/** All that may be set; everything else is the edge's. Canonical names. */
const SETTABLE = new Set([
  "accept",
  "allow",
  "allow-events",
  "answer-mode",
  "authentication-info",
  "authorization",
  "call-id",
  "call-info",
  "contact",
  "content-disposition",
  "content-encoding",
  "content-language",
  "content-type",
  "cseq",
  "date",
  "diversion",
  "event",
  "expires",
  "flow-timer",
  "from",
  "history-info",
  "info-package",
  "max-forwards",
  "min-expires",
  "min-se",
  "p-asserted-identity",
  "path",
  "privacy",
  "proxy-authorization",
  "rack",
  "reason",
  "recv-info",
  "refer-sub",
  "referred-by",
  "remote-party-id",
  "require",
  "retry-after",
  "route",
  "session-expires",
  "subject",
  "subscription-state",
  "supported",
  "to",
  "unsupported",
  "user-agent",
  "user-to-user",
  "warning",
  "www-authenticate",
  "x-tandem-trying",
]);

/** RFC 3261 7.3.1: several of these cannot be joined by commas. */
const ONE_A_LINE = new Set(["authorization", "proxy-authorization", "www-authenticate"]);
const MAX_VALUE_LENGTH = 4_096;

/**
 * The headers as drachtio-srf takes them: one value a name. A header that must not be set, or whose value could end
 * its line, is left out and told to `onRefused`.
 */
export function outgoingHeaders(
  headers: HeaderList,
  body: Body | undefined,
  onRefused: (name: string) => void,
): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [name, value] of headers) {
    const canonical = name.toLowerCase();
    if (!isSettable(canonical) || !isSendable(value)) {
      onRefused(canonical);
      continue;
    }
    const shown = displayName(canonical);
    const before = result[shown];
    // drachtio-srf knows one value a name: a second line can only be smuggled into the value.
    const separator = ONE_A_LINE.has(canonical) ? `\r\n${shown}: ` : ", ";
    result[shown] = before === undefined ? value : `${before}${separator}${value}`;
  }
  if (body !== undefined && isSendable(body.contentType)) result["Content-Type"] = body.contentType;
  return result;
}

/** Listed, or a name that applications may choose. */
function isSettable(canonical: string): boolean {
  return SETTABLE.has(canonical) || SIP_HEADER_NAME.test(canonical);
}

function isSendable(value: string): boolean {
  return value.length <= MAX_VALUE_LENGTH && isValidHeaderValue(value) && !/[^\x00-\xff]/.test(value);
}
