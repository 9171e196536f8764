import type { Outcome } from "../../model/index.ts";
import type { TollGuards } from "../../toll/index.ts";
import { recordedLast } from "../../record/record-files.ts";
import type { CallJournal } from "./call-journal.ts";
import { type CallContext, CallSession } from "../session/call-session.ts";
import type { CallTable } from "../call-table.ts";
import { HoldLog } from "../session/hold-log.ts";
import { LegLog } from "../leg/leg-log.ts";
import type { NewSession } from "../session/offered-invite.ts";
import { savedLegs, usableCall, type MovedSession, type SavedCall } from "./saved-call.ts";
import { MOVED } from "../session/session-file.ts";
import { startProgress } from "../session/start-progress.ts";

/** How calls end that the switch ends when it stops. */
export const STOPPED: Outcome = { by: "switch", reason: "switch-stopped", status: 503, cause: 41 };

const RECORD_TAIL_BYTES = 1024 * 1024;

export interface RestoreOptions {
  readonly context: CallContext;
  readonly table: CallTable;
  readonly journal: CallJournal;
  readonly recordsPath: string;
  readonly toll: TollGuards;
}

/** Takes up the calls of the process before this one; those that rang are over. What was recorded as ended by it is not recorded again. */
export function restoreCalls({ context, table, journal, recordsPath, toll }: RestoreOptions): void {
  const saved = journal.calls;
  const recorded = saved.length === 0 ? "" : recordedLast(recordsPath, RECORD_TAIL_BYTES);
  for (const one of saved) {
    if (recorded.includes(`"callId":"${one.callId}"`)) {
      journal.remove(one.callId);
      continue;
    }
    const { callId, moved } = one;
    const created = createdOf(one);
    if (moved !== undefined) {
      void recordMoved(context, created, one, moved);
      continue;
    }
    const usable = usableCall(one);
    const session = new CallSession(context, created, {
      ...(usable ?? { saved: one, call: one.call }),
      isRestored: true,
    });
    table.add(session);
    context.owner.onChanged(session);
    if (one.payers !== undefined) toll.resume(callId, one.payers);
    if (usable === undefined) session.dispatch({ type: "hang-up", outcome: { ...STOPPED, reason: "session-lost" } });
  }
  if (saved.length > 0) context.logger.info("calls taken up again", { calls: table.active });
}

function createdOf({ callId, calledNumber, caller, callee, called, endpoint }: SavedCall): NewSession {
  return {
    callId,
    calledNumber,
    caller,
    callee: callee?.device ?? called,
    ...(endpoint === undefined ? {} : { endpoint }),
  };
}

/** Its legs had gone on in another session when the process died: what is missing is its record. */
async function recordMoved(
  context: CallContext,
  created: NewSession,
  saved: SavedCall,
  { atMs: nowMs, to }: MovedSession,
): Promise<void> {
  const { clock, store } = context;
  const legs = savedLegs(saved);
  const progress = startProgress(created, saved, {
    nowMs,
    calleeCallIds: legs.map(({ sipCallId }) => sipCallId),
    legs: new LegLog(clock, legs),
    holds: new HoldLog(clock, saved.holds),
    isRestored: true,
  });
  progress.movedTo = to;
  await context.writeRecord({ progress, call: saved.call, outcome: MOVED, nowMs, summary: undefined });
  store.remove(saved.callId);
}
