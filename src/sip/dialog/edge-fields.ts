import type { SipMessage } from "../message/index.ts";
import type { Flow } from "../transport/index.ts";
import type { FlowTokens } from "./flow-tokens.ts";

/** Tells applications the names in a peer's verified certificate. */
const CERTIFICATE = "X-Tandem-Peer-Certificate";
/** Tells applications by which name requests go back over the flow of a REGISTER. */
const FLOW = "X-Tandem-Flow";
/** Fields that only the edge writes. */
const OF_NETWORK = /\r\nx-tandem-(?:peer-certificate|flow)[ \t]*:[^\r\n]*(?:\r\n[ \t][^\r\n]*)*/gi;

/** The text of a request as applications get it: with what the edge knows, without what the network says of that. */
export function withEdgeFields(request: SipMessage, flow: Flow, tokens: Pick<FlowTokens, "tokenOf">): string {
  const { certificateNames = [] } = flow;
  const isClaimed = request.has(CERTIFICATE.toLowerCase()) || request.has(FLOW.toLowerCase());
  const isRegister = request.method === "REGISTER";
  if (!isClaimed && !isRegister && certificateNames.length === 0) return request.text;
  const endOfHead = request.text.indexOf("\r\n\r\n");
  const head = isClaimed ? request.text.slice(0, endOfHead).replace(OF_NETWORK, "") : request.text.slice(0, endOfHead);
  const certificate = certificateNames.length === 0 ? "" : `\r\n${CERTIFICATE}: ${certificateNames.join(", ")}`;
  const flowField = isRegister ? `\r\n${FLOW}: ${tokens.tokenOf(flow)}` : "";
  return head + certificate + flowField + request.text.slice(endOfHead);
}
