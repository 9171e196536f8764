export { SipEdge, type SipEdgeLimits, type SipEdgeOptions, type SipListener } from "./sip-edge.ts";
export { type EdgeDialogSummary } from "./dialog/index.ts";
export { type CertificateFiles, type TlsSettings, type TransportProtocol } from "./transport/index.ts";
