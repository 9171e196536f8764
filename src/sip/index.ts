export { SipEdge, type SipEdgeLimits, type SipEdgeOptions, type SipListener } from "./sip-edge.ts";
export { type EdgeDialogSummary, hostPort } from "./dialog/index.ts";
export {
  checkTlsFiles,
  type CertificateFiles,
  type TlsSettings,
  type TransportProtocol,
  type WebSocketSettings,
} from "./transport/index.ts";
