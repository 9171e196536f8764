import { JsonText } from "../../common/index.ts";
import type { CtiSignal } from "../../signals/index.ts";
import type { EntryStore } from "../control/recovery/call-journal.ts";

/** How much of what a CTIManager has not acknowledged is kept for it. */
export interface OutboxLimits {
  readonly signals: number;
  /** Characters of JSON. */
  readonly bytes: number;
}

export const OUTBOX_LIMITS: OutboxLimits = { signals: 50_000, bytes: 64 * 1024 * 1024 };

/** What is on file of an outbox beside its signals. */
interface Head {
  readonly epoch: string;
  /** Up to here it has acknowledged. */
  readonly acknowledged: number;
  readonly observesCalls: boolean;
  /** Nothing is kept for it until it attaches again. */
  readonly isIdle: boolean;
}

/** A signal, written out once for file and peers. */
export interface SignalText {
  readonly text: string;
  /** Of a signal of a call. */
  readonly callId?: string;
}

/** Signals of one step. */
interface Batch {
  readonly first: number;
  readonly signals: readonly SignalText[];
  readonly bytes: number;
}

const HEAD = "cti-outbox ";
const BATCH = "cti-signals ";
/** Acknowledged batches are taken off the front of the array when there are so many. */
const MAX_TAKEN = 1_024;

/**
 * Signals for one CTIManager that it has not acknowledged, in the order of their positions, which have no gap within an
 * epoch. Each batch is put on file at once; it is to be written before it is sent.
 */
export class Outbox {
  readonly manager: string;
  readonly #store: EntryStore;
  readonly #limits: OutboxLimits;
  #head: Head;
  #batches: Batch[] = [];
  #taken = 0;
  #bytes = 0;
  #last: number;
  /** The last position that the process before this one has put on file. */
  readonly #found: number;

  /** Goes on with what is on file; one that is new is idle until it begins. */
  constructor(manager: string, store: EntryStore, limits: OutboxLimits) {
    this.manager = manager;
    this.#store = store;
    this.#limits = limits;
    const head = headIn(store, manager);
    this.#head = head ?? { epoch: "", acknowledged: 0, observesCalls: false, isIdle: true };
    this.#last = this.#head.acknowledged;
    if (head !== undefined) this.#readBatches();
    this.#found = this.#last;
  }

  /** CTIManagers that the process before this one has kept signals for. */
  static managersIn({ entries }: EntryStore): string[] {
    return [...entries.keys()].filter((key) => key.startsWith(HEAD)).map((key) => key.slice(HEAD.length));
  }

  get epoch(): string {
    return this.#head.epoch;
  }

  get acknowledged(): number {
    return this.#head.acknowledged;
  }

  /** The position of the last signal. */
  get last(): number {
    return this.#last;
  }

