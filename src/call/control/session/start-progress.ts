import type { PartialReason } from "../../record/call-record.ts";
import type { CallProgress } from "./call-progress.ts";
import type { HoldLog } from "./hold-log.ts";
import { sourceText, type LegLog } from "../leg/leg-log.ts";
import type { NewSession } from "./offered-invite.ts";
import { redirectOf, type SavedCall } from "../recovery/saved-call.ts";

/** A call as it begins, or as the process before this one has left it. */
export function startProgress(
  created: NewSession,
  saved: SavedCall | undefined,
  facts: {
    readonly nowMs: number;
    readonly calleeCallIds: readonly string[];
    readonly legs: LegLog;
    readonly holds: HoldLog;
    /** The process that had it is gone. */
    readonly isRestored: boolean;
  },
): CallProgress {
  const { callId, calledNumber, caller, callee, endpoint } = created;
  const { origin = saved?.origin } = created;
  const redirect = saved?.redirect ?? (origin && redirectOf(origin));
  const source = caller.isVirtual === true ? undefined : sourceText(caller.source);
  const callerSource = saved === undefined ? source : saved.callerSource;
  const partial: readonly PartialReason[] = facts.isRestored ? ["callmanager-restarted"] : [];
  return {
    callId,
    calledNumber,
    caller: caller.device,
    ...(callerSource === undefined ? {} : { callerSource }),
    callee,
    callees: callee === undefined ? [] : [callee],
    ...(endpoint === undefined ? {} : { service: endpoint }),
    startedAtMs: saved?.startedAtMs ?? facts.nowMs,
    ringingAtMs: saved?.ringingAtMs,
    answeredAtMs: saved?.answeredAtMs,
    sipCallIds: { caller: caller.isVirtual === true ? "" : caller.sipCallId, callee: facts.calleeCallIds },
    legs: facts.legs,
    holds: facts.holds,
    ...(caller.isVirtual === true ? { isFromSwitch: true as const } : {}),
    ...(origin === undefined ? {} : { origin }),
    ...(redirect === undefined ? {} : { redirect }),
    partial,
  };
}
