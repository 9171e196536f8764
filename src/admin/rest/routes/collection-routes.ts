import { collectionOf, DatabaseError, type Kind, type Operation, type StoredObject } from "../../../database/index.ts";
import { roleToChange } from "../access/principal.ts";
import { RestError } from "../problem/rest-error.ts";
import { matchesStrongly, matchesWeakly, readCondition, tagOf } from "../resource/entity-tag.ts";
import { listPage } from "../resource/list-query.ts";
import { bodyOf, newNameOf, resourceOf } from "../resource/resource.ts";
import type { RestContext } from "../rest-context.ts";
import type { RestAnswer, RestCall, RestRoute } from "../server/route.ts";
import { API_PREFIX } from "../server/rest-api.ts";
import { makeChange } from "./make-change.ts";

/** The largest object is a user with 10,000 devices. */
const MAX_OBJECT_BYTES = 1024 * 1024;
/** Attempts at a write that needs no particular revision while others write, too. */
const MAX_ATTEMPTS = 10;

/** List, create, read, replace, change and delete of a kind. */
export function collectionRoutes(context: RestContext, kind: Kind): RestRoute[] {
  const collection = collectionOf(kind);
  const path = `/${collection}`;
  const item = `${path}/{id}`;
  const schema = { component: kind };
  const [input, change] = [`${kind}-input`, `${kind}-change`];
  const access = roleToChange(kind);
  const shared = { tag: collection };
  const changeProblems = ["bad-object", "missing-reference", "rule-violated", "bad-body", "database-busy"] as const;
  const body = { schema: { component: input }, limitBytes: MAX_OBJECT_BYTES };
  return [
    {
      ...shared,
      operationId: `list-${collection}`,
      method: "GET",
      path,
      summary: `Lists ${collection}`,
      access: "auditor",
      query: { limit: "1 to 1,000; default 100", after: "Objects with later ids", q: "Text that any field holds" },
      filters: true,
      answers: { 200: { description: "A page", schema: { component: `${kind}-page` } } },
      problems: ["bad-parameter"],
      handle: async ({ query }) => ({ status: 200, body: await listPage(context.store, kind, query) }),
    },
    {
      ...shared,
      operationId: `create-${kind}`,
      method: "POST",
      path,
      summary: `Makes a ${kind}`,
      access,
      body,
      answers: { 201: { description: "It was made", schema } },
      problems: [...changeProblems, "already-exists"],
      handle: (call) => create(context, kind, call, undefined),
    },
    {
      ...shared,
      operationId: `read-${kind}`,
      method: "GET",
      path: item,
      summary: `Reads a ${kind}`,
      access: "auditor",
      conditions: ["if-none-match"],
      answers: { 200: { description: "The object", schema }, 304: { description: "It is as it was" } },
      problems: ["not-found"],
      handle: (call) => read(context, kind, call),
    },
    {
      ...shared,
      operationId: `replace-${kind}`,
      method: "PUT",
      path: item,
      summary: `Replaces a ${kind}, or makes it with If-None-Match: *; secrets that are left out stay`,
      access,
      conditions: ["if-match", "if-none-match"],
      body,
      answers: { 200: { description: "It was replaced", schema }, 201: { description: "It was made", schema } },
      problems: [...changeProblems, "not-found", "precondition-needed", "changed-meanwhile", "already-exists"],
      handle: (call) =>
        makesNew(call) ? create(context, kind, call, idOf(call)) : write(context, kind, call, "replace"),
    },
    {
      ...shared,
      operationId: `change-${kind}`,
      method: "PATCH",
      path: item,
      summary: `Changes what the body names (RFC 7396)`,
      access,
      conditions: ["if-match"],
      body: {
        schema: { component: change },
        limitBytes: MAX_OBJECT_BYTES,
        types: ["application/merge-patch+json", "application/json"],
      },
      answers: { 200: { description: "It was changed", schema } },
      problems: [...changeProblems, "not-found", "precondition-needed", "changed-meanwhile"],
      handle: (call) => write(context, kind, call, "merge"),
    },
    {
      ...shared,
      operationId: `delete-${kind}`,
      method: "DELETE",
      path: item,
      summary: `Deletes a ${kind}`,
      access,
      conditions: ["if-match"],
      answers: { 204: { description: "It was deleted" } },
      problems: ["not-found", "in-use", "precondition-needed", "changed-meanwhile", "database-busy"],
      handle: (call) => write(context, kind, call, "delete"),
    },
  ];
}

function idOf({ params }: RestCall): string {
  return params["id"] ?? "";
}

function makesNew(call: RestCall): boolean {
  return (
    readCondition("If-None-Match", call.header("if-none-match")) === "any" && call.header("if-match") === undefined
  );
}

