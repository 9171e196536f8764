/** The messages that passed the edge lately. */
export { Trace, type TraceOptions } from "./trace.ts";
export { type TraceAnswer, type TracedMessage, type TraceQuery, type TraceRemote } from "./trace-reader.ts";
