import type { Session } from "../model/index.ts";
import type { BranchTarget } from "./branch.ts";
import type { CallProgress } from "./call-progress.ts";
import type { LegDevice } from "./leg.ts";

/** Names of the devices that a call counts for; each once as caller and once as callee. */
export function occupiedBy({ caller, callees }: Pick<CallProgress, "caller" | "callees">): readonly string[] {
  return [caller.name, ...new Set(callees.map(({ name }) => name))];
}

/** Whom a call is being offered to. */
export function triedDevices(
  { branches }: Session,
  targets: ReadonlyMap<string, BranchTarget> | undefined,
): readonly LegDevice[] {
  return branches.flatMap(({ branchId, state }) => {
    const target = state === "cancelled" ? undefined : targets?.get(branchId);
    return target === undefined ? [] : [target.device];
  });
}
