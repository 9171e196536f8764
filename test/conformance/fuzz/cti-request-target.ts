import assert from "node:assert/strict";
import fc from "fast-check";
import { parseRequest } from "../../../src/cti/jsonrpc/parse-request.ts";
import { DEFINITIONS, PARAMETERS } from "../../../src/protocol/generated/parameter-schemas.ts";
import { isMethodName, METHOD_NAMES, validateParams } from "../../../src/protocol/index.ts";
import { valuesOf } from "../../support/schema-values.ts";
import type { FuzzTarget } from "./fuzz-target.ts";
import { mutate } from "./mutation.ts";
import { Random } from "./random.ts";

const REQUESTS_IN_A_ROUND = 150;
const MAX_DEPTH = 32;
const OF_EACH_METHOD = 3;

/** Requests of applications: nothing throws, and what is wrong is said with a place that can be found. */
export function ctiRequestTarget(): FuzzTarget {
  const corpus = METHOD_NAMES.flatMap((method) =>
    fc
      .sample(valuesOf(PARAMETERS[method], DEFINITIONS), { numRuns: OF_EACH_METHOD, seed: 1 })
      .map((params) => JSON.stringify({ jsonrpc: "2.0", id: "1", method, params })),
  );
  return {
    name: "CTI request",
    round: (seed) => {
      const random = new Random(seed);
      for (let count = 0; count < REQUESTS_IN_A_ROUND; count += 1) use(mutate(random.pick(corpus), random, corpus));
    },
  };
}

function use(text: string): void {
  const parsed = parseRequest(text, MAX_DEPTH);
  if (!parsed.ok) return assert.ok(parsed.reason.length > 0 && parsed.reason.length < 200);
  const { method, params } = parsed.request;
  if (!isMethodName(method)) return;
  const check = validateParams(method, params);
  if (check.ok) return assert.equal(validateParams(method, JSON.parse(JSON.stringify(check.params))).ok, true);
  assert.ok(check.problem.length > 0);
  assert.ok(isFound(params, check.path), `${check.path} is no place in ${text}`);
}

/** A place in a value, or what is missing where it stands. Names that are very long are not told in full. */
function isFound(value: unknown, path: string): boolean {
  const steps = path.split("/").slice(1);
  let at = value;
  for (const [index, step] of steps.entries()) {
    if (typeof at !== "object" || at === null) return false;
    const name = step.replaceAll("~1", "/").replaceAll("~0", "~");
    if (!Object.hasOwn(at, name)) return index === steps.length - 1;
    at = (at as Readonly<Record<string, unknown>>)[name];
  }
  return true;
}
