import { withMore } from "../../../common/index.ts";
import type { RelayEndpoint } from "../../../media/index.ts";
import type { Outcome, Session, Side } from "../../model/index.ts";
import type { CallMedia } from "./call-media.ts";
import type { CallProgress } from "./call-progress.ts";
import type { Leg } from "../leg/leg.ts";
import { ringingCallOf, savedCallOf } from "../recovery/saved-call.ts";
import type { SessionContext } from "./session-context.ts";

/** The shell of a session, as far as its file goes. */
interface SessionShell {
  readonly callId: string;
  readonly call: Session;
  readonly progress: CallProgress;
  readonly endpoint: RelayEndpoint | undefined;
}

type Context = Pick<SessionContext<unknown>, "store" | "clock" | "logger" | "writeRecord" | "traceparentOf">;
type Legs = { readonly caller: Leg; readonly callee: Leg | undefined };

/** How a session ends whose legs go on in another one. */
export const MOVED: Outcome = { by: "switch", reason: "moved", status: 200, cause: 16 };

/** Puts on file that a session is over, since its legs are on file as those of another one. */
export function persistMoved(
  { store, clock }: Context,
  session: SessionShell & { leg(side: Side): Leg | undefined },
  to: string,
): void {
  const { call, progress, endpoint } = session;
  const caller = session.leg("caller");
  if (call.state !== "established" || caller === undefined) return;
  const saved = savedCallOf(progress, call, { caller, callee: session.leg("callee") }, endpoint);
  store.put(withMore(saved, { moved: { to, atMs: clock.wallMs() } }));
}

/** Puts a session on file as it is now. */
export function persistSession({ store, clock }: Context, session: SessionShell, legs: Legs): void {
  const { call, progress, endpoint } = session;
  if (call.state === "disconnected") return;
  if (call.state !== "established") return store.put(ringingCallOf(progress, legs.caller));
  progress.answeredAtMs ??= clock.wallMs();
  store.put(savedCallOf(progress, call, legs, endpoint));
}

/**
 * Releases the media of a session that has ended, and writes its record. That it has ended is on file at once: should the
 * process die, the next one does not take it up again of which everybody has been told that it is over.
 */
export async function finishSession(
  context: Context,
  { callId, media, progress, call }: Pick<SessionShell, "callId" | "call" | "progress"> & { readonly media: CallMedia },
  outcome: Outcome,
  nowMs: number,
): Promise<void> {
  context.store.end(callId, { outcome, atMs: nowMs });
  // The command that has ended it may be done before the record is there.
  const traceparent = context.traceparentOf?.(callId);
  const summary = await media.release();
  await context.writeRecord({ progress, call, outcome, nowMs, summary });
  // The record is there before the call is forgotten: a call that ends while the process dies is recorded still.
  context.store.remove(callId);
  const { reason, status, by } = outcome;
  const traced = traceparent === undefined ? {} : { traceparent };
  context.logger.info("call ended", { callId, reason, status, by, ...traced });
}
