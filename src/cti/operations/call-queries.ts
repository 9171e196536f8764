import type { KnownCall } from "../call/replica.ts";
import { deviceKey, lineKey } from "../call/watch-keys.ts";
import { CtiError } from "../cti-error.ts";
import type { Operation } from "../operation.ts";
import type { Session } from "../session/session.ts";
import type { OperationContext } from "./operation-context.ts";
import { pageOf } from "./pages.ts";
import { parameters } from "./parameters.ts";
import { shownCall } from "./shown-views.ts";
import { seenCall } from "./subscribe-events.ts";

const RETRY_AFTER_MS = 500;

/** A call as it is at `seq`; one that has ended for as long as it is kept. */
export function getCall(context: OperationContext): Operation["handle"] {
  return async (session, given) => {
    const { callId } = parameters("call.get", given);
    const { view } = await askedCall(context, session, callId);
    return { seq: session.settle(), call: shownCall(context, session, view) };
  };
}

/**
 * A call that the session may see, also one that has ended, for as long as it is kept.
 * @throws {CtiError} `not-found-call`, `node-unavailable`
 */
export async function askedCall(context: OperationContext, session: Session, callId: string): Promise<KnownCall> {
  return (await endedBefore(context, session, callId)) ?? seenCall(context, session, callId);
}

/** A call that has ended under a CTIManager before this one: call control says how it was. */
async function endedBefore(
  { replica, access, link }: OperationContext,
  session: Session,
  callId: string,
): Promise<KnownCall | undefined> {
  const keys = replica.recalled(callId);
  if (keys === undefined || !access.maySee(session, { keys })) return undefined;
  try {
    const view = await link.endedCall(callId);
    return view === undefined ? undefined : replica.takeEnded(view);
  } catch (cause) {
    throw new CtiError("node-unavailable", "call control is not there", { retryAfterMs: RETRY_AFTER_MS }, { cause });
  }
}

/** Calls that go on and that the session may see: all of them, or those of a device or line. */
export function listCalls(context: OperationContext): Operation["handle"] {
  return async (session, given) => {
    const { device, line, ...asked } = parameters("call.list", given);
    const found = callsOf(context, session, device, line);
    const sorted = found.map(({ view }) => view).sort((one, other) => (one.callId < other.callId ? -1 : 1));
    const { entries, next } = pageOf(sorted, ({ callId }) => callId, asked);
    return { seq: session.settle(), calls: entries.map((view) => shownCall(context, session, view)), ...next };
  };
}

function callsOf(context: OperationContext, session: Session, device?: string, line?: string): KnownCall[] {
  const { replica, access } = context;
  const keys = [
    ...(device === undefined ? [] : [deviceKey(access.watched(session, device).name)]),
    ...(line === undefined ? [] : [lineKey(access.watchedLine(session, line).name)]),
  ];
  if (keys.length === 0) return [...replica.liveCalls()].filter((known) => access.maySee(session, known));
  return replica.callsOf(keys).filter(({ keys: been }) => keys.every((key) => been.has(key)));
}
