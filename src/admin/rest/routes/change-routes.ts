import { z } from "zod";
import {
  collectionOf,
  KINDS,
  withoutSecrets,
  type BodyOf,
  type ChangeRecord,
  type Kind,
  type Operation,
} from "../../../database/index.ts";
import { requireRole, roleToChange } from "../access/principal.ts";
import { RestError } from "../problem/rest-error.ts";
import { readLimit, single } from "../resource/list-query.ts";
import { bodyOf, newNameOf } from "../resource/resource.ts";
import type { RestContext } from "../rest-context.ts";
import { parseBody } from "../server/parse-body.ts";
import type { RestAnswer, RestCall, RestRoute } from "../server/route.ts";
import { afterChange, makeChange } from "./make-change.ts";

const MAX_OPERATIONS = 10_000;
const MAX_BULK_BYTES = 32 * 1024 * 1024;
const MAX_CHANGES = 100;
/** Objects after which a page of changes ends; a change is shown whole. */
const MAX_PAGE_ENTRIES = 2_000;

const operation = z.strictObject({
  operation: z.enum(["create", "put", "replace", "merge", "delete"]),
  collection: z.enum(KINDS.map(collectionOf)),
  id: z.string().max(256).optional().describe("Needed but with `create` and `put`."),
  body: z.record(z.string(), z.unknown()).optional().describe("Needed but with `delete`."),
  ifRevision: z
    .int()
    .min(1)
    .optional()
    .describe("Refused when the object is another revision; not with `create`, `put`."),
});
type BulkOperation = z.infer<typeof operation>;
const bulk = z.strictObject({
  summary: z
    .string()
    .max(200)
    .regex(/^\P{Cc}*$/u, "must not contain control characters")
    .optional()
    .describe("What it is for, for people."),
  operations: z.array(operation).min(1),
});
const changed = z.object({
  sequence: z.int().nullable().describe("Number of the change; null: nothing was different."),
  changed: z.int().describe("Objects that are different now."),
});

const shownBody = z.record(z.string(), z.unknown()).optional();
const changes = z.object({
  items: z.array(
    z.object({
      sequence: z.int().describe("Counts up from 1."),
      at: z.iso.datetime(),
      author: z.string(),
      summary: z.string(),
      undoes: z.int().optional().describe("The change that this one takes back."),
      entries: z.array(
        z.object({
          collection: z.enum(KINDS.map(collectionOf)),
          id: z.string(),
          before: shownBody.describe("Absent: it was made."),
          after: shownBody.describe("Absent: it was deleted."),
        }),
      ),
    }),
  ),
  next: z.int().nullable().describe("`before` of the next page; null after the last."),
});

/** Many changes at once, what was changed, and taking it back. */
export function changeRoutes(context: RestContext): RestRoute[] {
  return [
    {
      operationId: "change-many",
      method: "POST",
      path: "/bulk",
      tag: "changes",
      summary: "Makes up to 10,000 operations, all of them or none",
      access: "operator",
      body: { schema: bulk, limitBytes: MAX_BULK_BYTES },
      answers: { 200: { description: "All is done", schema: changed } },
      problems: [
        "bad-body",
        "too-many-operations",
        "bad-object",
        "missing-reference",
        "rule-violated",
        "in-use",
        "not-found",
        "already-exists",
        "changed-meanwhile",
        "database-busy",
      ],
      handle: (call) => changeMany(context, call),
    },
    {
      operationId: "list-changes",
      method: "GET",
      path: "/changes",
      tag: "changes",
      summary: "Lists changes, newest first, without secrets",
      access: "auditor",
      query: { before: "Changes before this number", limit: "1 to 100; default 20" },
      answers: { 200: { description: "Changes", schema: changes } },
      problems: ["bad-parameter"],
      handle: ({ query }) => {
        const limit = readLimit(query["limit"], MAX_CHANGES, 20);
        return { status: 200, body: changesPage(context, readNumber("before", query["before"]), limit) };
      },
    },
    {
      operationId: "undo-change",
      method: "POST",
      path: "/changes/{number}/undo",
      tag: "changes",
      summary: "Takes a change back, unless something of it has been changed since",
      access: "administrator",
      answers: { 200: { description: "It is taken back", schema: changed } },
      problems: [
        "nothing-to-undo",
        "changed-meanwhile",
        "missing-reference",
        "in-use",
        "rule-violated",
        "database-busy",
      ],
      handle: async (call) => {
        const number = readNumber("number", call.params["number"]) ?? 0;
        const record = await context.store.undo(number, call.principal.name);
        return changedAnswer(await afterChange(context, call, record, "undone"));
      },
    },
  ];
}

