import { stringify } from "yaml";
import { collectionOf, nameOf, type Kind } from "../../../database/index.ts";
import type { Resource } from "../../client/configuration-client.ts";
import { EXIT } from "../exit-codes.ts";
import { formatTable } from "../table.ts";
import { parseAssignments, patchOf, type Assignment } from "./assignments.ts";
import { tableColumns } from "./field-text.ts";
import { fieldsOf, nameFields } from "./object-names.ts";
import type { ObjectWords } from "./object-words.ts";
import { badUsage, print, type RestContext } from "./rest-context.ts";

/** Names in a `remove`; more are several commands. */
const MAX_NAMES = 1_000;

/** `tandem KIND list [key=value...] [--search TEXT]` */
export async function listObjects(
  { kind, noun, columns }: ObjectWords,
  { filters, search }: { readonly filters: readonly string[]; readonly search?: string },
  rest: RestContext,
): Promise<number> {
  const where = Object.fromEntries(filters.map(filterOf));
  const objects = await rest.client.list(kind, { where, ...(search === undefined ? {} : { text: search }) });
  if (!rest.json && objects.length === 0) rest.output.err(`there is no ${noun}`);
  else print(rest, objects, rest.json ? "" : formatTable(objects, tableColumns(columns)));
  return EXIT.ok;
}

/** `tandem KIND show NAME` */
export async function showObject({ kind }: ObjectWords, name: string, rest: RestContext): Promise<number> {
  const object = await rest.client.get(kind, idOf(kind, name));
  const { id: _, revision, ...body } = object;
  print(rest, object, `# revision ${revision}\n${stringify(body, { lineWidth: 0 }).trimEnd()}`);
  return EXIT.ok;
}

/** `tandem KIND set NAME key=value...` */
export async function setObject(
  words: ObjectWords,
  name: string,
  given: readonly string[],
  rest: RestContext,
): Promise<number> {
  if (given.length === 0) throw badUsage(`nothing to set: name fields, such as description="Front desk"`);
  return changeObject(words, name, parseAssignments(fieldsOf(words.kind), given), rest);
}

/** Changes fields of an object and says so. */
export async function changeObject(
  { kind, noun }: ObjectWords,
  name: string,
  assignments: readonly Assignment[],
  rest: RestContext,
): Promise<number> {
  const id = idOf(kind, name);
  let before: Resource | undefined;
  const after = await rest.client.change(kind, id, (now) => {
    before = now;
    return patchOf(assignments, now);
  });
  const isNew = before?.revision !== after.revision;
  print(rest, after, isNew ? `${noun} ${id} changed (change ${after.revision})` : `${noun} ${id} is like that already`);
  return EXIT.ok;
}

/** `tandem KIND remove NAME...`: all of them or none. */
export async function removeObjects(
  { kind, word, noun }: ObjectWords,
  names: readonly string[],
  rest: RestContext,
): Promise<number> {
  if (names.length > MAX_NAMES) throw badUsage(`at most ${MAX_NAMES} names at a time`);
  const ids = names.map((name) => idOf(kind, name));
  const operations = ids.map((id) => ({ operation: "delete", collection: collectionOf(kind), id }) as const);
  const sequence = await rest.client.bulk(`tandem ${word} remove`, operations);
  const removed = ids.map((id) => ({ kind, id }));
  print(rest, { sequence: sequence ?? null, removed }, `${noun} ${ids.join(", ")} removed (change ${sequence})`);
  return EXIT.ok;
}

/** The name of an object as REST knows it: numbers and patterns with their partition. */
export function idOf(kind: Kind, name: string): string {
  return nameOf(kind, nameFields(kind, name));
}

function filterOf(word: string): [string, string] {
  const place = word.indexOf("=");
  if (place <= 0) throw badUsage(`expected FIELD=VALUE, found ${word}`);
  return [word.slice(0, place), word.slice(place + 1)];
}
