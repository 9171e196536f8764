export { SipEdge, type SipEdgeLimits, type SipEdgeOptions, type SipListener } from "./sip-edge.ts";
export { type EdgeDialogSummary, hostPort } from "./dialog/index.ts";
export {
  type CertificateFiles,
  type TlsSettings,
  type TransportProtocol,
  type WebSocketSettings,
} from "./transport/index.ts";
export { type TraceAnswer, type TracedMessage, type TraceQuery, type TraceRemote } from "./trace/index.ts";
export { type Ban, type BanReason } from "./guard/index.ts";
