import type { SipMessage } from "../message/index.ts";
import type { Flow } from "../transport/index.ts";

/** Tells applications the names in a peer's verified certificate. Written by the edge only. */
const FIELD = "X-Tandem-Peer-Certificate";
const OF_NETWORK = /\r\nx-tandem-peer-certificate[ \t]*:[^\r\n]*(?:\r\n[ \t][^\r\n]*)*/gi;

/** The text of a request as applications get it: what the network says of the peer's certificate is left out. */
export function withPeerCertificate(request: SipMessage, { certificateNames = [] }: Flow): string {
  const isClaimed = request.has(FIELD.toLowerCase());
  if (!isClaimed && certificateNames.length === 0) return request.text;
  const endOfHead = request.text.indexOf("\r\n\r\n");
  const head = request.text.slice(0, endOfHead).replace(OF_NETWORK, "");
  const field = certificateNames.length === 0 ? "" : `\r\n${FIELD}: ${certificateNames.join(", ")}`;
  return head + field + request.text.slice(endOfHead);
}
