import { stringify } from "yaml";
import { SwitchError } from "../../../common/index.ts";
import { formatTable } from "../table.ts";
import { EXIT } from "../exit-codes.ts";
import { tableColumns } from "./field-text.ts";
import { badUsage, print, type RestContext } from "./rest-context.ts";

type Json = Readonly<Record<string, unknown>>;

const MAX_CHANGES = 100;
const MAX_AUDIT_ENTRIES = 1_000;

/** `tandem change list`: the newest first. */
export async function listChanges(
  { limit, before }: { readonly limit: number; readonly before?: number },
  rest: RestContext,
): Promise<number> {
  const rows = await newest("/changes", { limit, before }, rest);
  if (!rest.json && rows.length === 0) rest.output.err("nothing has been changed yet");
  else print(rest, rows, formatTable(rows.map(withObjects), CHANGE_COLUMNS));
  return EXIT.ok;
}

const CHANGE_COLUMNS = tableColumns([
  ["Change", "sequence"],
  ["At", "at"],
  ["By", "author"],
  ["Objects", "objects"],
  ["What", "summary"],
]);

/** `tandem change show N` */
export async function showChange(text: string, rest: RestContext): Promise<number> {
  const sequence = sequenceOf(text);
  const [change] = await newest("/changes", { limit: 1, before: sequence + 1 }, rest);
  if (change?.["sequence"] !== sequence) throw new SwitchError("not-found", `there is no change ${sequence}`);
  print(rest, change, stringify(change, { lineWidth: 0 }).trimEnd());
  return EXIT.ok;
}

/** `tandem undo N` */
export async function undoChange(text: string, rest: RestContext): Promise<number> {
  const number = sequenceOf(text);
  const result = (await rest.client.rest.request("POST", `/changes/${number}/undo`)) as Json;
  print(rest, result, `change ${number} is undone (change ${String(result["sequence"])})`);
  return EXIT.ok;
}

/** `tandem audit`: who did what, the newest first. */
export async function listAudit({ limit }: { readonly limit: number }, rest: RestContext): Promise<number> {
  const rows = await newest("/audit", { limit }, rest);
  if (!rest.json && rows.length === 0) rest.output.err("nothing is on record");
  else print(rest, rows, formatTable(rows, AUDIT_COLUMNS));
  return EXIT.ok;
}

const AUDIT_COLUMNS = tableColumns([
  ["At", "at"],
  ["User", "user"],
  ["From", "source"],
  ["Event", "event"],
  ["Change", "sequence"],
  ["Objects", "total"],
  ["Detail", "detail"],
]);

async function newest(
  path: string,
  { limit, before }: { readonly limit: number; readonly before?: number | undefined },
  { client }: RestContext,
): Promise<readonly Json[]> {
  const most = path === "/audit" ? MAX_AUDIT_ENTRIES : MAX_CHANGES;
  if (limit < 1 || limit > most) throw badUsage(`--limit is 1 to ${most}`);
  const found: Json[] = [];
  let from: number | null | undefined = before;
  // A page of large changes holds less than was asked for.
  while (found.length < limit && from !== null) {
    const query = { limit: limit - found.length, before: from };
    const answer = await client.rest.request("GET", path, { query });
    const { items, next } = answer as { readonly items: readonly Json[]; readonly next: number | null };
    found.push(...items);
    from = next;
  }
  return found;
}

function withObjects(change: Json): Json {
  const { entries } = change;
  if (!Array.isArray(entries)) return change;
  return { ...change, objects: (entries as readonly Json[]).map(({ id }) => String(id)) };
}

function sequenceOf(text: string): number {
  const number = Number(text);
  if (!/^\d{1,15}$/.test(text) || number < 1) throw badUsage(`${text} is no number of a change`);
  return number;
}
