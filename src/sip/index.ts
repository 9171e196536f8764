export { SipEdge, type SipEdgeLimits, type SipEdgeOptions, type SipListener } from "./sip-edge.ts";
export { type EdgeDialogSummary } from "./dialog/index.ts";
export { type TransportProtocol } from "./transport/index.ts";
export { type TraceAnswer, type TracedMessage, type TraceQuery, type TraceRemote } from "./trace/index.ts";
export { type Ban, type BanReason } from "./guard/index.ts";
