import fc from "fast-check";
import type { Definitions, JsonSchema } from "../../src/protocol/schema/json-schema.ts";

/** What is made for lists and for objects with any names: few, so that values stay small. */
const FEW = 4;

/** Values that a schema of the CTI protocol allows. */
export function valuesOf(schema: JsonSchema, definitions: Definitions): fc.Arbitrary<unknown> {
  if (schema.$ref !== undefined)
    return valuesOf(definitions[schema.$ref.slice("#/$defs/".length)] as JsonSchema, definitions);
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  if (schema.oneOf !== undefined) return fc.oneof(...schema.oneOf.map((one) => valuesOf(one, definitions)));
  if (typeof schema.type === "object")
    return fc.oneof(...schema.type.map((type) => valuesOf({ ...schema, type }, definitions)));
  switch (schema.type) {
    case "string":
      return textsOf(schema);
    case "integer":
      return fc.integer({
        min: schema.minimum ?? Number.MIN_SAFE_INTEGER,
        max: schema.maximum ?? Number.MAX_SAFE_INTEGER,
      });
    case "number":
      return fc.double({ min: schema.minimum ?? -1e9, max: schema.maximum ?? 1e9, noNaN: true });
    case "boolean":
      return fc.boolean();
    case "null":
      return fc.constant(null);
    case "array":
      return listsOf(schema, definitions);
    case "object":
      return objectsOf(schema, definitions);
    case undefined:
    default:
      throw new Error(`no values for ${JSON.stringify(schema)}`);
  }
}

/** Any value that JSON has. */
export function anyValue(): fc.Arbitrary<unknown> {
  return fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.constantFrom<unknown>(null, -1, 0, 1, 1.5, 1e300, "", "x".repeat(5_000), [], {}, true, false),
  );
}

/** Values of a schema in which one place has something else, is left out, or is new. */
export function nearValuesOf(schema: JsonSchema, definitions: Definitions): fc.Arbitrary<unknown> {
  return fc
    .tuple(valuesOf(schema, definitions), fc.nat(), anyValue(), fc.constantFrom("replace", "remove", "add"))
    .map(([value, place, other, how]) => {
      const copy = structuredClone(value);
      const objects = containersIn(copy);
      const chosen = objects[place % Math.max(objects.length, 1)];
      if (chosen === undefined) return other;
      const names = Object.keys(chosen);
      const name = names[place % Math.max(names.length, 1)];
      if (how === "add" || name === undefined) chosen["other"] = other;
      else if (how === "remove") delete chosen[name];
      else chosen[name] = other;
      return copy;
    });
}

function containersIn(value: unknown): Record<string, unknown>[] {
  if (typeof value !== "object" || value === null) return [];
  const below = Object.values(value).flatMap(containersIn);
  return Array.isArray(value) ? below : [value as Record<string, unknown>, ...below];
}

function textsOf({ minLength = 0, maxLength = 64, pattern }: JsonSchema): fc.Arbitrary<string> {
  if (pattern !== undefined) return fc.stringMatching(new RegExp(pattern, "u"));
  return fc.string({ unit: "binary", minLength, maxLength: Math.min(maxLength, minLength + 40) });
}

function listsOf(
  { items = {}, minItems = 0, maxItems = FEW, uniqueItems }: JsonSchema,
  definitions: Definitions,
): fc.Arbitrary<unknown> {
  const bounds = { minLength: minItems, maxLength: Math.max(minItems, Math.min(maxItems, FEW)) };
  const values = valuesOf(items, definitions);
  return uniqueItems === true ? fc.uniqueArray(values, bounds) : fc.array(values, bounds);
}

function objectsOf(schema: JsonSchema, definitions: Definitions): fc.Arbitrary<unknown> {
  const { properties, required = [], additionalProperties, propertyNames = {}, dependentRequired = {} } = schema;
  if (properties === undefined) {
    const names = textsOf({ ...propertyNames });
    return fc
      .array(fc.tuple(names, valuesOf(additionalProperties as JsonSchema, definitions)), {
        minLength: schema.minProperties ?? 0,
        maxLength: FEW,
      })
      .map((fields) => Object.fromEntries(fields));
  }
  const fields = Object.entries(properties).map(([name, of]): [string, fc.Arbitrary<unknown>] => [
    name,
    valuesOf(of, definitions),
  ]);
  const together = new Set(Object.keys(dependentRequired));
  return fc
    .tuple(fc.record(Object.fromEntries(fields), { requiredKeys: [...required] }), fc.boolean())
    .map(([value, keepsTogether]) => {
      const plain: Record<string, unknown> = { ...value };
      const isWhole = [...together].every((name) => name in plain);
      if (!isWhole || !keepsTogether) for (const name of together) delete plain[name];
      return plain;
    });
}
