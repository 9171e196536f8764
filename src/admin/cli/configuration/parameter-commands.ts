import { SwitchError } from "../../../common/index.ts";
import { nearWord, type SchemaTree } from "../../../config/index.ts";
import { collectionOf } from "../../../database/index.ts";
import { RestRefusal } from "../../client/rest-refusal.ts";
import { EXIT } from "../exit-codes.ts";
import { formatTable } from "../table.ts";
import { tableColumns } from "./field-text.ts";
import { badUsage, print, type RestContext } from "./rest-context.ts";

/** A parameter as the server describes it. */
interface Definition {
  readonly name: string;
  readonly service: string;
  readonly description: string;
  readonly default: unknown;
  readonly value: unknown;
  readonly isDefault: boolean;
  readonly unit?: string;
  /** When a change takes effect. */
  readonly effect: string;
  readonly schema: SchemaTree;
}

const COLLECTION = collectionOf("service-parameter");
const EFFECTS: Readonly<Record<string, string>> = {
  "at-once": "at once",
  "new-calls": "for new calls",
  restart: "when its service is restarted",
};

/** `tandem parameter list` */
export async function listParameters(rest: RestContext): Promise<number> {
  const views = (await readDefinitions(rest)).map(viewOf);
  const rows = views.map((view) => {
    return { ...view, effect: EFFECTS[view.effect] ?? view.effect, changed: view.isDefault ? "" : "*" };
  });
  const columns = tableColumns([
    ["Name", "name"],
    ["Value", "value"],
    ["", "changed"],
    ["Default", "default"],
    ["Range", "range"],
    ["Unit", "unit"],
    ["Service", "service"],
    ["Takes effect", "effect"],
  ]);
  print(rest, views, formatTable(rows, columns));
  return EXIT.ok;
}

/** `tandem parameter show NAME` */
export async function showParameter(name: string, rest: RestContext): Promise<number> {
  const definition = await readDefinition(name, rest);
  const view = viewOf(definition);
  const { range, unit, service, description } = view;
  const lines = [
    `${name}: ${shownValue(view.value)}${unit === "" ? "" : ` ${unit}`}${view.isDefault ? " (the default)" : ""}`,
    description,
    `default ${shownValue(view.default)}; range ${range}; of ${service}`,
    whenOf(definition),
  ];
  print(rest, view, lines.join("\n"));
  return EXIT.ok;
}

/** `tandem parameter set NAME VALUE` */
export async function setParameter(name: string, text: string, rest: RestContext): Promise<number> {
  const definition = await readDefinition(name, rest);
  const value = valueOf(definition, text);
  const operations = [{ operation: "put", collection: COLLECTION, body: { name, value } }] as const;
  return tell(definition, value, await rest.client.bulk(`tandem parameter set ${name}`, operations), rest);
}

/** `tandem parameter reset NAME`: back to the default. */
export async function resetParameter(name: string, rest: RestContext): Promise<number> {
  const definition = await readDefinition(name, rest);
  return tell(definition, definition.default, await removeValue(name, rest), rest);
}

function tell(definition: Definition, value: unknown, sequence: number | undefined, rest: RestContext): number {
  const { name, effect } = definition;
  const shown = `${name} is ${shownValue(value)}`;
  const told = sequence === undefined ? `${shown} already` : `${shown} (change ${sequence}); ${whenOf(definition)}`;
  print(rest, { name, value, sequence: sequence ?? null, effect }, told);
  return EXIT.ok;
}

async function removeValue(name: string, rest: RestContext): Promise<number | undefined> {
  const operations = [{ operation: "delete", collection: COLLECTION, id: name }] as const;
  try {
    return await rest.client.bulk(`tandem parameter reset ${name}`, operations);
  } catch (error) {
    if (error instanceof RestRefusal && error.code === "not-found") return undefined;
    throw error;
  }
}

async function readDefinitions({ client }: RestContext): Promise<readonly Definition[]> {
  const answer = await client.rest.request("GET", "/service-parameter-definitions");
  return (answer as { readonly items: readonly Definition[] }).items;
}

async function readDefinition(name: string, rest: RestContext): Promise<Definition> {
  const definitions = await readDefinitions(rest);
  const found = definitions.find((definition) => definition.name === name);
  if (found !== undefined) return found;
  const near = nearWord(
    name,
    definitions.map((definition) => definition.name),
  );
  const hint = near === undefined ? "; `tandem parameter list` shows all" : `; did you mean ${near}?`;
  throw new SwitchError("unknown-parameter", `there is no service parameter ${name}${hint}`);
}

/** As `--json` prints it. `range`: `1-120`, `true or false`, or `text`. */
function viewOf({ schema, unit = "", ...rest }: Definition): Omit<Definition, "schema"> & {
  readonly unit: string;
  readonly range: string;
} {
  return { ...rest, unit, range: rangeOf(schema) };
}

function rangeOf({ type, minimum, maximum }: SchemaTree): string {
  if (type === "boolean") return "true or false";
  return isNumeric(type) ? `${minimum}-${maximum}` : "text";
}

function isNumeric(type: string | undefined): boolean {
  return type === "integer" || type === "number";
}

function whenOf({ effect, service }: Definition): string {
  if (effect === "restart") return `a change takes effect when ${service} is restarted`;
  return `a change takes effect ${EFFECTS[effect] ?? effect}`;
}

/** The range is for the server to check. */
function valueOf({ name, schema: { type } }: Definition, text: string): unknown {
  if (type === "boolean") {
    if (text !== "true" && text !== "false") throw badUsage(`${name}: expected true or false, found ${text}`);
    return text === "true";
  }
  if (!isNumeric(type)) return text;
  if (!/^-?\d{1,15}$/.test(text)) throw badUsage(`${name}: expected a whole number, found ${text}`);
  return Number(text);
}

function shownValue(value: unknown): string {
  return value === "" ? "(empty)" : String(value);
}
