import { causeOfStatus, type Call, type CallEvent } from "../model/index.ts";
import type { BranchTarget } from "./branch.ts";
import type { CallProgress } from "./call-progress.ts";
import type { LegDevice } from "./leg.ts";

type Targets = ReadonlyMap<string, BranchTarget>;

/** Attempts of one call that its record has; later ones are left out. */
const MAX_ATTEMPTS = 64;
const NO_RESPONSE = 408;

/** What a call counts for, with these devices; each once as caller and once as callee. */
export function occupiedBy(caller: LegDevice, callees: readonly LegDevice[]): readonly string[] {
  return [caller.name, ...new Set(callees.map(({ name }) => name))];
}

/** Whom a call is being offered to. */
export function triedDevices(call: Call, targets: Targets | undefined): readonly LegDevice[] {
  return liveBranches(call).flatMap((branchId) => targets?.get(branchId)?.device ?? []);
}

/** Notes what becomes of trunks: refusals, and silence. */
export function noteFailed(progress: CallProgress, before: Call, event: CallEvent, targets: Targets): void {
  const live = liveBranches(before);
  if (event.type === "branch-failed" && live.includes(event.branchId)) {
    const { branchId, status, told } = event;
    note(progress, targets.get(branchId), status, told?.cause);
  }
  if (event.type !== "timer" || event.timer !== "try") return;
  for (const branchId of live) note(progress, targets.get(branchId), NO_RESPONSE);
}

function note(
  { attempts }: CallProgress,
  target: BranchTarget | undefined,
  status: number,
  cause = causeOfStatus(status),
): void {
  if (target?.device.kind !== "peer" || attempts.length >= MAX_ATTEMPTS) return;
  const { name, number } = target.device;
  attempts.push({ device: name, number, status, cause });
}

function liveBranches({ branches }: Call): string[] {
  return branches.flatMap(({ branchId, state }) => (state === "cancelled" ? [] : [branchId]));
}
