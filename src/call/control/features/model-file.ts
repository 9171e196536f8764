import type { Clock, MetricSample } from "../../../common/index.ts";
import {
  featureTables,
  isPlainCall,
  type FeatureTable,
  type ModelSession,
  type Parked,
  type SavedFeature,
  type SavedModel,
  type SavedModelCall,
  type World,
} from "../../model/index.ts";
import type { EntryStore } from "../call-journal.ts";

/** A timer that was running. */
export interface SavedTimer {
  readonly timerId: string;
  /** What is left of it. */
  readonly delayMs: number;
}

type OnParked = (parkId: string, parked: Parked | undefined) => void;

/** A table whose keys are noted when they change. */
type Watched = Pick<Map<string, unknown>, "get" | "set" | "delete">;

/**
 * What outlives the process beside sessions: calls that are more than their session, entries of features' tables, and
 * timers. A call of one plain session costs nothing: it is made anew from that.
 */
export class ModelFile {
  readonly #world: World;
  readonly #store: EntryStore;
  readonly #clock: Clock;
  readonly #tables: ReadonlyMap<FeatureTable, Map<string, unknown>>;
  /** Beside the session that is named like its call. */
  readonly #furtherSessions = new Map<string, Set<string>>();
  readonly #savedCalls = new Set<string>();
  readonly #changedCalls = new Set<string>();
  readonly #onParked: OnParked;
  readonly #changedFeatures = new Map<string, { readonly table: FeatureTable; readonly key: string }>();

