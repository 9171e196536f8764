import { compileDialPlan } from "../../src/call/digit-analysis/plan/compile-dial-plan.ts";
import type { DialPlan, DialPlanSource } from "../../src/call/digit-analysis/plan/dial-plan.ts";
import { SCHEMAS } from "../../src/database/index.ts";

export const PARTITIONS = ["internal", "site-1", "site-2", "site-3", "national", "international"] as const;
const EMPTY: DialPlanSource = {
  partitions: [],
  callingSearchSpaces: [],
  timeSchedules: [],
  dateTimeGroups: [],
  devicePools: [],
  directoryNumbers: [],
  phones: [],
  ctiPorts: [],
  routePoints: [],
  trunks: [],
  routeGroups: [],
  routeLists: [],
  routePatterns: [],
  translationPatterns: [],
  huntPilots: [],
  parkRanges: [],
  pickupGroups: [],
  serviceParameters: [],
};

/** Numbers from 0 up to a bound, the same ones for each seed. */
export function seededRandom(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** Patterns as a large company has them: half are directory numbers, the others routes and translations of all shapes. */
export function randomPlanSource(count: number, seed: number): DialPlanSource {
  const random = seededRandom(seed);
  const digits = (length: number): string => Array.from({ length }, () => random(10)).join("");
  const partitionOf = (): string => PARTITIONS[random(PARTITIONS.length)] ?? PARTITIONS[0];
  const shapes: readonly (() => string)[] = [
    () => `9.1${digits(3)}[2-9]XXXXXX`,
    () => `9.011${digits(2)}!`,
    () => `9.011${digits(2)}!#`,
    () => `8${digits(3)}XXXX`,
    () => `\\+${digits(4)}!`,
    () => `${digits(2)}[${random(5)}-${5 + random(5)}]X${digits(1)}X`,
    () => `7[^${random(10)}]${digits(3)}X`,
  ];
  const names = new Set<string>();
  const directoryNumbers: DialPlanSource["directoryNumbers"][number][] = [];
  const routePatterns: DialPlanSource["routePatterns"][number][] = [];
  const translationPatterns: DialPlanSource["translationPatterns"][number][] = [];
  while (names.size < count) {
    const partition = partitionOf();
    const isNumber = random(2) === 0;
    const pattern = isNumber ? digits(6) : (shapes[random(shapes.length)]?.() ?? "");
    if (names.has(`${pattern}@${partition}`)) continue;
    names.add(`${pattern}@${partition}`);
    if (isNumber) directoryNumbers.push(SCHEMAS["directory-number"].parse({ number: pattern, partition }));
    else if (random(4) > 0)
      routePatterns.push(SCHEMAS["route-pattern"].parse({ pattern, partition, trunk: "gateway" }));
    else {
      const body = { pattern, partition, calledMask: "XXXXXX" };
      translationPatterns.push(SCHEMAS["translation-pattern"].parse(body));
    }
  }
  return { ...EMPTY, directoryNumbers, routePatterns, translationPatterns };
}

/** What is dialed in such a company: numbers that are there, calls to the outside, and wrong numbers. */
export function randomDigits({ directoryNumbers }: DialPlanSource, count: number, seed: number): string[] {
  const random = seededRandom(seed);
  const digits = (length: number): string => Array.from({ length }, () => random(10)).join("");
  return Array.from({ length: count }, () => {
    const kind = random(5);
    if (kind === 0) return directoryNumbers[random(directoryNumbers.length)]?.number ?? "";
    if (kind === 1) return `91${digits(10)}`;
    if (kind === 2) return `9011${digits(11)}`;
    return kind === 3 ? `+${digits(12)}` : digits(6);
  });
}

/** How long a plan took to compile, and each analysis, in microseconds. */
export function timeDialPlan(
  source: DialPlanSource,
  dialed: readonly string[],
): { plan: DialPlan; compileUs: number; analysesUs: number[] } {
  const begin = process.hrtime.bigint();
  const plan = compileDialPlan(source);
  const compileUs = Number(process.hrtime.bigint() - begin) / 1_000;
  const query = { partitions: PARTITIONS, nowMs: 0, callingNumber: "100001" };
  const analysesUs = dialed.map((digits) => {
    const start = process.hrtime.bigint();
    plan.analyzeDigits(digits, query);
    return Number(process.hrtime.bigint() - start) / 1_000;
  });
  return { plan, compileUs, analysesUs };
}
