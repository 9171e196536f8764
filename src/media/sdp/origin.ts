import { createHash } from "node:crypto";
import { isIP } from "node:net";

/** The o= line that one phone sees during a session; `version` 0 means that nothing has been sent yet. */
export interface SdpOrigin {
  readonly sessionId: number;
  readonly version: number;
  /** Of the last SDP sent without its o= line: tells whether the next one differs. */
  readonly digest: string;
}

/** `IN IP4 192.0.2.1`, as o=, c= and a=rtcp have it. */
export function networkAddress(address: string): string {
  return `IN IP${isIP(address) === 6 ? 6 : 4} ${address}`;
}

/**
 * Puts the o= line into an SDP that has none, after its first line. The version rises when the content is not that of
 * the SDP before.
 * @see RFC 4566 5.2, RFC 3264 8
 */
export function stampOrigin(origin: SdpOrigin, body: string, address: string): { sdp: string; origin: SdpOrigin } {
  const digest = createHash("sha256").update(body).digest("base64").slice(0, 16);
  const stamped = digest === origin.digest ? origin : { ...origin, version: origin.version + 1, digest };
  const afterVersion = body.indexOf("\r\n") + 2;
  const line = `o=- ${stamped.sessionId} ${stamped.version} ${networkAddress(address)}\r\n`;
  return { sdp: body.slice(0, afterVersion) + line + body.slice(afterVersion), origin: stamped };
}
