import { z } from "zod";
import { collectionOf, KINDS, SCHEMAS, yamlKeyOf, type Kind } from "../../../database/index.ts";

/** A JSON Schema, draft 2020-12. */
export type JsonSchema = { readonly [key: string]: unknown };
type Properties = Readonly<Record<string, JsonSchema>>;

const IDENTITY: Properties = {
  id: { type: "string", description: "Its name.", readOnly: true },
  revision: { type: "integer", description: "Number of the change that made it so.", readOnly: true },
};

/** JSON Schema of what is given; `$schema` is left to the document. */
export function jsonSchemaOf(schema: z.ZodType): JsonSchema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, {
    target: "draft-2020-12",
    io: "input",
    unrepresentable: "any",
  });
  return withWriteOnly(rest) as JsonSchema;
}

/** Schemas of all kinds by the name of the component: as answered, as given, as patched, and a page of them. */
export function kindComponents(): Record<string, JsonSchema> {
  const components = Object.fromEntries(KINDS.flatMap((kind) => Object.entries(componentsOf(kind))));
  return { ...components, configuration: documentComponent() };
}

/** The whole configuration; what an object of it may hold is that of the kind, without `id` and `revision`. */
function documentComponent(): JsonSchema {
  const lists = KINDS.map((kind) => {
    return [yamlKeyOf(kind), { type: "array", items: { $ref: `#/components/schemas/${kind}-input` } }];
  });
  return {
    type: "object",
    description: "All objects by kind; those of a kind that are not there are none.",
    properties: { version: { const: 1 }, ...Object.fromEntries(lists) },
    required: ["version"],
    additionalProperties: false,
  };
}

function componentsOf(kind: Kind): Record<string, JsonSchema> {
  const given = jsonSchemaOf(SCHEMAS[kind]);
  const properties = given["properties"] as Properties;
  return {
    [kind]: asAnswered({ ...given, properties: { ...IDENTITY, ...properties } }),
    [`${kind}-input`]: { ...given, properties: { ...IDENTITY, ...properties } },
    [`${kind}-change`]: {
      type: "object",
      description: "What changes; null takes a field away, objects are merged (RFC 7396).",
      properties: { ...IDENTITY, ...Object.fromEntries(Object.keys(properties).map((key) => [key, {}])) },
      additionalProperties: false,
    },
    [`${kind}-page`]: pageSchema(kind),
  };
}

function pageSchema(kind: Kind): JsonSchema {
  return {
    type: "object",
    description: `A page of ${collectionOf(kind)}.`,
    properties: {
      items: { type: "array", items: { $ref: `#/components/schemas/${kind}` } },
      next: { type: ["string", "null"], description: "`after` of the next page; null after the last." },
      total: { type: "integer", description: "Objects in all that match." },
    },
    required: ["items", "next", "total"],
  };
}

/** Without secrets; what has a default is always there. */
function asAnswered(schema: JsonSchema): JsonSchema {
  if (schema["type"] === "array") return { ...schema, items: asAnswered(schema["items"] as JsonSchema) };
  if (schema["type"] !== "object" || typeof schema["properties"] !== "object") return schema;
  const shown = Object.entries(schema["properties"] as Properties).filter(([, property]) => !isAllSecret(property));
  const required = new Set(schema["required"] as readonly string[] | undefined);
  const isThere = ([key, property]: [string, JsonSchema]): boolean =>
    required.has(key) || "default" in property || property["readOnly"] === true;
  return {
    ...schema,
    properties: Object.fromEntries(shown.map(([key, property]) => [key, asAnswered(property)])),
    required: shown.filter(isThere).map(([key]) => key),
  };
}

function isAllSecret(schema: JsonSchema): boolean {
  if (schema["writeOnly"] === true) return true;
  const properties = Object.values((schema["properties"] ?? {}) as Properties);
  return properties.length > 0 && properties.every(isAllSecret);
}

/** Secrets are marked in the words of JSON Schema. */
function withWriteOnly(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withWriteOnly);
  if (typeof value !== "object" || value === null) return value;
  const { isSecret, ...rest } = value as JsonSchema;
  const entries = Object.entries(rest).map(([key, inner]) => [key, withWriteOnly(inner)]);
  return { ...Object.fromEntries(entries), ...(isSecret === true ? { writeOnly: true } : {}) };
}
