import type { DialPlan, DialPlanSource } from "./dial-plan.ts";
import { explainDigits } from "./explain.ts";
import { compileTables, type PlanTables } from "./plan-tables.ts";
import { prefixTrunks, walkDigits } from "./walk-digits.ts";

/** Compiles a dial plan: about 100 ms for 10,000 patterns. What refers to an object that is not there leads nowhere. */
export function compileDialPlan(source: DialPlanSource): DialPlan {
  const tables = compileTables(source);
  return planOver(() => tables);
}

/** @param now the tables as they are */
export function planOver(now: () => PlanTables): DialPlan {
  return {
    get patternCount() {
      return now().dialables.size;
    },
    get maxHops() {
      return now().maxHops;
    },
    callerSpace: (caller) => now().callers.spaceOf(caller),
    callerZone: (caller) => now().callers.zoneOf(caller),
    searchSpace: (name) => now().callers.space(name),
    findCaller: (from) => now().callers.find(from),
    findFeature: (digits) => now().features.find(digits),
    beginsFeature: (digits) => now().features.isBeginning(digits),
    speedDial: (device, place) => now().callers.speedDial(device, place),
    analyzeDigits: (digits, query) => walkDigits(now(), digits, query),
    prefixTrunks: (number, query) => prefixTrunks(now(), number, query.partitions, query),
    e164Of: (number) => now().routes.e164Of(number),
    leavesAbroad: (trunk, number) => now().routes.leavesAbroad(trunk, number),
    explain: (digits, query, from) => explainDigits(now(), digits, query, from),
  };
}