function changesPage({ store }: RestContext, from: number | undefined, limit: number): z.infer<typeof changes> {
  const items: z.infer<typeof changes>["items"] = [];
  let before = from;
  let entries = 0;
  while (items.length < limit && entries < MAX_PAGE_ENTRIES) {
    const [change] = store.changesBefore(before, 1);
    if (change === undefined) return { items, next: null };
    items.push(shownChange(change));
    before = change.sequence;
    entries += change.entries.length;
  }
  return { items, next: before ?? null };
}

/** @throws {RestError} `bad-parameter` */
export function readNumber(key: string, value: Parameters<typeof single>[1]): number | undefined {
  const text = single(key, value);
  if (text === undefined) return undefined;
  if (!/^\d{1,15}$/.test(text)) throw new RestError("bad-parameter", `${key}: expected a number`);
  return Number(text);
}

function shownChange(change: ChangeRecord): z.infer<typeof changes>["items"][number] {
  const { sequence, atMs, author, summary, entries, undoes } = change;
  return {
    sequence,
    at: new Date(atMs).toISOString(),
    author,
    summary,
    ...(undoes === undefined ? {} : { undoes }),
    entries: entries.map(({ kind, name, before, after }) => ({
      collection: collectionOf(kind),
      id: name,
      ...(before === undefined ? {} : { before: withoutSecrets(kind, before as BodyOf<Kind>) }),
      ...(after === undefined ? {} : { after: withoutSecrets(kind, after as BodyOf<Kind>) }),
    })),
  };
}

function changedAnswer({ record, headers }: Awaited<ReturnType<typeof makeChange>>): RestAnswer {
  return {
    status: 200,
    headers,
    body: { sequence: record?.sequence ?? null, changed: record?.entries.length ?? 0 },
  };
}

async function changeMany(context: RestContext, call: RestCall): Promise<RestAnswer> {
  refuseTooMany(call.body);
  const { summary = "bulk", operations } = parseBody(bulk, call.body);
  const steps = operations.map((given, index) => stepOf(given, index));
  for (const { kind } of steps) requireRole(call.principal, roleToChange(kind));
  return changedAnswer(await makeChange(context, call, summary, steps));
}

function refuseTooMany(body: unknown): void {
  const operations = (body as { operations?: unknown } | null)?.operations;
  if (!Array.isArray(operations) || operations.length <= MAX_OPERATIONS) return;
  throw new RestError("too-many-operations", `${operations.length} operations; at most ${MAX_OPERATIONS} are taken`);
}

const kindsByCollection = new Map<string, Kind>(KINDS.map((kind) => [collectionOf(kind), kind]));

/** @throws {RestError} `bad-body` */
function stepOf({ operation: type, collection, id, body, ifRevision }: BulkOperation, index: number): Operation {
  const kind = kindsByCollection.get(collection);
  const refuse = (key: string, message: string): RestError => {
    const path = `operations.${index}.${key}`;
    return new RestError("bad-body", `${path}: ${message}`, { violations: [{ path, message }] });
  };
  if (kind === undefined) throw refuse("collection", "there is no such collection");
  const isNew = type === "create" || type === "put";
  if (!isNew && id === undefined) throw refuse("id", `is needed with ${type}`);
  if (isNew && ifRevision !== undefined) throw refuse("ifRevision", `does not go with ${type}`);
  if (type === "delete" ? body !== undefined : body === undefined) {
    throw refuse("body", type === "delete" ? "does not go with delete" : `is needed with ${type}`);
  }
  const guard = ifRevision === undefined ? {} : { ifRevision };
  const guardedRevision = ifRevision === undefined ? {} : { revision: ifRevision };
  if (type === "delete") return { type, kind, name: id ?? "", ...guard };
  const given = bodyOf(kind, body, { ...(id === undefined ? {} : { id }), ...guardedRevision });
  const name = newNameOf(kind, given);
  if (isNew && id !== undefined && id !== name) throw refuse("id", `is ${id}, but the body makes ${name}`);
  if (type === "create") return { type, kind, body: given };
  if (type === "put") return { type, kind, body: given, keepsSecrets: true };
  const rest = { kind, name: id ?? "", body: given, ...guard };
  return type === "merge" ? { type, ...rest } : { type, ...rest, keepsSecrets: true };
}
