import { z } from "zod";
import {
  collectionOf,
  DatabaseError,
  keepingSecrets,
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
const MAX_ATTEMPTS = 10;
const MAX_CHANGES = 100;

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
  summary: z.string().max(200).optional().describe("What it is for, for people."),
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
        const items = context.store.changesBefore(readNumber("before", query["before"]), limit).map(shownChange);
        return { status: 200, body: { items, next: items.length < limit ? null : (items.at(-1)?.sequence ?? null) } };
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
  for (let attempt = 1; ; attempt += 1) {
    const { prepared, isGuarded } = withSecretsKept(context, steps);
    try {
      return changedAnswer(await makeChange(context, call, summary, prepared));
    } catch (error) {
      // A revision that the caller did not name has been overtaken.
      const isOvertaken = error instanceof DatabaseError && isGuarded(error);
      if (!isOvertaken || attempt >= MAX_ATTEMPTS) throw error;
    }
  }
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
  return isNew ? { type, kind, body: given } : { type, kind, name: id ?? "", body: given, ...guard };
}

interface Prepared {
  readonly prepared: readonly Operation[];
  /** True for a refusal by a condition that was added here. */
  readonly isGuarded: (error: DatabaseError) => boolean;
}

/**
 * `put` and `replace` of an object that has secrets keep those that they leave out; so that they are kept of the revision
 * that they were read from, such an operation has it as a condition.
 */
function withSecretsKept({ store }: RestContext, steps: readonly Operation[]): Prepared {
  const touched = new Set<string>();
  const guarded = new Set<string>();
  const prepared = steps.map((step): Operation => {
    const name = "name" in step ? step.name : newNameOf(step.kind, step.body as Record<string, unknown>);
    const key = `${step.kind} ${name}`;
    const isFirst = !touched.has(key);
    touched.add(key);
    if (!isFirst || (step.type !== "put" && step.type !== "replace")) return step;
    const current = store.get(step.kind, name);
    if (current === undefined) return step;
    const body = keepingSecrets(step.kind, step.body as BodyOf<Kind>, current.body);
    if (body === step.body || JSON.stringify(body) === JSON.stringify(step.body)) return step;
    if (step.type === "replace" && step.ifRevision !== undefined) return { ...step, body };
    guarded.add(key);
    return { type: "replace", kind: step.kind, name, body, ifRevision: current.revision };
  });
  const isGuarded = ({ violations }: DatabaseError): boolean =>
    violations.length > 0 &&
    violations.every(
      ({ code, kind, name }) => ["changed-meanwhile", "not-found"].includes(code) && guarded.has(`${kind} ${name}`),
    );
  return { prepared, isGuarded };
}
