import type { Definitions, JsonSchema } from "../schema/json-schema.ts";
import { codePoints } from "./code-points.ts";

/** The first thing that is wrong with a value: where, as a JSON pointer, and what. */
export interface Fault {
  readonly path: string;
  readonly problem: string;
}

/** Where in a value a check is. */
interface Place {
  readonly path: string;
  readonly definitions: Definitions;
}

type Check = (schema: JsonSchema, value: unknown, at: Place) => Fault | undefined;

/**
 * Compares a value with a schema of the kind that this protocol has (`JsonSchema`), which refers to no schema that it is
 * itself a part of.
 * @returns the first fault; absent: the value is as it has to be
 */
export function findFault(schema: JsonSchema, value: unknown, definitions: Definitions): Fault | undefined {
  return check(schema, value, { path: "", definitions });
}

function check(schema: JsonSchema, value: unknown, at: Place): Fault | undefined {
  if (schema.$ref !== undefined) return check(referred(schema.$ref, at.definitions), value, at);
  for (const one of [checkType, checkValue, checkVariants]) {
    const fault = one(schema, value, at);
    if (fault !== undefined) return fault;
  }
  if (typeof value === "string") return checkText(schema, value, at);
  if (typeof value === "number") return checkNumber(schema, value, at);
  if (Array.isArray(value)) return checkList(schema, value, at);
  return isObject(value) ? checkObject(schema, value, at) : undefined;
}

function referred(pointer: string, definitions: Definitions): JsonSchema {
  const schema = definitions[pointer.slice("#/$defs/".length)];
  if (schema === undefined) throw new Error(`there is no ${pointer}`);
  return schema;
}

const checkType: Check = ({ type }, value, { path }) => {
  if (type === undefined) return undefined;
  const types = typeof type === "string" ? [type] : type;
  return types.some((one) => hasType(one, value)) ? undefined : { path, problem: `is not ${named(types)}` };
};

const checkValue: Check = (schema, value, { path }) => {
  if (schema.const !== undefined && value !== schema.const)
    return { path, problem: `is not ${JSON.stringify(schema.const)}` };
  if (schema.enum !== undefined && !schema.enum.some((one) => one === value))
    return { path, problem: `is none of ${schema.enum.join(", ")}` };
  return undefined;
};

const checkVariants: Check = ({ oneOf, discriminator }, value, at) => {
  if (oneOf === undefined) return undefined;
  if (discriminator === undefined) {
    const fitting = oneOf.filter((variant) => check(variant, value, at) === undefined);
    return fitting.length === 1 ? undefined : { path: at.path, problem: "has none of the forms that it may have" };
  }
  const { propertyName } = discriminator;
  const tag = isObject(value) ? value[propertyName] : undefined;
  const variant = oneOf.find((one) => resolved(one, at.definitions).properties?.[propertyName]?.const === tag);
  if (tag === undefined || variant === undefined)
    return { path: `${at.path}/${propertyName}`, problem: "is none that there is" };
  return check(variant, value, at);
};

function resolved(schema: JsonSchema, definitions: Definitions): JsonSchema {
  return schema.$ref === undefined ? schema : referred(schema.$ref, definitions);
}

function checkText(schema: JsonSchema, value: string, { path }: Place): Fault | undefined {
  const { minLength = 0, maxLength = Infinity, pattern } = schema;
  // A character has at most two units, so what is far too long is not counted.
  const length = value.length > 2 * maxLength ? value.length : codePoints(value);
  if (length > maxLength) return { path, problem: `is longer than ${maxLength} characters` };
  if (length < minLength)
    return { path, problem: minLength === 1 ? "is empty" : `is shorter than ${minLength} characters` };
  if (pattern !== undefined && !new RegExp(pattern, "u").test(value))
    return { path, problem: `is not like ${pattern}` };
  return undefined;
}

function checkNumber(schema: JsonSchema, value: number, { path }: Place): Fault | undefined {
  const { minimum = -Infinity, maximum = Infinity } = schema;
  return value < minimum || value > maximum ? { path, problem: `is not within ${minimum} and ${maximum}` } : undefined;
}

function checkList(schema: JsonSchema, value: readonly unknown[], at: Place): Fault | undefined {
  const { minItems = 0, maxItems = Infinity, items, uniqueItems } = schema;
  if (value.length > maxItems) return { path: at.path, problem: `has more than ${maxItems} elements` };
  if (value.length < minItems) return { path: at.path, problem: `has fewer than ${minItems} elements` };
  // Only lists of texts have this.
  if (uniqueItems === true && new Set(value).size !== value.length)
    return { path: at.path, problem: "has an element twice" };
  return items === undefined
    ? undefined
    : firstOf(value.entries(), (one, index) => check(items, one, within(at, `${index}`)));
}

function checkObject(schema: JsonSchema, value: Readonly<Record<string, unknown>>, at: Place): Fault | undefined {
  const names = Object.keys(value);
  const { minProperties = 0, maxProperties = Infinity, required = [] } = schema;
  if (names.length > maxProperties) return { path: at.path, problem: `has more than ${maxProperties} fields` };
  if (names.length < minProperties) return { path: at.path, problem: `has fewer than ${minProperties} fields` };
  const missing = required.find((name) => !Object.hasOwn(value, name)) ?? missingBeside(schema, value);
  if (missing !== undefined) return { path: within(at, missing).path, problem: "is missing" };
  return firstOf(names.entries(), (name) => checkField(schema, name, value[name], within(at, name)));
}

/** What has to be there since something else is. */
function missingBeside(
  { dependentRequired = {} }: JsonSchema,
  value: Readonly<Record<string, unknown>>,
): string | undefined {
  return Object.entries(dependentRequired)
    .filter(([name]) => Object.hasOwn(value, name))
    .flatMap(([, needed]) => needed)
    .find((name) => !Object.hasOwn(value, name));
}

function checkField(schema: JsonSchema, name: string, value: unknown, at: Place): Fault | undefined {
  const { properties = {}, additionalProperties = true, propertyNames } = schema;
  const field = Object.hasOwn(properties, name) ? properties[name] : undefined;
  if (field !== undefined) return check(field, value, at);
  if (additionalProperties === false) return { path: at.path, problem: "is not known" };
  const wrongName = propertyNames === undefined ? undefined : check(propertyNames, name, at);
  if (wrongName !== undefined) return { path: at.path, problem: `has a name that ${wrongName.problem}` };
  return additionalProperties === true ? undefined : check(additionalProperties, value, at);
}

function firstOf<T>(
  all: Iterable<readonly [number, T]>,
  find: (one: T, index: number) => Fault | undefined,
): Fault | undefined {
  for (const [index, one] of all) {
    const fault = find(one, index);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

/** RFC 6901. A name that is very long is not told in full. */
function within({ path, definitions }: Place, step: string): Place {
  const token = step.slice(0, 64).replaceAll("~", "~0").replaceAll("/", "~1");
  return { path: `${path}/${token}`, definitions };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function hasType(type: string, value: unknown): boolean {
  switch (type) {
    case "null":
      return value === null;
    case "array":
      return Array.isArray(value);
    case "object":
      return isObject(value);
    case "integer":
      return Number.isInteger(value);
    default:
      return typeof value === type;
  }
}

const WORDS: Readonly<Record<string, string>> = {
  string: "a text",
  integer: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "an object",
  null: "null",
};

function named(types: readonly string[]): string {
  return types.map((type) => WORDS[type] ?? type).join(" or ");
}
