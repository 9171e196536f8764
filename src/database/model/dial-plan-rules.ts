import type { Fault } from "./fault.ts";
import type { BodyOf } from "./kinds.ts";
import { parsePattern } from "./pattern.ts";

/** Each parked call has a number, and the numbers of a range are kept in a table. */
const MAX_PARK_NUMBERS = 1_000;

export function patternFaults({ pattern, discard }: Pick<BodyOf<"route-pattern">, "pattern" | "discard">): Fault[] {
  if (pattern.includes(".") || !discard.startsWith("pre-dot")) return [];
  return [{ path: ["discard"], message: `${discard} needs a dot in the pattern` }];
}

export function routePatternFaults(body: BodyOf<"route-pattern">): Fault[] {
  const { trunk, routeList, blocked } = body;
  const faults = patternFaults(body);
  if (trunk !== undefined && routeList !== undefined) {
    faults.push({ path: ["routeList"], message: "trunk and routeList exclude each other" });
  }
  if (trunk === undefined && routeList === undefined && !blocked) {
    faults.push({ path: ["trunk"], message: "expected a trunk or a routeList, or blocked: true" });
  }
  return faults;
}

export function huntPilotFaults(body: BodyOf<"hunt-pilot">): Fault[] {
  const { lineGroups, noCoverage, blocked } = body;
  const faults = patternFaults(body);
  if (lineGroups.length === 0 && noCoverage === undefined && !blocked) {
    faults.push({ path: ["lineGroups"], message: "expected a line group, or noCoverage, or blocked: true" });
  }
  lineGroups.forEach((name, index) => {
    if (lineGroups.indexOf(name) < index) {
      faults.push({ path: ["lineGroups", index], message: `${name} is there twice` });
    }
  });
  return faults;
}

export function parkRangeFaults(body: BodyOf<"park-range">): Fault[] {
  return [...parkPatternFaults(body), ...parkTimeFaults(body)];
}

function parkTimeFaults({ reminderSeconds, giveUpSeconds }: BodyOf<"park-range">): Fault[] {
  if (giveUpSeconds > reminderSeconds) return [];
  return [{ path: ["giveUpSeconds"], message: `must be more than reminderSeconds, ${reminderSeconds}` }];
}

function parkPatternFaults({ pattern }: BodyOf<"park-range">): Fault[] {
  if (pattern.includes(".")) return [{ path: ["pattern"], message: "a park range has no dot" }];
  const parsed = parsePattern(pattern);
  if (!parsed.ok || parsed.value.maxLength === undefined)
    return [{ path: ["pattern"], message: "a park range has an end: no !, + or ?" }];
  const count = parsed.value.positions.reduce((product, { size }) => product * size, 1);
  if (count <= MAX_PARK_NUMBERS) return [];
  return [{ path: ["pattern"], message: `has ${count} numbers; at most ${MAX_PARK_NUMBERS} are possible` }];
}

export function timeScheduleFaults({ periods }: BodyOf<"time-schedule">): Fault[] {
  return periods.flatMap(({ days, from, to, firstDate, lastDate }, index) => {
    const faults: Fault[] = [];
    const fault = (key: string, message: string): void => void faults.push({ path: ["periods", index, key], message });
    if (firstDate !== undefined && lastDate !== undefined && lastDate < firstDate) {
      fault("lastDate", `is before firstDate, ${firstDate}`);
    }
    if (from === to) fault("to", "is the same as from");
    if (from === "24:00") fault("from", "expected 00:00 to 23:59");
    if (new Set(days).size < days.length) fault("days", "has a day twice");
    return faults;
  });
}
