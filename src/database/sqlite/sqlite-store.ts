import { setImmediate as nextTurn, setTimeout as delay } from "node:timers/promises";
import type { Clock } from "../../common/index.ts";
import type {
  ChangeEntry,
  ChangeRecord,
  ChangeRequest,
  ConfigurationStore,
  ListQuery,
  Operation,
  Referrer,
  StoredObject,
} from "../configuration-store.ts";
import { DatabaseError } from "../database-error.ts";
import { DEVICE_KINDS, type BodyOf, type DeviceKind, type Kind } from "../model/kinds.ts";
import { withHashedPasswords } from "../model/sealing.ts";
import type { KnownProfiles } from "../planning/check-profiles.ts";
import { Meter } from "../planning/meter.ts";
import { plan } from "../planning/plan.ts";
import { doSteps, STEP, type Steps } from "../planning/steps.ts";
import { undoing } from "../planning/undoing.ts";
import type { SecretKeeper } from "../secret-keeper.ts";
import { Changes, HISTORY, type History } from "./changes.ts";
import type { Connection } from "./connection.ts";
import { Objects } from "./objects.ts";
import { openFile, openForWriting } from "./open-file.ts";

export interface SqliteStoreOptions {
  /** The file, made with mode 0600 when missing; `:memory:` for none. */
  readonly path: string;
  readonly clock: Clock;
  readonly keeper: SecretKeeper;
  /** SIP profiles that devices may have; absent: any. */
  readonly profiles?: KnownProfiles | undefined;
  /** Absent: 10,000 changes and 64 MiB. */
  readonly history?: History;
}

/** How long another process that writes is waited for, and between attempts. */
const BUSY_MS = 30_000;
const RETRY_MS = 10;
/** How often the objects of a change are gone over: to plan it, and to make it. */
const PASSES = { look: 4, change: 6 } as const;

interface Side {
  readonly connection: Connection;
  readonly objects: Objects;
  readonly changes: Changes;
}

interface Undoing {
  readonly sequence: number;
}

/**
 * The configuration in an SQLite file that several processes may have open. Changes have a connection of their own, so
 * that reads go on while one is made.
 */
export class SqliteStore implements ConfigurationStore {
  readonly #clock: Clock;
  readonly #keeper: SecretKeeper;
  readonly #profiles: KnownProfiles | undefined;
  readonly #reading: Side;
  readonly #writing: Side;
  /** Ends when the changes asked for so far have ended. */
  #lastChange: Promise<unknown> = Promise.resolve();
  #isInSnapshot = false;

  /** @throws {DatabaseError} `database-failed` when the file cannot be opened, is not ours or another version's */
  constructor({ path, clock, keeper, profiles, history = HISTORY }: SqliteStoreOptions) {
    this.#clock = clock;
    this.#profiles = profiles;
    this.#keeper = keeper;
    this.#reading = sideOf(openFile(path), history);
    // What is in memory is there for one connection only.
    this.#writing = path === ":memory:" ? this.#reading : sideOf(openForWriting(path), history);
  }

  sequence(): number {
    return this.#reading.changes.sequence();
  }

  get<K extends Kind>(kind: K, name: string): StoredObject<K> | undefined {
    return this.#reading.objects.get(kind, name);
  }

  getDevice(name: string): StoredObject<DeviceKind> | undefined {
    const holder = this.#reading.objects.holder("device name", name);
    const kind = DEVICE_KINDS.find((one) => one === holder?.kind);
    return kind === undefined ? undefined : this.get(kind, name);
  }

  list<K extends Kind>(kind: K, query: ListQuery): StoredObject<K>[] {
    return this.#reading.objects.list(kind, query);
  }

  count(kind: Kind): number {
    return this.#reading.objects.count(kind);
  }

  all<K extends Kind>(kind: K): StoredObject<K>[] {
    return this.#reading.objects.all(kind);
  }

  referrers(kind: Kind, name: string): Referrer[] {
    return this.#reading.objects.referrers(kind, name);
  }

