import type { Definitions, JsonSchema } from "../../src/protocol/schema/json-schema.ts";
import type { ProtocolSchema } from "../../src/protocol/schema/protocol-schema.ts";

const HEAD = `// Made from src/protocol/schema by \`npm run docs:cti\`; not to be edited.
import type { Definitions, JsonSchema } from "../schema/json-schema.ts";
import type { MethodName } from "./types.ts";
`;

/** A module with what the parameters of each method are checked against: nothing that only readers need, no unknown fields. */
export function parameterSchemas({ definitions, methods }: ProtocolSchema): string {
  const params = Object.fromEntries(methods.map(({ name, params }) => [name, bare(closed(params))]));
  const used = usedBy(Object.values(params), definitions);
  const closedDefinitions = Object.entries(used).map(([name, schema]) => [name, bare(closed(schema))]);
  return [
    HEAD,
    `/** Schemas that others refer to. */\nexport const DEFINITIONS: Definitions = ${JSON.stringify(Object.fromEntries(closedDefinitions))};\n`,
    `/** Parameters of each method. */\nexport const PARAMETERS: Readonly<Record<MethodName, JsonSchema>> = ${JSON.stringify(params)};\n`,
  ].join("\n");
}

/** Those definitions that schemas refer to, directly or not. */
function usedBy(schemas: readonly JsonSchema[], all: Definitions): Definitions {
  const used: Record<string, JsonSchema> = {};
  const visit = (part: JsonSchema): void => {
    for (const [, name] of JSON.stringify(part).matchAll(/"\$ref":"#\/\$defs\/(\w+)"/g)) {
      if (name === undefined || name in used) continue;
      const definition = all[name];
      if (definition === undefined) throw new Error(`there is no definition ${name}`);
      used[name] = definition;
      visit(definition);
    }
  };
  schemas.forEach(visit);
  return used;
}

function bare(schema: JsonSchema): JsonSchema {
  const isForReaders = (key: string, value: unknown): boolean =>
    key.startsWith("x-") || (key === "description" && typeof value === "string");
  const text = JSON.stringify(schema, (key, value: unknown) => (isForReaders(key, value) ? undefined : value));
  return JSON.parse(text) as JsonSchema;
}

/** The same schema, in which no object takes fields that it does not name. */
export function closed(schema: JsonSchema): JsonSchema {
  const { properties, items, oneOf, additionalProperties } = schema;
  return {
    ...schema,
    ...(properties === undefined
      ? {}
      : {
          properties: Object.fromEntries(Object.entries(properties).map(([name, of]) => [name, closed(of)])),
          additionalProperties: false,
        }),
    ...(items === undefined ? {} : { items: closed(items) }),
    ...(oneOf === undefined ? {} : { oneOf: oneOf.map(closed) }),
    ...(typeof additionalProperties === "object" ? { additionalProperties: closed(additionalProperties) } : {}),
  };
}
