import { z } from "zod";

/** What the tables show of a JSON Schema. */
interface Tree {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Tree[];
  readonly items?: Tree;
  readonly properties?: Readonly<Record<string, Tree>>;
  readonly required?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly format?: string;
  readonly isSecret?: boolean;
}

function treeOf(schema: z.ZodType): Tree {
  return z.toJSONSchema(schema, { io: "input" }) as Tree;
}

/** The fields of an object as rows of a Markdown table: key, value, default, effect. */
export function fieldRows(schema: z.ZodType): string[] {
  return rowsOf(treeOf(schema), "");
}

/** What values a schema takes, for people. */
export function valueOf(schema: z.ZodType): string {
  return valueText(treeOf(schema));
}

/** A row of a Markdown table. */
export function row(...cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

function rowsOf({ properties = {}, required = [] }: Tree, prefix: string): string[] {
  return Object.entries(properties).flatMap(([key, tree]) => {
    const path = `${prefix}${key}`;
    const own = row(`\`${path}\``, valueText(tree), defaultText(tree, required.includes(key)), tree.description ?? "");
    return [own, ...(tree.items === undefined ? rowsOf(tree, `${path}.`) : rowsOf(tree.items, `${path}[].`))];
  });
}

function valueText(tree: Tree): string {
  if (tree.isSecret === true) return tree.properties === undefined ? "secret text" : "secret mapping";
  if (tree.const !== undefined) return `\`${JSON.stringify(tree.const)}\``;
  if (tree.enum !== undefined) return tree.enum.map((value) => `\`${String(value)}\``).join(", ");
  if (tree.anyOf !== undefined) return [...new Set(tree.anyOf.map(valueText))].join(" or ");
  if (tree.items !== undefined) return `list${range(tree.minItems, tree.maxItems)} of ${valueText(tree.items)}`;
  if (tree.properties !== undefined) return "mapping";
  if (tree.format === "date") return "date";
  if (tree.format !== undefined)
    return `${tree.format.replace("cidrv", "IPv").replace("ip", "IP").replace("IPIP", "IP")}`;
  if (tree.type === "integer") return `whole number${range(tree.minimum, tree.maximum)}`;
  if (tree.type === "boolean") return "`true`, `false`";
  if (tree.type === "number") return "number";
  return `text${range(tree.minLength, tree.maxLength)}`;
}

function range(min: number | undefined, max: number | undefined): string {
  if (max === undefined || max >= Number.MAX_SAFE_INTEGER) return "";
  return ` (${(min ?? 0).toLocaleString("en")} to ${max.toLocaleString("en")})`;
}

function defaultText(tree: Tree, isNeeded: boolean): string {
  if (tree.default === undefined) return isNeeded ? "*needed*" : "absent";
  const text = JSON.stringify(tree.default);
  return text === "{}" ? "" : `\`${text}\``;
}
