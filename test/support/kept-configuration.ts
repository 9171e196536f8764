import {
  defaultObjects,
  type ChangeRecord,
  type InputOf,
  type Kind,
  type Operation,
  type SecretKeeper,
} from "../../src/database/index.ts";
import { SqliteStore } from "../../src/database/sqlite/sqlite-store.ts";
import { ManualClock } from "./manual-clock.ts";

/** Keeps no secret: passwords stand in the hashes. */
export const openKeeper: SecretKeeper = {
  realm: "tandem.test",
  hashPassword: (password) => Promise.resolve(`$argon2id$v=19$m=8,t=1,p=1$c2FsdA$${password}`),
  seal: (secret) => `sealed.${secret}`,
};

/** A configuration in memory with the default objects of a node. */
export async function keptConfiguration(): Promise<SqliteStore> {
  const store = new SqliteStore({ path: ":memory:", clock: new ManualClock(), keeper: openKeeper });
  await change(store, ...defaultObjects("test"));
  return store;
}

/** Makes a change that is one. */
export async function change(store: SqliteStore, ...operations: readonly Operation[]): Promise<ChangeRecord> {
  const record = await store.apply({ author: "test", summary: "", operations });
  if (record === undefined) throw new Error("nothing has changed");
  return record;
}

export function put<K extends Kind>(kind: K, body: InputOf<K>): Operation {
  return { type: "put", kind, body };
}

export function remove(kind: Kind, name: string): Operation {
  return { type: "delete", kind, name };
}

/** Operations that make a phone `phone-NUMBER` with these numbers in the partition `internal`; its user is the first one. */
export function phoneOperations(numbers: readonly string[], more: Partial<InputOf<"phone">> = {}): Operation[] {
  const [first = ""] = numbers;
  return [
    ...numbers.map((number) => put("directory-number", { number })),
    put("phone", {
      name: `phone-${first}`,
      credentials: { user: first, password: "secret" },
      lines: numbers.map((directoryNumber) => ({ directoryNumber })),
      ...more,
    }),
  ];
}

/** Operations that remove what `phoneOperations` makes. */
export function phoneRemoval(numbers: readonly string[]): Operation[] {
  const [first = ""] = numbers;
  return [
    remove("phone", `phone-${first}`),
    ...numbers.map((number) => remove("directory-number", `${number}@internal`)),
  ];
}