/** @throws {DatabaseError} `not-found` */
function stored<K extends Kind>(context: RestContext, kind: K, id: string): StoredObject<K> {
  const object = context.store.get(kind, id);
  if (object !== undefined) return object;
  const violation = { code: "not-found", kind, name: id, path: [], message: "there is none" } as const;
  throw new DatabaseError("not-found", `there is no ${kind} ${id}`, [violation]);
}

function read(context: RestContext, kind: Kind, call: RestCall): RestAnswer {
  const object = stored(context, kind, idOf(call));
  const etag = tagOf(object.revision);
  const condition = readCondition("If-None-Match", call.header("if-none-match"));
  if (condition !== undefined && matchesWeakly(condition, etag)) return { status: 304, headers: { etag } };
  return { status: 200, headers: { etag }, body: resourceOf(object) };
}

async function create(context: RestContext, kind: Kind, call: RestCall, id: string | undefined): Promise<RestAnswer> {
  const body = bodyOf(kind, call.body, id === undefined ? {} : { id });
  const name = newNameOf(kind, body);
  const given = id ?? (call.body as { id?: unknown }).id;
  if (given !== undefined && given !== name) {
    const message = `is ${JSON.stringify(given)}, but the body makes ${name}`;
    throw new RestError("bad-body", `id ${message}`, { violations: [{ kind, id: name, path: "id", message }] });
  }
  if (id !== undefined && context.store.get(kind, id) !== undefined) {
    const violation = { code: "changed-meanwhile", kind, name: id, path: [], message: "is there already" } as const;
    throw new DatabaseError("changed-meanwhile", `${kind} ${id} is there already`, [violation]);
  }
  const made = await makeChange(context, call, `create ${kind} ${name}`, [{ type: "create", kind, body }]);
  const location = `${API_PREFIX}/${collectionOf(kind)}/${encodeURIComponent(name)}`;
  return withObject(context, kind, name, { status: 201, headers: { ...made.headers, location } });
}

/** Writes over the revision that the condition allows; with `If-Match: *` over whichever is there. */
async function write(
  context: RestContext,
  kind: Kind,
  call: RestCall,
  type: "replace" | "merge" | "delete",
): Promise<RestAnswer> {
  const id = idOf(call);
  for (let attempt = 1; ; attempt += 1) {
    const { object, isAny } = allowedObject(context, kind, call);
    const guard = { kind, name: id, ifRevision: object.revision };
    try {
      const operation = operationOf(type, guard, call);
      const { headers } = await makeChange(context, call, `${type} ${kind} ${id}`, [operation]);
      if (type === "delete") return { status: 204, headers };
      return withObject(context, kind, id, { status: 200, headers });
    } catch (error) {
      const isOvertaken = error instanceof DatabaseError && error.code === "changed-meanwhile";
      if (!isAny || !isOvertaken || attempt >= MAX_ATTEMPTS) throw error;
    }
  }
}

type Guard = Required<Pick<Operation & { type: "delete" }, "kind" | "name" | "ifRevision">>;

function operationOf(type: "replace" | "merge" | "delete", guard: Guard, call: RestCall): Operation {
  if (type === "delete") return { type, ...guard };
  const body = bodyOf(guard.kind, call.body, { id: guard.name, revision: guard.ifRevision });
  return type === "merge" ? { type, ...guard, body } : { type, ...guard, body, keepsSecrets: true };
}

/**
 * The object of a request, when its condition allows to write over it.
 * @throws {RestError} `precondition-needed`
 * @throws {DatabaseError} `not-found`, `changed-meanwhile`
 */
export function allowedObject<K extends Kind>(
  context: RestContext,
  kind: K,
  call: RestCall,
  id = idOf(call),
): { readonly object: StoredObject<K>; readonly isAny: boolean } {
  const condition = readCondition("If-Match", call.header("if-match"));
  if (condition === undefined) {
    throw new RestError("precondition-needed", 'expected If-Match with the ETag that was read, such as "7"');
  }
  const object = stored(context, kind, id);
  if (!matchesStrongly(condition, tagOf(object.revision))) {
    const message = `is revision ${object.revision} now`;
    const violation = { code: "changed-meanwhile", kind, name: id, path: [], message } as const;
    throw new DatabaseError("changed-meanwhile", `${kind} ${id} ${message}`, [violation]);
  }
  return { object, isAny: condition === "any" };
}

function withObject(context: RestContext, kind: Kind, name: string, answer: RestAnswer): RestAnswer {
  const object = context.store.get(kind, name);
  // Somebody may have deleted it since.
  if (object === undefined) return answer;
  return { ...answer, headers: { ...answer.headers, etag: tagOf(object.revision) }, body: resourceOf(object) };
}
