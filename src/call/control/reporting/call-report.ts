import { errorMessageOf, type Clock, type Logger } from "../../../common/index.ts";
import type { MediaRelay, RelaySessionSummary } from "../../../media/index.ts";
import type { CallFacts, CallRecord } from "../../record/call-record.ts";
import type { CallSession } from "../session/call-session.ts";
import type { RecordContext } from "./record-context.ts";
import { callFacts } from "./record-of.ts";

/** A call that goes on. */
export interface LiveCall extends CallFacts {
  readonly state: "initiated" | "alerting" | "answering" | "established" | "disconnected";
}

/** Everything that is known of one call. */
export type CallReport =
  { readonly state: "live"; readonly call: LiveCall } | { readonly state: "past"; readonly call: CallRecord };

interface LiveContext {
  readonly relay: MediaRelay;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** A call as it stands, with the figures of its media so far. */
export async function liveFacts(session: CallSession, live: LiveContext, context: RecordContext): Promise<LiveCall> {
  const summary = session.hasMedia ? await figuresOf(session.callId, live) : undefined;
  const { call, progress } = session;
  return { state: call.state, ...callFacts({ progress, call, summary, nowMs: live.clock.wallMs() }, context) };
}

async function figuresOf(callId: string, { relay, logger }: LiveContext): Promise<RelaySessionSummary | undefined> {
  try {
    return await relay.inspect(callId);
  } catch (error) {
    logger.warn("media figures of a call cannot be had", { callId, error: errorMessageOf(error) });
    return undefined;
  }
}
