import { setImmediate as nextTurn } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import type { ConfigurationStore, Operation, StoredObject } from "../configuration-store.ts";
import type { Violation } from "../database-error.ts";
import {
  KINDS,
  kindsOfTarget,
  nameOf,
  REFERENCES,
  SCHEMAS,
  yamlKeyOf,
  type BodyOf,
  type Kind,
} from "../model/kinds.ts";
import { textsAt, withoutUndefined } from "../model/paths.ts";
import { keepingSecrets } from "../model/secrets.ts";
import { refuseIfAny } from "../planning/plan.ts";
import { documentFrame } from "./document-schema.ts";

/** `merge`: what the document does not have stays; `replace`: it is deleted. An object that it has is as it says, whole. */
export type ImportMode = "merge" | "replace";

/** `read`: objects of the document; `check` and `apply`: operations. */
export interface ImportProgress {
  readonly phase: "read" | "check" | "apply";
  readonly done: number;
  readonly total: number;
}

/** Objects. */
export interface ImportCounts {
  readonly created: number;
  readonly changed: number;
  readonly removed: number;
  readonly unchanged: number;
}

export interface ImportOptions {
  /** The node that this is, which is never deleted. */
  readonly node: string;
  readonly onProgress?: (progress: ImportProgress) => void;
}

export interface ImportPlan {
  readonly operations: readonly Operation[];
  /** Objects of the document. */
  readonly total: number;
}

/** Objects between which others have their turn, and which progress is told after. */
const BATCH = 200;
const MAX_VIOLATIONS = 1_000;

/**
 * The operations that make the configuration as a document says. Secrets that it does not have stay as they are on file:
 * without its hashes a document still says the same. Other work goes on between the batches; an object that somebody
 * changes before the operations are applied refuses them with `changed-meanwhile`.
 * @param document plain data, as YAML or JSON gives it; nothing of it has been checked
 * @throws {DatabaseError} `bad-object`, `already-exists` for an object that is there twice, `missing-reference`
 */
export async function importOperations(
  store: ConfigurationStore,
  document: unknown,
  mode: ImportMode,
  { node, onProgress = () => undefined }: ImportOptions,
): Promise<ImportPlan> {
  const entries = entriesOf(document);
  const reading = new Reading(store);
  for (const [index, { kind, given }] of entries.entries()) {
    if (index % BATCH === 0) {
      onProgress({ phase: "read", done: index, total: entries.length });
      await nextTurn();
    }
    reading.take(kind, given);
  }
  if (mode === "replace") reading.removeOthers(node);
  refuseIfAny(reading.violations);
  onProgress({ phase: "read", done: entries.length, total: entries.length });
  return { operations: reading.operations, total: entries.length };
}

interface Entry {
  readonly kind: Kind;
  readonly given: unknown;
}

function entriesOf(document: unknown): Entry[] {
  const { data, error } = documentFrame.safeParse(document);
  const issues = error?.issues ?? [];
  refuseIfAny(
    issues.map(({ path, message }): Violation => ({ code: "bad-object", kind: "document", name: "", path, message })),
  );
  const lists: Readonly<Record<string, unknown>> = data ?? {};
  return KINDS.flatMap((kind) =>
    ((lists[yamlKeyOf(kind)] ?? []) as unknown[]).map((given): Entry => ({ kind, given })),
  );
}

/** Compares the objects of a document with those on file. */
class Reading {
  readonly operations: Operation[] = [];
  readonly violations: Violation[] = [];
  readonly #onFile: ReadonlyMap<Kind, ReadonlyMap<string, StoredObject>>;
  readonly #taken = new Map<Kind, Map<string, BodyOf<Kind>>>(KINDS.map((kind) => [kind, new Map()]));

  constructor(store: ConfigurationStore) {
    this.#onFile = store.snapshot(
      (state) => new Map(KINDS.map((kind) => [kind, new Map(state.all(kind).map((object) => [object.name, object]))])),
    );
  }

  take(kind: Kind, given: unknown): void {
    const result = SCHEMAS[kind].safeParse(given);
    if (!result.success) {
      for (const { path, message } of result.error.issues) {
        this.#violate({ code: "bad-object", kind, name: nameOf(kind, given), path, message });
      }
      return;
    }
    const body = withoutUndefined(result.data) as BodyOf<Kind>;
    const name = nameOf(kind, body);
    if (this.#taken.get(kind)?.has(name) === true) {
      return this.#violate({ code: "already-exists", kind, name, path: [], message: "is in the document twice" });
    }
    this.#taken.get(kind)?.set(name, body);
    const onFile = this.#onFile.get(kind)?.get(name);
    if (onFile === undefined) return void this.operations.push({ type: "create", kind, body });
    const wanted = keepingSecrets(kind, body, onFile.body);
    if (isDeepStrictEqual(wanted, onFile.body)) return;
    this.operations.push({ type: "replace", kind, name, body: wanted, ifRevision: onFile.revision });
  }

  /** Deletes what the document does not have, and refuses references of the document to it. */
  removeOthers(node: string): void {
    for (const kind of KINDS) {
      for (const { name, revision } of this.#onFile.get(kind)?.values() ?? []) {
        if (this.#has(kind, name, node)) continue;
        this.operations.push({ type: "delete", kind, name, ifRevision: revision });
      }
    }
    for (const kind of KINDS) {
      for (const [name, body] of this.#taken.get(kind) ?? []) this.#checkReferences(kind, name, body, node);
    }
  }

  #checkReferences(kind: Kind, name: string, body: BodyOf<Kind>, node: string): void {
    for (const { path, target } of REFERENCES[kind]) {
      for (const { path: place, value } of textsAt(body, path)) {
        if (kindsOfTarget(target).some((one) => this.#has(one, value, node))) continue;
        const message = `the document has no ${target.replaceAll("-", " ")} ${value}`;
        this.#violate({ code: "missing-reference", kind, name, path: place, message });
      }
    }
  }

  #has(kind: Kind, name: string, node: string): boolean {
    return this.#taken.get(kind)?.has(name) === true || (kind === "node" && name === node);
  }

  #violate(violation: Violation): void {
    if (this.violations.length < MAX_VIOLATIONS) this.violations.push(violation);
  }
}
