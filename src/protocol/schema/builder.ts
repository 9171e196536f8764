import { BOUNDS } from "../bounds.ts";
import type { JsonSchema } from "./json-schema.ts";

/** Values that fit in a JavaScript number without loss. */
const MAX_INTEGER = Number.MAX_SAFE_INTEGER;

export type Fields = Readonly<Record<string, JsonSchema>>;

/** A string with a greatest length in Unicode characters. */
export function text(description: string, maxLength: number, more: Partial<JsonSchema> = {}): JsonSchema {
  return { type: "string", description, maxLength, ...more };
}

/** A name of something: not empty. */
export function name(description: string, maxLength: number = BOUNDS.name): JsonSchema {
  return text(description, maxLength, { minLength: 1 });
}

export function integer(description: string, minimum = 0, maximum = MAX_INTEGER, unit?: string): JsonSchema {
  return { type: "integer", description, minimum, maximum, ...(unit === undefined ? {} : { "x-unit": unit }) };
}

/** A number that need not be whole. */
export function decimal(description: string, minimum = 0, maximum = MAX_INTEGER, unit?: string): JsonSchema {
  return { type: "number", description, minimum, maximum, ...(unit === undefined ? {} : { "x-unit": unit }) };
}

/** A point in time. */
export function instant(description: string): JsonSchema {
  return integer(description, 0, MAX_INTEGER, "milliseconds since 1970");
}

export function flag(description: string): JsonSchema {
  return { type: "boolean", description };
}

/** Present and true, or absent. */
export function mark(description: string): JsonSchema {
  return { const: true, description };
}

export function choice(description: string, values: readonly string[]): JsonSchema {
  return { type: "string", description, enum: values };
}

export function constant(value: string, description = ""): JsonSchema {
  return description === "" ? { const: value } : { const: value, description };
}

export function list(description: string, items: JsonSchema, maxItems: number, minItems = 0): JsonSchema {
  return { type: "array", description, items, maxItems, ...(minItems === 0 ? {} : { minItems }) };
}

/** The definition of that name; the description is of its use here. */
export function ref(definition: string, description = ""): JsonSchema {
  return { $ref: `#/$defs/${definition}`, ...(description === "" ? {} : { description }) };
}

/** An object with fields that must be there and others that may. */
export function object(description: string, required: Fields, optional: Fields = {}): JsonSchema {
  return {
    type: "object",
    ...(description === "" ? {} : { description }),
    properties: { ...required, ...optional },
    required: Object.keys(required),
  };
}

/** The same object with more fields. */
export function extended(base: JsonSchema, description: string, required: Fields, optional: Fields = {}): JsonSchema {
  return object(
    description,
    { ...picked(base, (field) => isRequired(base, field)), ...required },
    { ...picked(base, (field) => !isRequired(base, field)), ...optional },
  );
}

/** One of several objects that a field of theirs, with a constant in each, tells apart. */
export function tagged(description: string, propertyName: string, variants: readonly JsonSchema[]): JsonSchema {
  return { type: "object", description, discriminator: { propertyName }, oneOf: variants };
}

function isRequired(base: JsonSchema, field: string): boolean {
  return (base.required ?? []).includes(field);
}

function picked(base: JsonSchema, is: (field: string) => boolean): Fields {
  return Object.fromEntries(Object.entries(base.properties ?? {}).filter(([field]) => is(field)));
}
