import type { LogFields, Logger } from "../../common/index.ts";
import type { CommandTraces } from "./command-traces.ts";

/** Writes lines about a command, or about a call that one is under way for, with its trace context as `traceparent`. */
export function tracedLogger(logger: Logger, traces: Pick<CommandTraces, "isIdle" | "ofSession">): Logger {
  const traced = (fields: LogFields | undefined): LogFields | undefined => {
    if (traces.isIdle) return fields;
    const sessionId = fields?.["callId"];
    const traceparent = traces.ofSession(typeof sessionId === "string" ? sessionId : undefined);
    return traceparent === undefined ? fields : { ...fields, traceparent };
  };
  return {
    get debugEnabled() {
      return logger.debugEnabled;
    },
    debug: (message, fields) => logger.debug(message, traced(fields)),
    info: (message, fields) => logger.info(message, traced(fields)),
    warn: (message, fields) => logger.warn(message, traced(fields)),
    error: (message, fields) => logger.error(message, traced(fields)),
    child: (fields) => tracedLogger(logger.child(fields), traces),
  };
}
