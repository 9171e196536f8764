import type { BodyOf, DeviceKind, Kind } from "./model/kinds.ts";

/** An object as it is kept. `revision`: the number of the change that made it so. */
export interface StoredObject<K extends Kind = Kind> {
  readonly kind: K;
  readonly name: string;
  readonly revision: number;
  readonly body: BodyOf<K>;
}

/**
 * One step of a change. With `ifRevision` it is refused with `changed-meanwhile` when the object is another revision.
 * `put` makes or replaces; `merge` changes what the patch names (RFC 7396); a name never changes. With `keepsSecrets` the
 * secrets that the body leaves out stay as they are (`keepingSecrets`).
 */
export type Operation =
  | { readonly type: "create"; readonly kind: Kind; readonly body: unknown }
  | { readonly type: "put"; readonly kind: Kind; readonly body: unknown; readonly keepsSecrets?: boolean }
  | {
      readonly type: "replace";
      readonly kind: Kind;
      readonly name: string;
      readonly body: unknown;
      readonly ifRevision?: number;
      readonly keepsSecrets?: boolean;
    }
  | {
      readonly type: "merge";
      readonly kind: Kind;
      readonly name: string;
      readonly body: unknown;
      readonly ifRevision?: number;
    }
  | { readonly type: "delete"; readonly kind: Kind; readonly name: string; readonly ifRevision?: number };

/** A change: all of it is done, or nothing. */
export interface ChangeRequest {
  /** Who makes it: a user's name, or for example `tandem.yaml`. */
  readonly author: string;
  /** What it is for, for people. */
  readonly summary: string;
  readonly operations: readonly Operation[];
  /** Told now and then how much of the work is done, 0 to 1; when it throws, nothing is done. */
  readonly onProgress?: (share: number) => void;
}

/** What a change did to an object; `before` absent: it was made, `after` absent: it was deleted. */
export interface ChangeEntry {
  readonly kind: Kind;
  readonly name: string;
  readonly before?: unknown;
  readonly after?: unknown;
}

/** A change that was made. */
export interface ChangeRecord {
  /** Counts up from 1. */
  readonly sequence: number;
  readonly atMs: number;
  readonly author: string;
  readonly summary: string;
  readonly entries: readonly ChangeEntry[];
  /** The change that this one takes back. */
  readonly undoes?: number;
}

/** A part of a collection, in the order of names. */
export interface ListQuery {
  /** At most so many; 1 to 10,000. */
  readonly limit: number;
  /** Objects with later names than this. */
  readonly after?: string;
  /** Only objects it says yes to. */
  readonly where?: (object: StoredObject) => boolean;
}

/** An object that refers to another. */
export interface Referrer {
  readonly kind: Kind;
  readonly name: string;
  readonly path: string;
}

/**
 * The configuration of the switch: objects that refer to each other by name. A change is checked as a whole and done as a
 * whole. Reads see the last change that was made by any process; a change in the making is seen by none. A large change
 * lets other work of the process go on between its steps. Everything throws `DatabaseError` `database-failed` when the file
 * fails, or after `close`.
 */
export interface ConfigurationStore {
  /** The number of the last change; 0 before the first. */
  sequence(): number;
  get<K extends Kind>(kind: K, name: string): StoredObject<K> | undefined;
  /** The device of any kind that has the name. */
  getDevice(name: string): StoredObject<DeviceKind> | undefined;
  list<K extends Kind>(kind: K, query: ListQuery): StoredObject<K>[];
  count(kind: Kind): number;
  /** What `read` returns, which sees one state of the configuration however many reads it makes. */
  snapshot<Result>(read: (store: ConfigurationStore) => Result): Result;
  /** Everything of a kind, in the order of names. */
  all<K extends Kind>(kind: K): StoredObject<K>[];
  /** Who refers to an object. */
  referrers(kind: Kind, name: string): Referrer[];
  /**
   * Makes a change. Resolves when it is on file; operations that change nothing make no change.
   * @throws {DatabaseError} with the violations, at most 1,000, and `database-busy` when another writer does not end for
   * half a minute; nothing is done then
   */
  apply(request: ChangeRequest): Promise<ChangeRecord | undefined>;
  /**
   * Checks a change without making it.
   * @throws {DatabaseError} as `apply`
   */
  check(request: ChangeRequest): Promise<readonly ChangeEntry[]>;
  /**
   * Takes a change back, as a change of its own.
   * @throws {DatabaseError} `nothing-to-undo`, `changed-meanwhile` when something of it has been changed since, and as `apply`
   */
  undo(sequence: number, author: string): Promise<ChangeRecord>;
  /**
   * Changes after `sequence`, oldest first; at most `limit`, 1 to 1,000, and what they did has at most `maxBytes` in all.
   * Old changes are forgotten: look for a gap.
   */
  changesAfter(sequence: number, limit: number, maxBytes?: number): ChangeRecord[];
  /** Changes before `sequence` (absent: the newest), newest first; at most `limit`, 1 to 1,000. */
  changesBefore(sequence: number | undefined, limit: number): ChangeRecord[];
  /** May be called twice. */
  close(): void;
}
