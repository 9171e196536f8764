import { errorMessageOf } from "../../common/index.ts";
import type { CallQuality, CallView } from "../../signals/index.ts";
import { CtiError } from "../cti-error.ts";
import type { Operation } from "../operation.ts";
import { askedCall } from "./call-queries.ts";
import { checkCallControl } from "./command-runner.ts";
import type { OperationContext } from "./operation-context.ts";
import { parameters } from "./parameters.ts";

/** Call control waits two seconds for the relay. */
const ANSWER_MS = 4_000;
const RETRY_AFTER_MS = 500;

/**
 * The media of a call that goes on, as the relay has it now; nothing of that is kept.
 * @throws {CtiError} `not-found-call`, `call-ended`, `access-device`, `not-found-device`, `call-not-on-line`,
 * `node-unavailable`
 */
export function getMediaQuality(context: OperationContext): Operation["handle"] {
  return async (session, given) => {
    const { callId, device } = parameters("call.mediaQuality", given);
    if (device !== undefined) context.access.watched(session, device);
    const { view } = await askedCall(context, session, callId);
    if (view.state === "invalid") throw hasEnded(callId);
    if (device !== undefined && !isIn(view, device)) throw notIn(callId, device);
    checkCallControl(context);
    const quality = await ask(context, callId);
    if (quality === undefined) throw hasEnded(callId);
    const { atMs, sides } = quality;
    const asked = device === undefined ? sides : sides.filter((side) => side.device === device);
    return { seq: session.settle(), callId, atMs, sides: asked };
  };
}

async function ask({ link }: OperationContext, callId: string): Promise<CallQuality | undefined> {
  try {
    return await link.mediaQuality(callId, ANSWER_MS);
  } catch (cause) {
    const message = `the media of the call cannot be asked for: ${errorMessageOf(cause)}`;
    throw new CtiError("node-unavailable", message, { retryAfterMs: RETRY_AFTER_MS }, { cause });
  }
}

function isIn({ connections }: CallView, device: string): boolean {
  return connections.some(({ terminals }) => terminals.some((terminal) => terminal.device === device));
}

function hasEnded(callId: string): CtiError {
  const entity = { kind: "call", id: callId };
  return new CtiError("call-ended", `call ${callId} has ended: its record says how its media was`, { entity });
}

function notIn(callId: string, device: string): CtiError {
  const entity = { kind: "call", id: callId };
  return new CtiError("call-not-on-line", `${device} has no part in call ${callId}`, { entity, path: "/device" });
}
