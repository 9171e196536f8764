import { findJsonFault } from "./json-fault.ts";
import { RestError } from "./rest-error.ts";

/** Levels of nesting that a body may have; the deepest kind of object has six. */
const MAX_DEPTH = 32;

/**
 * Reads a body.
 * @throws {RestError} `malformed-json` with line and column of the first fault
 */
export function readJson(bytes: Buffer): unknown {
  const text = textOf(bytes);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    const { line, column, expected } = findJsonFault(text);
    throw new RestError("malformed-json", `line ${line}, column ${column}: expected ${expected}`);
  }
  refuseHarmful(value, 0);
  return value;
}

function textOf(bytes: Buffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new RestError("malformed-json", "the body is not UTF-8");
  }
}

function refuseHarmful(value: unknown, depth: number): void {
  if (typeof value !== "object" || value === null) return;
  if (depth >= MAX_DEPTH) throw new RestError("malformed-json", `the body is nested deeper than ${MAX_DEPTH} levels`);
  for (const [key, inner] of Object.entries(value)) {
    if (key === "__proto__") throw new RestError("malformed-json", "the key __proto__ is not taken");
    refuseHarmful(inner, depth + 1);
  }
}