  get depth(): number {
    return this.#last - this.#head.acknowledged;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Nothing is kept for it. */
  get isIdle(): boolean {
    return this.#head.isIdle;
  }

  get observesCalls(): boolean {
    return this.#head.observesCalls && !this.#head.isIdle;
  }

  set observesCalls(observesCalls: boolean) {
    if (this.#head.observesCalls !== observesCalls) this.#setHead({ observesCalls });
  }

  /** True when a CTIManager that has taken down signals up to that position can go on with the next one. */
  canResume(epoch: string, position: number, isFirst: boolean): boolean {
    const { isIdle, acknowledged } = this.#head;
    // What a process has told that could not be written has been told by this one again, as something else.
    const last = isFirst ? this.#found : this.#last;
    return !isIdle && epoch === this.epoch && position >= acknowledged && position <= last;
  }

  /** Adds signals of one step. @returns false: there are too many, and it is idle now */
  add(signals: readonly SignalText[]): boolean {
    const batch = batchOf(this.#last + 1, signals);
    this.#batches.push(batch);
    this.#bytes += batch.bytes;
    this.#last += signals.length;
    if (this.depth > this.#limits.signals || this.#bytes > this.#limits.bytes) {
      this.rest();
      return false;
    }
    const { epoch } = this.#head;
    const text = `{"epoch":${JSON.stringify(epoch)},"signals":[${signals.map((signal) => signal.text).join(",")}]}`;
    this.#store.putEntry(`${BATCH}${this.manager} ${batch.first}`, new JsonText(text));
    return true;
  }

  /** It has taken down all up to there. @returns calls of which signals are forgotten now */
  acknowledge(position: number): ReadonlySet<string> {
    const upTo = Math.min(position, this.#last);
    const calls = new Set<string>();
    if (upTo <= this.#head.acknowledged) return calls;
    for (;;) {
      const batch = this.#batches[this.#taken];
      if (batch === undefined || batch.first + batch.signals.length - 1 > upTo) break;
      this.#taken += 1;
      this.#bytes -= batch.bytes;
      for (const { callId } of batch.signals) if (callId !== undefined) calls.add(callId);
      this.#store.removeEntry(`${BATCH}${this.manager} ${batch.first}`);
    }
    if (this.#taken >= MAX_TAKEN) {
      this.#batches = this.#batches.slice(this.#taken);
      this.#taken = 0;
    }
    this.#setHead({ acknowledged: upTo });
    return calls;
  }

  /** JSON of `PlacedSignal`s behind a position, one or more of them as long as there are any, about `maxBytes` in all. */
  after(position: number, maxBytes: number): readonly string[] {
    const placed: string[] = [];
    let bytes = 0;
    for (let index = this.#indexOf(position + 1); index < this.#batches.length && bytes < maxBytes; index += 1) {
      const { first, signals } = this.#batches[index] as Batch;
      for (const [offset, { text }] of signals.entries()) {
        if (first + offset <= position) continue;
        placed.push(`{"position":${first + offset},"signal":${text}}`);
        bytes += text.length;
      }
    }
    return placed;
  }

  /** All that is kept, the oldest first. */
  get signals(): readonly SignalText[] {
    return this.#batches.slice(this.#taken).flatMap(({ signals }) => signals);
  }

  /** Begins anew: what was kept is forgotten. */
  begin(epoch: string, observesCalls: boolean): void {
    this.#clear();
    this.#setHead({ epoch, acknowledged: 0, observesCalls, isIdle: false });
  }

  /** Forgets all, and keeps nothing until it begins anew. */
  rest(): void {
    this.#clear();
    this.#setHead({ acknowledged: 0, isIdle: true });
  }

  /** Nothing is left of it on file. */
  remove(): void {
    this.#clear();
    this.#store.removeEntry(HEAD + this.manager);
  }

  #clear(): void {
    for (const { first } of this.#batches.slice(this.#taken)) {
      this.#store.removeEntry(`${BATCH}${this.manager} ${first}`);
    }
    this.#batches = [];
    this.#taken = 0;
    this.#bytes = 0;
    this.#last = 0;
  }

  #setHead(changed: Partial<Head>): void {
    this.#head = { ...this.#head, ...changed };
    this.#store.putEntry(HEAD + this.manager, this.#head);
  }

  /** Where the batch is that has the position, or the first one behind it. */
  #indexOf(position: number): number {
    let [low, high] = [this.#taken, this.#batches.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const { first, signals } = this.#batches[middle] as Batch;
      if (first + signals.length <= position) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #readBatches(): void {
    const key = `${BATCH}${this.manager} `;
    const found: Batch[] = [];
    for (const [entry, value] of [...this.#store.entries]) {
      if (!entry.startsWith(key)) continue;
      const first = Number(entry.slice(key.length));
      const signals = signalsIn(value, this.#head.epoch);
      if (signals === undefined || !Number.isInteger(first)) this.#store.removeEntry(entry);
      else found.push(batchOf(first, signals));
    }
    this.#batches = found.sort((one, other) => one.first - other.first);
    for (const { first, signals, bytes } of this.#batches) {
      const isNext = first === this.#last + 1 || (first <= this.#last && this.#bytes === 0);
      if (!isNext) return this.rest();
      this.#last = first + signals.length - 1;
      this.#bytes += bytes;
    }
  }
}

function headIn({ entries }: EntryStore, manager: string): Head | undefined {
  const value = entries.get(HEAD + manager);
  if (typeof value !== "object" || value === null) return undefined;
  const { epoch, acknowledged, observesCalls, isIdle } = value as Partial<Head>;
  if (typeof epoch !== "string" || typeof acknowledged !== "number") return undefined;
  return { epoch, acknowledged, observesCalls: observesCalls === true, isIdle: isIdle === true };
}

/** Undefined: it is of another epoch, or of nothing that is known. */
function signalsIn(value: unknown, epoch: string): readonly SignalText[] | undefined {
  const known = value instanceof JsonText ? value.toJSON() : value;
  if (typeof known !== "object" || known === null) return undefined;
  const batch = known as { readonly epoch?: unknown; readonly signals?: unknown };
  if (batch.epoch !== epoch || !Array.isArray(batch.signals)) return undefined;
  return (batch.signals as readonly CtiSignal[]).map(signalText);
}

function batchOf(first: number, signals: readonly SignalText[]): Batch {
  return { first, signals, bytes: signals.reduce((sum, { text }) => sum + text.length, 0) };
}

/** Writes a signal out. */
export function signalText(signal: CtiSignal): SignalText {
  const text = JSON.stringify(signal);
  return signal.kind === "call" ? { text, callId: signal.call.callId } : { text };
}
