import type { RelaySessionSummary } from "../../media/index.ts";
import { causeName, type Call, type Outcome } from "../model/index.ts";
import type { CallRecord, RecordParty } from "../record/call-record.ts";
import { codecOf } from "../record/codec-of.ts";
import type { LegDevice } from "./leg.ts";

/** When what happened to a call, in wall-clock milliseconds, and to whom. */
export interface CallProgress {
  readonly callId: string;
  readonly calledNumber: string;
  readonly caller: LegDevice;
  /** Where the number led; of several that were tried, the last one. */
  callee: LegDevice | undefined;
  readonly startedAtMs: number;
  ringingAtMs: number | undefined;
  answeredAtMs: number | undefined;
  /** Call-IDs of all its dialogs: of the caller's INVITE, and of each INVITE to a contact of the callee. */
  readonly sipCallIds: { readonly caller: string; readonly callee: readonly string[] };
}

/** The record of a call that has ended. */
export function recordOf(
  progress: CallProgress,
  call: Call,
  outcome: Outcome,
  endedAtMs: number,
  summary: RelaySessionSummary | undefined,
): CallRecord {
  const { callId, calledNumber, callee, startedAtMs, ringingAtMs, answeredAtMs } = progress;
  const codec = codecOf(call.caller.localSdp ?? "");
  return {
    callId,
    caller: partyOf(progress.caller, [progress.sipCallIds.caller]),
    calledNumber: textOf(calledNumber),
    ...(callee === undefined ? {} : { callee: partyOf(callee, progress.sipCallIds.callee) }),
    startedAt: new Date(startedAtMs).toISOString(),
    ...(answeredAtMs === undefined ? {} : { answeredAt: new Date(answeredAtMs).toISOString() }),
    endedAt: new Date(endedAtMs).toISOString(),
    durationMs: answeredAtMs === undefined ? 0 : Math.max(0, endedAtMs - answeredAtMs),
    ringMs: Math.max(0, (answeredAtMs ?? endedAtMs) - (ringingAtMs ?? startedAtMs)),
    cause: { q850: outcome.cause, name: causeName(outcome.cause), sipStatus: outcome.status },
    reason: outcome.reason,
    endedBy: outcome.by,
    ...(codec === undefined ? {} : { codec }),
    sides: (summary?.sides ?? []).map(({ tag, packets, lost, jitterMs, mos }) => ({
      side: tag,
      packets,
      lost,
      jitterMs,
      ...(mos === undefined ? {} : { mos }),
    })),
  };
}

function partyOf({ name, number }: LegDevice, sipCallIds: readonly string[]): RecordParty {
  return { device: name, number: textOf(number), sipCallIds };
}

/** Octets as text: UTF-8 where it is that. */
function textOf(octets: string): string {
  return Buffer.from(octets, "latin1").toString("utf8");
}
