import type { CommandFailure, CommandResult } from "../../../signals/index.ts";
import type { CausedBy, Why } from "../why.ts";
import type { Draft } from "../world.ts";
import { failureOf } from "./failure.ts";
import type { Asker } from "./transfer-state.ts";

const STATUS_OF: Readonly<Partial<Record<CommandFailure, number>>> = {
  "destination-busy": 486,
  "destination-unknown": 404,
  "destination-barred": 403,
  "destination-no-answer": 480,
  "party-gone": 487,
  "wrong-state": 488,
  "media-incompatible": 488,
  pending: 491,
  "park-slot-taken": 486,
  "park-no-slot": 480,
};

/** A command is an application's; a REFER, or what has been dialed, a party's. */
export function askedBy({ commandId }: Asker): CausedBy {
  return commandId === undefined ? "party" : "application";
}

/** Who has asked, and how. */
export function asked(asker: Asker): Pick<Why, "by"> & { readonly detail?: "refer" } {
  const by = askedBy(asker);
  return asker.referId === undefined ? { by } : { by, detail: "refer" };
}

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

/** Tells who asked that a number could not be reached, and in what words that said so. */
export function refuseFor(draft: Draft, asker: Asker, why: Why, detail: string, status?: number): void {
  const failure = failureOf(why);
  const { commandId, ...others } = asker;
  refuse(draft, others, failure, detail, status);
  if (commandId === undefined) return;
  const said = why.sip === undefined || why.by !== "party" ? {} : { sip: why.sip };
  const result: CommandResult = { ok: false, failure, detail, q850: why.cause, ...said };
  draft.effects.push({ type: "result", commandId, result });
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
