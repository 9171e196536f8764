import {
  DatabaseError,
  DEFAULT_PARTITION,
  nameOf,
  SCHEMAS,
  withoutSecrets,
  type Kind,
  type StoredObject,
} from "../../../database/index.ts";
import { RestError } from "../problem/rest-error.ts";

/** An object as it is answered: its body without secrets, its name as `id`, and its revision. */
export type Resource = Readonly<Record<string, unknown>> & { readonly id: string; readonly revision: number };

export function resourceOf({ kind, name, revision, body }: StoredObject): Resource {
  return { id: name, revision, ...withoutSecrets(kind, body) };
}

/** What `id` and `revision` of an input have to be when they are there; an absent one is not looked at. */
export interface ExpectedIdentity {
  readonly id?: string;
  readonly revision?: number;
}

/**
 * The body of a resource that was given: without `id` and `revision`.
 * @throws {RestError} `bad-body` when it is no object or has another id
 * @throws {DatabaseError} `changed-meanwhile` when it has another revision
 */
export function bodyOf(kind: Kind, given: unknown, expected: ExpectedIdentity): Record<string, unknown> {
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    throw new RestError("bad-body", "expected an object");
  }
  const { id, revision, ...body } = given as Record<string, unknown>;
  if (id !== undefined && expected.id !== undefined && id !== expected.id) {
    const message = `the id is that of the address, ${expected.id}`;
    throw new RestError("bad-body", message, { violations: [{ kind, id: expected.id, path: "id", message }] });
  }
  if (revision !== undefined && expected.revision !== undefined && revision !== expected.revision) {
    const message = `revision is ${expected.revision}, not ${JSON.stringify(revision)}`;
    const violation = {
      code: "changed-meanwhile",
      kind,
      name: expected.id ?? "",
      path: ["revision"],
      message,
    } as const;
    throw new DatabaseError("changed-meanwhile", `${kind} ${expected.id ?? ""}: ${message}`, [violation]);
  }
  return body;
}

/** The name that a new body will have, with the default partition where it names none. */
export function newNameOf(kind: Kind, body: Readonly<Record<string, unknown>>): string {
  const isPlaced = "partition" in SCHEMAS[kind].shape && body["partition"] === undefined;
  return nameOf(kind, isPlaced ? { ...body, partition: DEFAULT_PARTITION } : body);
}
