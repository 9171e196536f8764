import type { Outcome } from "../model/index.ts";
import type { TollGuards } from "../toll/index.ts";
import { recordedLast } from "../record/record-files.ts";
import type { CallJournal } from "./call-journal.ts";
import { type CallContext, CallSession } from "./call-session.ts";
import type { CallTable } from "./call-table.ts";
import { usableCall } from "./saved-call.ts";

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
    const { callId, calledNumber, caller, callee, called, endpoint } = one;
    const usable = usableCall(one);
    const created = {
      callId,
      calledNumber,
      caller,
      callee: callee?.device ?? called,
      ...(endpoint === undefined ? {} : { endpoint }),
    };
    const session = new CallSession(context, created, {
      ...(usable ?? { saved: one, call: one.call }),
      isRestored: true,
    });
    table.add(session);
    context.owner.onChanged(session);
    const trunk = callee?.device.kind === "peer" ? callee.device.name : undefined;
    if (one.payer !== undefined) toll.resume(callId, one.payer, trunk);
    if (usable === undefined) session.dispatch({ type: "hang-up", outcome: { ...STOPPED, reason: "session-lost" } });
  }
  if (saved.length > 0) context.logger.info("calls taken up again", { calls: table.active });
}
