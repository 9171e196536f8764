import type { JsonSchema } from "../../src/protocol/schema/json-schema.ts";

/** How a page links a definition. */
export type LinkOf = (definition: string) => string;

/** A row of a Markdown table. */
export function row(...cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

/** Fields of an object as a Markdown table; empty: it has none. */
export function fieldTable(schema: JsonSchema, linkOf: LinkOf): string {
  const rows = fieldRows(schema, "", linkOf);
  return rows.length === 0
    ? ""
    : [row("Field", "Value", "Must be there", "Meaning"), row("--", "--", "--", "--"), ...rows].join("\n");
}

function fieldRows(schema: JsonSchema, prefix: string, linkOf: LinkOf): string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const own = row(
      `\`${prefix}${name}\``,
      valueWords(field, linkOf),
      (schema.required ?? []).includes(name) ? "yes" : "no",
      field.description ?? "",
    );
    const inner = field.properties === undefined ? (field.items ?? {}) : field;
    const step = field.items === undefined ? "." : "[].";
    return [own, ...fieldRows(inner, `${prefix}${name}${step}`, linkOf)];
  });
}

/** What values a schema allows, for people. */
export function valueWords(schema: JsonSchema, linkOf: LinkOf): string {
  if (schema.$ref !== undefined) return linkOf(schema.$ref.slice("#/$defs/".length));
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``;
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`${value}\``).join(", ");
  if (schema.oneOf !== undefined) return schema.oneOf.map((one) => valueWords(one, linkOf)).join(" or ");
  if (typeof schema.type === "object")
    return schema.type.map((type) => valueWords({ ...schema, type }, linkOf)).join(" or ");
  switch (schema.type) {
    case "string":
      return `text${range(schema.minLength, schema.maxLength, "characters")}`;
    case "integer":
      return `whole number${range(schema.minimum, schema.maximum, schema["x-unit"] ?? "")}`;
    case "number":
      return `number${range(schema.minimum, schema.maximum, schema["x-unit"] ?? "")}`;
    case "array":
      return `list${range(schema.minItems, schema.maxItems, "elements")} of ${valueWords(schema.items ?? {}, linkOf)}`;
    case "object":
      return objectWords(schema, linkOf);
    case "boolean":
      return "true or false";
    case "null":
      return "null";
    case undefined:
    default:
      throw new Error(`no words for ${JSON.stringify(schema)}`);
  }
}

function objectWords(schema: JsonSchema, linkOf: LinkOf): string {
  if (schema.properties !== undefined) {
    const names = Object.keys(schema.properties).map((name) => `\`${name}\``);
    return `object with ${names.join(", ")}`;
  }
  const values = schema.additionalProperties;
  const names = range(schema.minProperties, schema.maxProperties, "names");
  return `object${names}${typeof values === "object" ? ` of ${valueWords(values, linkOf)}` : ""}`;
}

/** ` (1 to 64 characters)`; what is no real bound is left out. */
function range(least: number | undefined, most: number | undefined, unit: string): string {
  const from = least ?? 0;
  const what = unit === "" ? "" : ` ${unit}`;
  const isOpen = most === undefined || most === Number.MAX_SAFE_INTEGER;
  if (isOpen && from === 0) return unit === "" || unit === "characters" ? "" : ` (${unit})`;
  return isOpen ? ` (from ${from}${what})` : ` (${from} to ${most}${what})`;
}
