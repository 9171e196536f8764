import { SwitchError } from "../../../common/index.ts";
import { nearWord, parseYamlSource, schemaAt, type SchemaTree } from "../../../config/index.ts";
import { mergePatch, withPartition } from "../../../database/index.ts";

type Json = Readonly<Record<string, unknown>>;

/** What is done to a field: set, or for lists entries added or taken away; `null` takes it out. */
export interface Assignment {
  readonly path: readonly string[];
  readonly operator: "=" | "+=" | "-=";
  readonly value: unknown;
}

/** Field, operator and value; a pattern's `+` belongs to the operator when a `=` follows. */
const FORM = /^([A-Za-z0-9.-]*[A-Za-z0-9])(\+=|-=|=)(.*)$/su;

/**
 * Reads `key=value` words: keys separated by dots, lists by commas, `{...}` and `[...]` as YAML; nothing behind the `=` takes
 * the field out. `key+=value` and `key-=value` add to lists and take from them.
 * @param tree what the fields of the object are
 * @throws {SwitchError} `bad-usage`
 */
export function parseAssignments(tree: SchemaTree, words: readonly string[]): Assignment[] {
  return words.map((word) => {
    const [, key = "", operator = "", text = ""] = FORM.exec(word) ?? [];
    if (operator === "") throw badUsage(`expected KEY=VALUE, found ${word}`);
    return parseAssignment(tree, key, operator as Assignment["operator"], text);
  });
}

/** One field and the text of its value. @throws {SwitchError} `bad-usage` */
export function parseAssignment(
  tree: SchemaTree,
  key: string,
  operator: Assignment["operator"],
  text: string,
): Assignment {
  const path = key.split(".");
  const field = fieldAt(tree, path);
  if (operator === "=") return { path, operator, value: text === "" ? null : valueOf(field, text, key) };
  if (field.items === undefined) throw badUsage(`${key} is no list: only ${key}=VALUE is possible`);
  return { path, operator, value: valueOf(field, text, key) };
}

/** The patch (RFC 7396) that does to an object what assignments say. */
export function patchOf(assignments: readonly Assignment[], now: Json): Json {
  let patch: Json = {};
  for (const { path, operator, value } of assignments) {
    const current = at(mergePatch(now, patch), path);
    const next = Array.isArray(value) ? listAfter(operator, Array.isArray(current) ? current : [], value) : value;
    patch = mergeInto(patch, path, next);
  }
  return patch;
}

function listAfter(operator: Assignment["operator"], current: readonly unknown[], given: readonly unknown[]): unknown {
  if (operator === "-=") return current.filter((entry) => !given.some((one) => isSame(entry, one)));
  if (operator === "+=") return [...current, ...given.filter((one) => !current.some((entry) => isSame(entry, one)))];
  // What an entry has besides its name stays.
  return given.map((one) => current.find((entry) => isSame(entry, one)) ?? one);
}

/** Entries are the same when their names are: of texts the text, of others what the short form names. */
function isSame(entry: unknown, given: unknown): boolean {
  if (typeof entry === "string" && typeof given === "string") {
    return entry === given || entry === withPartition(given);
  }
  if (typeof entry !== "object" || typeof given !== "object" || entry === null || given === null) return false;
  const keys = Object.keys(given);
  return keys.length === 1 && keys.every((key) => isSame((entry as Json)[key], (given as Json)[key]));
}

function fieldAt(tree: SchemaTree, path: readonly string[]): SchemaTree {
  let field = tree;
  path.forEach((key, index) => {
    const next = schemaAt(field, [key]);
    if (next === undefined) throw unknownField(Object.keys(field.properties ?? {}), path.slice(0, index), key);
    field = next;
  });
  return field;
}

function unknownField(known: readonly string[], above: readonly string[], key: string): SwitchError {
  const name = [...above, key].join(".");
  if (known.length === 0) return badUsage(`${above.join(".")} has no fields: there is no ${name}`);
  const near = nearWord(key, known);
  return badUsage(
    `there is no field ${name}${near === undefined ? `; known: ${known.join(", ")}` : `; did you mean ${near}?`}`,
  );
}

function valueOf(field: SchemaTree, text: string, key: string): unknown {
  if (field.items !== undefined) return listOf(field.items, text, key);
  if (field.type === "object") return flowOf(text, key, "{");
  return scalarOf(field, text, key);
}

function scalarOf(field: SchemaTree, text: string, key: string): unknown {
  if (field.type === "boolean") {
    if (text === "true" || text === "yes") return true;
    if (text === "false" || text === "no") return false;
    throw badUsage(`${key}: expected true or false, found ${text}`);
  }
  if (field.type !== "integer" && field.type !== "number") return text;
  if (!/^-?\d{1,15}(?:\.\d+)?$/.test(text)) throw badUsage(`${key}: expected a number, found ${text}`);
  return Number(text);
}

function listOf(entry: SchemaTree, text: string, key: string): unknown {
  if (text.startsWith("[")) return flowOf(text, key, "[");
  if (text.startsWith("{")) return [flowOf(text, key, "{")];
  return text.split(",").map((part) => {
    if (entry.type !== "object") return scalarOf(entry, part.trim(), key);
    const [name, ...others] = entry.required ?? [];
    if (name === undefined || others.length > 0) throw badUsage(`${key}: expected entries such as [{...}] in YAML`);
    return { [name]: part.trim() };
  });
}

function flowOf(text: string, key: string, opening: "{" | "["): unknown {
  const { value, problems } = parseYamlSource(key, text);
  const isRight = opening === "[" ? Array.isArray(value) : typeof value === "object" && !Array.isArray(value);
  if (problems.length === 0 && value !== null && isRight) return value;
  throw badUsage(`${key}: expected ${opening === "[" ? "[...]" : "{...}"} in YAML, found ${text}`);
}

function at(body: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (typeof value === "object" && value !== null ? (value as Json)[key] : undefined),
    body,
  );
}

/** The patch with one field more. Plain nesting: a later `null` of a patch must not take an earlier key out of it. */
function mergeInto(patch: Json, [key = "", ...rest]: readonly string[], value: unknown): Json {
  if (rest.length === 0) return { ...patch, [key]: value };
  const inner = patch[key];
  const below = typeof inner === "object" && inner !== null && !Array.isArray(inner) ? (inner as Json) : {};
  return { ...patch, [key]: mergeInto(below, rest, value) };
}

function badUsage(message: string): SwitchError {
  return new SwitchError("bad-usage", message);
}
