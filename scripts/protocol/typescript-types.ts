import type { JsonSchema } from "../../src/protocol/schema/json-schema.ts";
import type { ProtocolSchema } from "../../src/protocol/schema/protocol-schema.ts";

const HEAD = "// Made from src/protocol/schema by `npm run docs:cti`; not to be edited.\n";

/** TypeScript types of all definitions, and maps of the parameters and results of methods. */
export function typescriptTypes({ definitions, methods, events }: ProtocolSchema): string {
  const parts = Object.entries(definitions).map(([name, schema]) => declaration(name, schema));
  const params = methods.map(({ name, description, params: schema }) => field(name, { ...schema, description }, true));
  const results = methods.map(({ name, result }) => field(name, result, true));
  return [
    HEAD,
    ...parts,
    `/** Parameters of each method. */\nexport interface MethodParams {\n${params.join("\n")}\n}\n`,
    `/** Result of each method. */\nexport interface MethodResults {\n${results.join("\n")}\n}\n`,
    "export type MethodName = keyof MethodParams;\n",
    `/** Methods that change something: each takes a key. */\nexport type CommandName = ${union(
      methods.filter(({ isCommand }) => isCommand).map(({ name }) => JSON.stringify(name)),
    )};\n`,
    names(
      "METHOD_NAMES",
      "MethodName",
      "All methods.",
      methods.map(({ name }) => name),
    ),
    names(
      "COMMAND_NAMES",
      "CommandName",
      "Methods that change something.",
      methods.filter(({ isCommand }) => isCommand).map(({ name }) => name),
    ),
    names("EVENT_TYPES", "EventType", "Types of all events.", Object.keys(events)),
  ].join("\n");
}

function names(constant: string, type: string, description: string, values: readonly string[]): string {
  const lines = values.map((value) => `  ${JSON.stringify(value)},`).join("\n");
  return `/** ${description} */\nexport const ${constant}: readonly ${type}[] = [\n${lines}\n];\n`;
}

function declaration(name: string, schema: JsonSchema): string {
  const isInterface = schema.properties !== undefined && schema.oneOf === undefined;
  const body = isInterface ? `export interface ${name} ${typeOf(schema)}` : `export type ${name} = ${typeOf(schema)};`;
  return `${comment(schema, "")}${body}\n`;
}

function typeOf(schema: JsonSchema): string {
  if (schema.$ref !== undefined) return schema.$ref.replace("#/$defs/", "");
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return union(schema.enum.map((value) => JSON.stringify(value)));
  if (schema.oneOf !== undefined) return union(schema.oneOf.map(typeOf));
  if (typeof schema.type === "object") return union(schema.type.map((type) => typeOf({ ...schema, type })));
  switch (schema.type) {
    case "string":
    case "boolean":
    case "null":
      return schema.type;
    case "integer":
    case "number":
      return "number";
    case "array":
      return `readonly ${inArray(schema.items ?? {})}[]`;
    case "object":
      return objectType(schema);
    case undefined:
    default:
      throw new Error(`no type for ${JSON.stringify(schema)}`);
  }
}

function inArray(items: JsonSchema): string {
  const type = typeOf(items);
  return / [|] /.test(type) || type.startsWith("readonly ") ? `(${type})` : type;
}

function objectType(schema: JsonSchema): string {
  if (schema.properties === undefined) {
    const values = schema.additionalProperties;
    if (typeof values !== "object") throw new Error("an object without fields has values of a kind");
    return `Readonly<Record<string, ${typeOf(values)}>>`;
  }
  const fields = Object.entries(schema.properties).map(([name, of]) =>
    field(name, of, (schema.required ?? []).includes(name)),
  );
  return fields.length === 0 ? "Readonly<Record<string, never>>" : `{\n${fields.join("\n")}\n}`;
}

function field(name: string, schema: JsonSchema, isRequired: boolean): string {
  const key = /^[A-Za-z]\w*$/.test(name) ? name : JSON.stringify(name);
  return `${comment(schema, "  ")}  readonly ${key}${isRequired ? "" : "?"}: ${typeOf(schema)};`;
}

function union(types: readonly string[]): string {
  return types.join(" | ");
}

function comment(schema: JsonSchema, indent: string): string {
  if (schema.description === undefined) return "";
  const unit = schema["x-unit"] === undefined ? "" : ` In ${schema["x-unit"]}.`;
  return `${indent}/** ${schema.description}${unit} */\n`;
}
