import { Journal, type Clock, type Ids, type MetricSample } from "../../common/index.ts";
import { dialogIdOf, recordOf, restoredDialog, type Dialog, type DialogRecord } from "./dialog.ts";

/** Where confirmed dialogs outlive the process. */
export interface DialogStore {
  /** Made anew whenever nothing is there of what was recorded before; empty before `load`. */
  readonly memoryId: string;
  load(restore: (record: DialogRecord) => void, live: () => Iterable<readonly [string, DialogRecord]>): void;
  put(record: DialogRecord): void;
  remove(id: string): void;
  metrics(): readonly MetricSample[];
  close(): void;
}

/** The key of the memory id, which no dialog has. */
const MEMORY = "memory";

interface Memory {
  readonly memoryId: string;
}

/** A `DialogStore` in a journal file. */
export class JournalDialogStore implements DialogStore {
  memoryId = "";
  readonly #path: string;
  readonly #clock: Clock;
  readonly #ids: Ids;
  #journal: Journal<DialogRecord | Memory> | undefined;

  constructor(path: string, clock: Clock, ids: Ids) {
    this.#path = path;
    this.#clock = clock;
    this.#ids = ids;
  }

  load(restore: (record: DialogRecord) => void, live: () => Iterable<readonly [string, DialogRecord]>): void {
    const options = { path: this.#path, clock: this.#clock };
    const take = (record: DialogRecord | Memory): void => {
      if ("memoryId" in record) this.memoryId = record.memoryId;
      else restore(record);
    };
    const all = (): Iterable<readonly [string, DialogRecord | Memory]> => this.#withMemory(live());
    this.#journal = new Journal<DialogRecord | Memory>(options, (_id, record) => take(record), all);
    if (this.memoryId !== "") return;
    this.memoryId = this.#ids.uuid();
    this.#journal.put(MEMORY, { memoryId: this.memoryId });
    this.#journal.flush();
  }

  put(record: DialogRecord): void {
    this.#journal?.put(record.id, record);
  }

  remove(id: string): void {
    this.#journal?.remove(id);
  }

  metrics(): readonly MetricSample[] {
    return this.#journal === undefined ? [] : [this.#journal.metric];
  }

  close(): void {
    this.#journal?.close();
  }

  *#withMemory(records: Iterable<readonly [string, DialogRecord]>): Iterable<readonly [string, DialogRecord | Memory]> {
    if (this.memoryId !== "") yield [MEMORY, { memoryId: this.memoryId }];
    yield* records;
  }
}

/** All dialogs of this edge, bounded; confirmed ones are recorded. */
export class DialogTable {
  readonly #dialogs = new Map<string, Dialog>();
  readonly #store: DialogStore;
  readonly #maxDialogs: number;

  constructor(store: DialogStore, maxDialogs: number) {
    this.#store = store;
    this.#maxDialogs = maxDialogs;
  }

  get size(): number {
    return this.#dialogs.size;
  }

  /** Names what this edge remembers: a dialog that it had, and does not know under the same id, has ended. */
  get memoryId(): string {
    return this.#store.memoryId;
  }

  get isFull(): boolean {
    return this.#dialogs.size >= this.#maxDialogs;
  }

  /** True when there is no room for an emergency call either, for which there is a tenth more. */
  get isFullForAll(): boolean {
    return this.#dialogs.size >= this.#maxDialogs + Math.ceil(this.#maxDialogs / 10);
  }

  /** Reads what was recorded before a restart. */
  load(): void {
    this.#store.load(
      (record) => this.#dialogs.set(record.id, restoredDialog(record)),
      () => this.#records(),
    );
  }

  get(id: string): Dialog | undefined {
    return this.#dialogs.get(id);
  }

  /** The dialog that a request from the network belongs to (RFC 3261 12.2.2: Call-ID and both tags). */
  findByTags(callId: string, fromTag: string, toTag: string): Dialog | undefined {
    const asServer = this.#dialogs.get(dialogIdOf(callId, fromTag));
    if (asServer?.role === "uas" && asServer.localTag === toTag) return asServer;
    const asClient = this.#dialogs.get(dialogIdOf(callId, toTag));
    if (asClient?.role !== "uac") return undefined;
    return asClient.remoteTag === fromTag || asClient.state === "early" ? asClient : undefined;
  }

  /** Adds an early or confirmed dialog. */
  add(dialog: Dialog): void {
    this.#dialogs.set(dialog.id, dialog);
    if (dialog.state === "confirmed") this.#store.put(recordOf(dialog));
  }

  /** Records a dialog that has been confirmed or has changed. */
  update(dialog: Dialog): void {
    if (dialog.state === "confirmed" && this.#dialogs.get(dialog.id) === dialog) this.#store.put(recordOf(dialog));
  }

  remove(dialog: Dialog): void {
    if (this.#dialogs.get(dialog.id) !== dialog) return;
    this.#dialogs.delete(dialog.id);
    this.#store.remove(dialog.id);
  }

  values(): IterableIterator<Dialog> {
    return this.#dialogs.values();
  }

  metrics(): readonly MetricSample[] {
    return this.#store.metrics();
  }

  close(): void {
    this.#store.close();
  }

  *#records(): Iterable<readonly [string, DialogRecord]> {
    for (const dialog of this.#dialogs.values()) {
      if (dialog.state === "confirmed") yield [dialog.id, recordOf(dialog)];
    }
  }
}
