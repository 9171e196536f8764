import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SystemClock } from "../../src/common/index.ts";
import {
  DatabaseError,
  defaultObjects,
  type ChangeRecord,
  type ConfigurationStore,
  type Operation,
  type SecretKeeper,
} from "../../src/database/index.ts";
import { SqliteStore, type SqliteStoreOptions } from "../../src/database/sqlite/sqlite-store.ts";

/** Keeps secrets in ways that are quick and can be looked through. */
export const plainKeeper: SecretKeeper = {
  realm: "example.org",
  hashPassword: (text) => Promise.resolve(`$argon2id$v=19$m=1,t=1,p=1$${Buffer.from(text).toString("hex")}`),
  seal: (text) => `sealed:${Buffer.from(text).toString("base64")}`,
};

/** A configuration in memory, or in a file. */
export function openStore(options: Partial<SqliteStoreOptions> = {}): SqliteStore {
  return new SqliteStore({ path: ":memory:", clock: new SystemClock(), keeper: plainKeeper, ...options });
}

/** A configuration in memory that holds what a new one does, on node `n1`. */
export async function openNewStore(options: Partial<SqliteStoreOptions> = {}): Promise<SqliteStore> {
  const store = openStore(options);
  await change(store, ...defaultObjects("n1"));
  return store;
}

/** Makes a change of these operations. */
export function change(store: ConfigurationStore, ...operations: Operation[]): Promise<ChangeRecord | undefined> {
  return store.apply({ author: "test", summary: "of a test", operations });
}

export const create = (kind: Operation["kind"], body: unknown): Operation => ({ type: "create", kind, body });
export const remove = (kind: Operation["kind"], name: string) => ({ type: "delete", kind, name }) as const;
export const merge = (kind: Operation["kind"], name: string, body: unknown) => {
  return { type: "merge", kind, name, body } as const;
};

/** What a promise is refused with, as `code kind name path: message` of each violation. */
export async function refusalOf(promise: Promise<unknown>): Promise<string[]> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof DatabaseError)) throw new Error(`expected a DatabaseError, got ${String(error)}`);
  if (error.violations.length === 0) return [`${error.code}: ${error.message}`];
  return error.violations.map(
    ({ code, kind, name, path, message }) => `${code} ${kind} ${name} ${path.map(String).join(".")}: ${message}`,
  );
}

/** A folder that goes when the test ends. */
export function temporaryFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), "tandem-configuration-"));
  return { path, remove: () => void rmSync(path, { recursive: true, force: true }) };
}
