import { compileDialPlan } from "../../src/call/digit-analysis/plan/compile-dial-plan.ts";
import type { DialPlan, DialPlanSource, DialResult } from "../../src/call/digit-analysis/plan/dial-plan.ts";
import { DIAL_PLAN_KINDS, readDialPlan } from "../../src/call/digit-analysis/plan/read-dial-plan.ts";
import { nameOf, SCHEMAS, yamlKeyOf, type BodyOf, type InputOf, type Kind } from "../../src/database/index.ts";

/** Objects as they are written in a file, by kind. */
export type PlanInput = { readonly [K in (typeof DIAL_PLAN_KINDS)[number] as PlanKey<K>]?: readonly InputOf<K>[] };
type PlanKey<K extends Kind> = K extends `${infer A}-${infer B}-${infer C}`
  ? `${A}${Capitalize<B>}${Capitalize<C>}s`
  : K extends `${infer A}-${infer B}`
    ? `${A}${Capitalize<B>}s`
    : `${K}s`;

/** The bodies of a dial plan, each checked by its schema, with what every configuration has. */
export function planSource(input: PlanInput): DialPlanSource {
  const bodies = new Map<Kind, Map<string, BodyOf<Kind>>>();
  for (const kind of DIAL_PLAN_KINDS) {
    const given = (input as Readonly<Record<string, readonly unknown[] | undefined>>)[yamlKeyOf(kind)] ?? [];
    const parsed = given.map((body) => SCHEMAS[kind].parse(body));
    bodies.set(kind, new Map(parsed.map((body) => [nameOf(kind, body), body])));
  }
  const of = <K extends Kind>(kind: K): ReadonlyMap<string, BodyOf<K>> =>
    (bodies.get(kind) ?? new Map()) as ReadonlyMap<string, BodyOf<K>>;
  return readDialPlan({ of });
}

export function samplePlan(input: PlanInput): DialPlan {
  return compileDialPlan(planSource(input));
}

/** What a number leads to, in a word. */
export function targetText({ target }: DialResult): string {
  switch (target.kind) {
    case "line":
      return target.line;
    case "route":
    case "hunt-pilot":
    case "park-range":
      return target.pattern;
    case "prefix":
      return `by ${target.trunks.join(", ")}`;
    case "service":
      return "service";
    case "pickup-group":
      return `group ${target.group}`;
    case "none":
      return target.pattern === undefined ? target.reason : `${target.reason} ${target.pattern}`;
  }
}

/** Route patterns `TEXT` or `TEXT@PARTITION`, all to one trunk. */
export function routePatterns(...names: readonly string[]): InputOf<"route-pattern">[] {
  return names.map((name) => {
    const [pattern = "", partition = "internal"] = name.split("@");
    return { pattern, partition, trunk: "gateway" };
  });
}
