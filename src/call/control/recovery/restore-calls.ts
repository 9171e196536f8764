import type { Outcome } from "../../model/index.ts";
import type { TollGuards } from "../../toll/index.ts";
import { recordedLast } from "../../record/record-files.ts";
import type { CallJournal } from "./call-journal.ts";
import { type CallContext, CallSession } from "../session/call-session.ts";
import type { CallTable } from "../call-table.ts";
import { HoldLog } from "../session/hold-log.ts";
import { LegLog } from "../leg/leg-log.ts";
import type { NewSession } from "../session/offered-invite.ts";
import { savedLegs, usableCall, type EndedSession, type SavedCall } from "./saved-call.ts";
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

/** Takes up the calls of the process before this one; those that rang are over. What has ended only gets its record, once. */
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
    const ended = moved === undefined ? journal.endOf(callId) : { outcome: MOVED, atMs: moved.atMs };
    if (ended !== undefined) {
      void recordEnded(context, created, one, ended);
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

/** It was over when the process died, or its legs had gone on in another session: what is missing is its record. */
async function recordEnded(
  context: CallContext,
  created: NewSession,
  saved: SavedCall,
  { outcome, atMs: nowMs }: EndedSession,
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
  if (saved.moved !== undefined) progress.movedTo = saved.moved.to;
  await context.writeRecord({ progress, call: saved.call, outcome, nowMs, summary: undefined });
  store.remove(saved.callId);
}