  snapshot<Result>(read: (store: ConfigurationStore) => Result): Result {
    if (this.#isInSnapshot || this.#reading === this.#writing) return read(this);
    const { connection } = this.#reading;
    connection.exec("BEGIN");
    this.#isInSnapshot = true;
    try {
      return read(this);
    } finally {
      this.#isInSnapshot = false;
      connection.rollback();
    }
  }

  async check(request: ChangeRequest): Promise<readonly ChangeEntry[]> {
    const meter = new Meter(request, PASSES.look);
    const hashed = await this.#hashed(request.operations, meter);
    return this.#transaction("look", meter, ({ objects }) =>
      plan(hashed, objects, this.#keeper, { profiles: this.#profiles }),
    );
  }

  async apply(request: ChangeRequest): Promise<ChangeRecord | undefined> {
    const meter = new Meter(request, PASSES.change);
    const hashed = await this.#hashed(request.operations, meter);
    return this.#transaction("change", meter, (side) => this.#change(side, request, hashed));
  }

  undo(sequence: number, author: string): Promise<ChangeRecord> {
    const undo = { sequence };
    const request = { author, summary: `undo change ${sequence}`, operations: [] };
    const meter = new Meter(request, PASSES.change);
    return this.#transaction("change", meter, (side) => this.#undo(side, request, undo));
  }

  changesAfter(sequence: number, limit: number, maxBytes?: number): ChangeRecord[] {
    return this.#reading.changes.after(sequence, limit, maxBytes);
  }

  changesBefore(sequence: number | undefined, limit: number): ChangeRecord[] {
    return this.#reading.changes.before(sequence, limit);
  }

  close(): void {
    this.#writing.connection.close();
    this.#reading.connection.close();
  }

  *#undo(side: Side, request: ChangeRequest, undo: Undoing): Steps<ChangeRecord> {
    const { sequence } = undo;
    if (side.changes.isUndone(sequence)) {
      throw new DatabaseError("nothing-to-undo", `change ${sequence} has been undone`);
    }
    const change = side.changes.get(sequence);
    if (change === undefined) throw new DatabaseError("nothing-to-undo", `there is no change ${sequence}`);
    const undone = yield* this.#change(side, request, undoing(change, side.objects), undo);
    if (undone === undefined) throw new DatabaseError("nothing-to-undo", `change ${sequence} changed nothing`);
    return undone;
  }

  *#change(
    { objects, changes }: Side,
    { author, summary }: ChangeRequest,
    operations: readonly Operation[],
    undo?: Undoing,
  ): Steps<ChangeRecord | undefined> {
    const entries = yield* plan(operations, objects, this.#keeper, {
      isUndo: undo !== undefined,
      profiles: this.#profiles,
    });
    if (entries.length === 0) return undefined;
    const sequence = changes.sequence() + 1;
    yield* write(objects, entries, sequence);
    const undoes = undo === undefined ? {} : { undoes: undo.sequence };
    const record = { sequence, atMs: this.#clock.wallMs(), author, summary, entries, ...undoes };
    changes.add(record);
    return record;
  }

  async #hashed(operations: readonly Operation[], meter: Meter): Promise<Operation[]> {
    const hashed: Operation[] = [];
    for (const operation of operations) {
      if (operation.type === "delete") hashed.push(operation);
      else hashed.push({ ...operation, body: await withHashedPasswords(operation.kind, operation.body, this.#keeper) });
      if (operation.kind === "user") meter.hashed();
    }
    return hashed;
  }

  /** One after the other: they have one connection. */
  #transaction<Result>(
    purpose: keyof typeof PASSES,
    meter: Meter,
    work: (side: Side) => Steps<Result>,
  ): Promise<Result> {
    const result = this.#lastChange.then(() => this.#transactionNow(purpose, meter, work(this.#writing)));
    this.#lastChange = result.catch(() => undefined);
    return result;
  }

  async #transactionNow<Result>(purpose: keyof typeof PASSES, meter: Meter, steps: Steps<Result>): Promise<Result> {
    const { connection } = this.#writing;
    await this.#begin(purpose === "look" ? "BEGIN" : "BEGIN IMMEDIATE");
    try {
      // In memory nobody may look between the steps.
      const result = this.#reading === this.#writing ? doSteps(steps) : await doStepsInTurns(steps, meter);
      connection.exec("COMMIT");
      return result;
    } catch (error) {
      connection.rollback();
      throw error;
    }
  }

  async #begin(statement: string): Promise<void> {
    const endMs = this.#clock.nowMs() + BUSY_MS;
    for (;;) {
      try {
        this.#writing.connection.exec(statement);
        return;
      } catch (error) {
        const isBusy = error instanceof DatabaseError && error.code === "database-busy";
        if (!isBusy || this.#clock.nowMs() >= endMs) throw error;
      }
      // A timer of the clock does not keep alive a process that does nothing but wait.
      await delay(RETRY_MS);
    }
  }
}

function sideOf(connection: Connection, history: History): Side {
  return { connection, objects: new Objects(connection), changes: new Changes(connection, history) };
}

async function doStepsInTurns<Result>(steps: Steps<Result>, meter: Meter): Promise<Result> {
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
    meter.step();
    await nextTurn();
  }
}

/** Writes entries; keys may go from one object to another, so that old ones go first. */
function* write(objects: Objects, entries: readonly ChangeEntry[], sequence: number): Steps<void> {
  let done = 0;
  for (const { kind, name, before, after } of entries) {
    if (before !== undefined) objects.unlink(kind, name, before as BodyOf<Kind>, after as BodyOf<Kind> | undefined);
    if (++done % STEP === 0) yield;
  }
  for (const { kind, name, before, after } of entries) {
    if (after === undefined) objects.remove(kind, name);
    else {
      objects.put(kind, name, sequence, after);
      objects.link(kind, name, after as BodyOf<Kind>, before as BodyOf<Kind> | undefined);
    }
    if (++done % STEP === 0) yield;
  }
}
