import type { SipMessage } from "./sip-message.ts";
import { validateCommonHeaders, type Validity } from "./validate-message.ts";

/**
 * Checks what every response must have: topmost Via, From, To, Call-ID and CSeq, each but Via once and
 * well-formed; Content-Type once at most and not too long. A response that fails is dropped; its status means nothing.
 * @see RFC 3261 8.1.3, 8.2.6.2; RFC 4475 3.1.2.5
 */
export function validateResponse(message: SipMessage): Validity {
  return validateCommonHeaders(message);
}
