import type { RelayEndpoint } from "../../media/index.ts";
import type { Session } from "../model/index.ts";
import type { BranchTarget } from "./leg/branch.ts";
import type { CallProgress } from "./session/call-progress.ts";
import type { LegDevice } from "./leg/leg.ts";

/** Names of the devices that a call counts for; each once as caller and once as callee. */
export function occupiedBy({ caller, callees, isFromSwitch }: Occupying): readonly string[] {
  return [...(isFromSwitch === true ? [] : [caller.name]), ...new Set(callees.map(({ name }) => name))];
}

/** The caller's line, and each that is called once, on however many devices it rings. */
export function linesOf({ caller, callee, callees, isFromSwitch }: CallProgress): string[] {
  const called = new Set([...callees.map(({ line }) => line), ...(callees.length === 0 ? [callee?.line] : [])]);
  return [isFromSwitch === true ? undefined : caller.line, ...called].filter((line) => line !== undefined);
}

type Occupying = Pick<CallProgress, "caller" | "callees" | "isFromSwitch">;

/** A call is at these devices now. @returns false: there are none, and it is where it was */
export function moveTo(progress: CallProgress, devices: readonly LegDevice[]): boolean {
  const [first] = devices;
  if (first === undefined) return false;
  if (!devices.some(({ name }) => name === progress.callee?.name)) progress.callee = first;
  progress.callees = devices;
  return true;
}

/** A service has the call, and no device but the caller's. */
export function moveToService(progress: CallProgress, endpoint: RelayEndpoint): RelayEndpoint {
  progress.service = endpoint;
  progress.callee = undefined;
  progress.callees = [];
  return endpoint;
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

/** The caller's number as who is rung is shown it; undefined: as it is, or each is shown another one. Octets. */
export function shownCaller(
  { branches }: Session,
  targets: ReadonlyMap<string, BranchTarget> | undefined,
  caller: LegDevice,
): string | undefined {
  let shown: string | undefined;
  for (const { branchId, state } of branches) {
    const target = state === "cancelled" ? undefined : targets?.get(branchId);
    if (target === undefined) continue;
    const { callerNumber = caller.number, showCaller } = target;
    const number = showCaller === undefined ? callerNumber : showCaller({ ...caller, number: callerNumber }).number;
    if (shown !== undefined && shown !== number) return undefined;
    shown = number;
  }
  return shown === caller.number ? undefined : shown;
}