  /**
   * @param world is written to by the model alone; its tables tell of their changes from now on
   * @param onParked told of each slot that has changed, once that is on file
   */
  constructor(world: World, store: EntryStore, clock: Clock, onParked: OnParked = () => undefined) {
    this.#world = world;
    this.#store = store;
    this.#clock = clock;
    this.#onParked = onParked;
    this.#tables = featureTables(world);
    watch(world.calls, (callId) => this.#changedCalls.add(callId));
    watch(world.legs, (_legId, before, after) => {
      if (before !== undefined) this.#changedCalls.add(before.callId);
      if (after !== undefined && after.callId !== before?.callId) this.#changedCalls.add(after.callId);
    });
    watch(world.sessions as Map<string, ModelSession>, (sessionId, before, after) => {
      if (before !== undefined && before.callId !== after?.callId) this.#leave(before.callId, sessionId);
      if (after !== undefined) this.#enter(after.callId, sessionId);
    });
    for (const [table, entries] of this.#tables) {
      watch(entries, (key) => this.#changedFeatures.set(`${table} ${key}`, { table, key }));
    }
  }

  /** `tandem_call_model_entries`: how much the model has, by table; those of features are what is under way of each kind. */
  metrics(): MetricSample[] {
    const { calls, legs, sessions } = this.#world;
    const tables: (readonly [string, number])[] = [
      ["calls", calls.size],
      ["legs", legs.size],
      ["sessions", sessions.size],
      ...[...this.#tables].map(([table, { size }]) => [kebabCase(table), size] as const),
    ];
    return tables.map(([table, value]) => ({
      name: "tandem_call_model_entries",
      type: "gauge",
      help: "Calls, dialogs and sessions of the call model, and what features have under way, by table",
      labels: { table },
      value,
    }));
  }

  /** Puts on file what has changed, before anybody is told of it. */
  save(): void {
    if (this.#changedCalls.size === 0 && this.#changedFeatures.size === 0) return;
    for (const callId of this.#changedCalls) this.#saveCall(callId);
    for (const [entry, { table, key }] of this.#changedFeatures) {
      const value = this.#tables.get(table)?.get(key);
      if (value === undefined) this.#store.removeEntry(entry);
      else this.#store.putEntry(entry, value);
      if (table === "parked") this.#onParked(key, this.#world.parked.get(key));
    }
    this.#changedCalls.clear();
    this.#changedFeatures.clear();
  }

  #saveCall(callId: string): void {
    const saved = this.#callToSave(callId);
    if (saved !== undefined) {
      this.#savedCalls.add(callId);
      this.#store.putEntry(`call ${callId}`, saved);
    } else if (this.#savedCalls.delete(callId)) this.#store.removeEntry(`call ${callId}`);
  }

  startTimer(timerId: string, delayMs: number): void {
    this.#store.putEntry(`timer ${timerId}`, this.#clock.wallMs() + delayMs);
  }

  /** It has fired, or is not wanted any more. */
  endTimer(timerId: string): void {
    this.#store.removeEntry(`timer ${timerId}`);
  }

  /** What the process before this one has left; entries that nothing here knows are removed. */
  read(): { readonly saved: SavedModel; readonly timers: readonly SavedTimer[] } {
    const calls: SavedModelCall[] = [];
    const features: SavedFeature[] = [];
    const timers: SavedTimer[] = [];
    for (const [entry, value] of [...this.#store.entries]) {
      const [kind = "", ...rest] = entry.split(" ");
      const key = rest.join(" ");
      const table = kind as FeatureTable;
      if (kind === "call" && isSavedModelCall(value)) {
        calls.push(value);
        this.#savedCalls.add(key);
      } else if (kind === "timer" && typeof value === "number") {
        timers.push({ timerId: key, delayMs: Math.max(0, value - this.#clock.wallMs()) });
      } else if (this.#tables.has(table)) features.push({ table, key, value });
      else if (!isOfOthers(kind)) this.#store.removeEntry(entry);
    }
    return { saved: { calls, features }, timers };
  }

  /** Undefined: nothing beyond its session. */
  #callToSave(callId: string): SavedModelCall | undefined {
    const { calls, legs } = this.#world;
    const call = calls.get(callId);
    if (call === undefined) return undefined;
    const known = this.#sessionsOf(callId);
    if (isPlainCall(this.#world, call, known)) return undefined;
    const legIds = call.connections.flatMap(({ terminals }) => terminals.map(({ legId }) => legId));
    const ownLegs = legIds.map((legId) => (legId === undefined ? undefined : legs.get(legId)));
    return { call, legs: ownLegs.filter((leg) => leg !== undefined), sessions: known };
  }

  #sessionsOf(callId: string): readonly ModelSession[] {
    const { sessions } = this.#world;
    const first = sessions.get(callId);
    const own = first?.callId === callId ? [first] : [];
    for (const sessionId of this.#furtherSessions.get(callId) ?? []) {
      const session = sessions.get(sessionId);
      if (session !== undefined) own.push(session);
    }
    return own;
  }

  #enter(callId: string, sessionId: string): void {
    this.#changedCalls.add(callId);
    if (callId === sessionId) return;
    const further = this.#furtherSessions.get(callId) ?? new Set();
    further.add(sessionId);
    this.#furtherSessions.set(callId, further);
  }

  #leave(callId: string, sessionId: string): void {
    this.#changedCalls.add(callId);
    if (callId === sessionId) return;
    const further = this.#furtherSessions.get(callId);
    further?.delete(sessionId);
    if (further?.size === 0) this.#furtherSessions.delete(callId);
  }
}

/** Tells of each change of a table, whoever makes it. */
function watch<Value>(
  table: Map<string, Value>,
  onChange: (key: string, before: Value | undefined, after: Value | undefined) => void,
): void {
  const plain = Map.prototype as Map<string, Value>;
  const watched: Partial<Watched> = {
    set: (key: string, value: unknown) => {
      const before = table.get(key);
      plain.set.call(table, key, value as Value);
      if (before !== value) onChange(key, before, value as Value);
      return table;
    },
    delete: (key: string) => {
      const before = table.get(key);
      const isThere = plain.delete.call(table, key);
      if (isThere) onChange(key, before, undefined);
      return isThere;
    },
  };
  for (const [name, value] of Object.entries(watched)) Object.defineProperty(table, name, { value });
}

/** Entries of the same file that are none of the model's. */
function isOfOthers(kind: string): boolean {
  return kind === "refer" || kind.startsWith("cti-");
}

function kebabCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function isSavedModelCall(value: unknown): value is SavedModelCall {
  if (typeof value !== "object" || value === null) return false;
  const { call, legs, sessions } = value as Partial<SavedModelCall>;
  return typeof call?.callId === "string" && Array.isArray(legs) && Array.isArray(sessions);
}
