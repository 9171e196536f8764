import { schemaTree, type SchemaTree } from "./schema-tree.ts";
import { sipProfileFile } from "./sip-profile.ts";
import { tandemConfig } from "./tandem-config.ts";

/** Every key of the configuration file and of SIP profiles as Markdown tables, made from the schemas. */
export function configurationReference(): string {
  const config = schemaTree(tandemConfig);
  const sections = Object.entries(config.properties ?? {}).map(([key, tree]) => section(key, tree, config));
  const profile = ["### SIP profiles: `sip-profiles/NAME.yaml`", "", ...table(rowsOf(schemaTree(sipProfileFile), ""))];
  return [...sections.flat(), ...profile, ""].join("\n");
}

function section(key: string, tree: SchemaTree, config: SchemaTree): string[] {
  const heading = [`### \`${key}\``, "", tree.description ?? "", ""];
  const rows =
    tree.properties === undefined ? [rowOf(key, tree, config, key), ...rowsBelow(tree, key)] : rowsOf(tree, key);
  return [...heading, ...table(rows), ""];
}

function table(rows: readonly string[]): string[] {
  return ["| Key | Value | Default | Effect |", "|--|--|--|--|", ...rows];
}

function rowsOf(tree: SchemaTree, prefix: string): string[] {
  return Object.entries(tree.properties ?? {}).flatMap(([key, value]) => {
    const path = prefix === "" ? key : `${prefix}.${key}`;
    return [rowOf(path, value, tree, key), ...rowsBelow(value, path)];
  });
}

function rowsBelow(tree: SchemaTree, path: string): string[] {
  if (tree.items?.properties !== undefined) return rowsOf(tree.items, `${path}[]`);
  return rowsOf(tree, path);
}

function rowOf(path: string, tree: SchemaTree, parent: SchemaTree, key: string): string {
  const cells = [`\`${path}\``, kindOf(tree), defaultOf(tree, parent, key), tree.description ?? ""];
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

function kindOf(tree: SchemaTree): string {
  if (tree.isSecret === true) return "secret text";
  if (tree.format === "ipv4") return "IPv4 address";
  if (tree.format === "ip") return "IP address";
  if (tree.enum !== undefined) return tree.enum.map((value) => `\`${String(value)}\``).join(" or ");
  if (tree.items !== undefined) return `list${range(tree.minItems, tree.maxItems)} of ${kindOf(tree.items)}`;
  if (tree.properties !== undefined) return "mapping";
  if (typeof tree.additionalProperties === "object") return `mapping to ${kindOf(tree.additionalProperties)}`;
  if (tree.type === "integer") return `whole number${range(tree.minimum, tree.maximum)}`;
  if (tree.type === "boolean") return "`true` or `false`";
  return `text${range(tree.minLength, tree.maxLength)}`;
}

function range(min: number | undefined, max: number | undefined): string {
  if (max === undefined) return min === undefined || min < 2 ? "" : ` (${min} or more)`;
  return ` (${min ?? 0} to ${max})`;
}

function defaultOf(tree: SchemaTree, parent: SchemaTree, key: string): string {
  if (tree.properties !== undefined || tree.items?.properties !== undefined) {
    const value = tree.default;
    return Array.isArray(value) && value.length > 0 ? `\`${JSON.stringify(value)}\`` : "";
  }
  if (tree.default !== undefined) return `\`${JSON.stringify(tree.default)}\``;
  return parent.required?.includes(key) === true ? "*needed*" : "absent";
}

const MARK = "<!-- reference -->\n";

/** A page with the part below its mark replaced by the reference. */
export function withReference(page: string, reference: string): string {
  return page.slice(0, page.indexOf(MARK) + MARK.length) + "\n" + reference;
}
