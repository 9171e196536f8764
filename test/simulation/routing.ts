import type { LegDevice } from "../../src/call/control/leg/leg.ts";
import type { BranchRoute, Diversion } from "../../src/call/model/index.ts";
import type { HuntStep } from "../../src/call/model/model-settings.ts";
import { devicesOn, diversionsOf, forwardOf, HUNT_MS, MAX_CALLS, PILOT, RING_MS, TRUNK, wayTo } from "./plan.ts";
import type { Goal } from "./session.ts";
import { huntSteps } from "./settings.ts";
import type { SimulatedSwitch } from "./switch.ts";

/** False: a status that says why not. */
export function isDialed(goal: Goal | number): goal is Goal {
  return typeof goal !== "number";
}

/** Who calls: a session whose caller could wait in a queue, or nobody who could. */
interface Calling {
  readonly onlyDevice?: string | undefined;
  readonly sessionId?: string;
}

/** Where a call to a number goes, as digit analysis and routing say. */
export function goalFor(host: SimulatedSwitch, number: string, calling: Calling = {}): Goal | number {
  return follow(host, number, new Set<string>(), calling);
}

/** Rings members of a hunt pilot. */
export function goalForStep(host: SimulatedSwitch, { lines }: HuntStep): Goal | number {
  const group = lines.flatMap(devicesOn).filter(({ name }) => isFree(host, name));
  if (group.length === 0) return 486;
  return { ...branchesTo(host, [group], [], true), divert: () => undefined };
}

/** Members that are free are rung first; who has a session may wait for them then. */
function goalOfQueue(host: SimulatedSwitch, sessionId: string | undefined): Goal | number {
  const endMs = host.agenda.nowMs + HUNT_MS;
  const hasQueue = sessionId !== undefined;
  const steps = hasQueue && host.features.hasQueued(PILOT) ? [] : huntSteps((device) => isFree(host, device));
  if (steps.length === 0 && !hasQueue) return 486;
  const groups = steps.map(({ lines }) => lines.flatMap(devicesOn).filter(({ name }) => isFree(host, name)));
  const divert = (reason: Diversion): Goal | undefined => {
    const leftMs = endMs - host.agenda.nowMs;
    if (reason !== "no-coverage" || sessionId === undefined || leftMs <= 0) return undefined;
    const endpoint = host.features.enqueue(sessionId, PILOT, leftMs);
    if (endpoint === undefined) return undefined;
    return { route: { kind: "endpoint" }, endpoint, targets: new Map(), divert: () => undefined };
  };
  return { ...branchesTo(host, groups, ["no-coverage"], true), divert };
}

function follow(host: SimulatedSwitch, number: string, forwarded: Set<string>, calling: Calling): Goal | number {
  const way = wayTo(number);
  const { onlyDevice, sessionId } = calling;
  if (way.kind === "queue") return goalOfQueue(host, sessionId);
  if (way.kind === "nowhere") return 404;
  if (way.kind === "service") return { route: { kind: "endpoint" }, targets: new Map(), divert: () => undefined };
  const { line = "" } = way;
  const divert = (reason: Diversion): Goal | undefined => {
    const to = forwardOf(line, reason);
    if (to === undefined || forwarded.has(line)) return undefined;
    forwarded.add(line);
    const goal = follow(host, to, forwarded, sessionId === undefined ? {} : { sessionId });
    return isDialed(goal) ? goal : undefined;
  };
  const groups = way.groups
    .map((group) => group.filter(({ name }) => isFree(host, name) && (onlyDevice === undefined || name === onlyDevice)))
    .filter((group) => group.length > 0);
  if (groups.length === 0) return divert("busy") ?? 486;
  return { ...branchesTo(host, groups, diversionsOf(line), way.isHunt === true), divert };
}

function branchesTo(
  host: SimulatedSwitch,
  groups: readonly (readonly LegDevice[])[],
  diverts: readonly Diversion[],
  isHunt: boolean,
): { readonly route: BranchRoute; readonly targets: ReadonlyMap<string, LegDevice> } {
  const targets = new Map<string, LegDevice>();
  const named = groups.map((group) => {
    const branchIds = group.map((device) => {
      const branchId = host.nameBranch();
      targets.set(branchId, device);
      return branchId;
    });
    const isTrunk = group.some(({ name }) => name === TRUNK);
    const hunted = isHunt ? ({ isHunted: true } as const) : {};
    return { branchIds, ringMs: RING_MS, ...(isTrunk ? { tryMs: 4_000 } : {}), ...hunted };
  });
  return { route: { kind: "branches", groups: named, diverts, ...(isHunt ? { wholeMs: HUNT_MS } : {}) }, targets };
}

export function isFree(host: SimulatedSwitch, device: string): boolean {
  return device === TRUNK || host.callsOf(device) < MAX_CALLS;
}
