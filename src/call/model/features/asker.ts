import type { CommandFailure } from "../../../signals/index.ts";
import type { Draft } from "../world.ts";
import type { Asker } from "./transfer-state.ts";

const STATUS_OF: Readonly<Partial<Record<CommandFailure, number>>> = {
  "destination-busy": 486,
  "destination-unknown": 404,
  "destination-no-answer": 480,
  "party-gone": 487,
  "wrong-state": 488,
  "media-incompatible": 488,
  pending: 491,
  "park-slot-taken": 486,
  "park-no-slot": 480,
};

/** Tells who asked that it was not done. @param status what SIP is told; absent: what the failure is called there */
export function refuse(
  { effects }: Draft,
  { referId, commandId }: Asker,
  failure: CommandFailure,
  detail: string,
  status: number = STATUS_OF[failure] ?? 503,
): void {
  if (referId !== undefined) effects.push({ type: "notify", referId, status });
  if (commandId !== undefined) effects.push({ type: "result", commandId, result: { ok: false, failure, detail } });
}

/** Tells that it was done. @param slot where a call is parked */
export function succeed({ effects }: Draft, { referId, commandId }: Asker, callId: string, slot?: string): void {
  if (referId !== undefined) effects.push({ type: "notify", referId, status: 200 });
  if (commandId === undefined) return;
  const where = slot === undefined ? {} : { slot };
  effects.push({ type: "result", commandId, result: { ok: true, callId, ...where } });
}

/** Tells a REFER that it is being done. */
export function progress({ effects }: Draft, { referId }: Asker, status: 100 | 180): void {
  if (referId !== undefined) effects.push({ type: "notify", referId, status });
}
