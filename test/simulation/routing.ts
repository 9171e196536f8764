import type { LegDevice } from "../../src/call/control/leg.ts";
import type { BranchRoute, Diversion } from "../../src/call/model/index.ts";
import { diversionsOf, forwardOf, HUNT_MS, MAX_CALLS, RING_MS, TRUNK, wayTo } from "./plan.ts";
import type { Goal } from "./session.ts";
import type { SimulatedSwitch } from "./switch.ts";

/** False: a status that says why not. */
export function isDialed(goal: Goal | number): goal is Goal {
  return typeof goal !== "number";
}

/** Where a call to a number goes, as digit analysis and routing say. */
export function goalFor(host: SimulatedSwitch, number: string, onlyDevice?: string): Goal | number {
  const forwarded = new Set<string>();
  return follow(host, number, forwarded, onlyDevice);
}

function follow(
  host: SimulatedSwitch,
  number: string,
  forwarded: Set<string>,
  onlyDevice: string | undefined,
): Goal | number {
  const way = wayTo(number);
  if (way.kind === "nowhere") return 404;
  if (way.kind === "service") return { route: { kind: "endpoint" }, targets: new Map(), divert: () => undefined };
  const { line = "" } = way;
  const divert = (reason: Diversion): Goal | undefined => {
    const to = forwardOf(line, reason);
    if (to === undefined || forwarded.has(line)) return undefined;
    forwarded.add(line);
    const goal = follow(host, to, forwarded, undefined);
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

function isFree(host: SimulatedSwitch, device: string): boolean {
  return device === TRUNK || host.callsOf(device) < MAX_CALLS;
}
