import { createHash } from "node:crypto";
import type { Clock, Timer } from "../../common/index.ts";
import type { TouchedObjects } from "../../database/index.ts";
import type { CtiSignal, DeviceView, LineView } from "../../signals/index.ts";
import type { EntryStore } from "../control/recovery/call-journal.ts";
import type { ObjectViews } from "./object-views.ts";

export interface ObjectSignalsOptions {
  readonly views: ObjectViews;
  readonly store: EntryStore;
  readonly clock: Clock;
  readonly tell: (signal: CtiSignal) => void;
  /** How long after a start a phone may take to register anew before it counts as out of service; default 5,000 ms. */
  readonly serviceGraceMs?: number;
}

type ObjectKind = "device" | "line";

/** What is known of an object that was told. */
interface Told {
  readonly isInService: boolean;
  readonly hash: string;
  /** Of a device. */
  readonly lines?: readonly string[];
}

const ENTRY = "cti-told ";
const GRACE_MS = 5_000;
/** Objects that are looked at before calls get their turn. */
const OBJECTS_A_TURN = 300;

/**
 * Tells of devices and lines that have changed: each change is a signal with all of the object. What was told outlives the
 * process, so that the next one tells what has changed meanwhile, and nothing else.
 */
export class ObjectSignals {
  readonly #options: ObjectSignalsOptions;
  readonly #told = new Map<string, Told>();
  readonly #dirty = new Set<string>();
  /** Phones that were in service and have not registered since the start. */
  readonly #late = new Set<string>();
  #grace: Timer | undefined;
  #isActive = false;
  #isScheduled = false;
  #isClosed = false;

  constructor(options: ObjectSignalsOptions) {
    this.#options = options;
  }

  /** Somebody listens who takes a snapshot: what is, is known. */
  begin(): void {
    if (this.#isActive) return;
    this.#isActive = true;
    this.#forgetAll();
    const { views } = this.#options;
    for (const name of views.deviceNames) this.#remember("device", name, views.device(name));
    for (const name of views.lineNames) this.#remember("line", name, views.line(name));
  }

  /** Nobody listens any more. */
  end(): void {
    this.#isActive = false;
    this.#forgetAll();
  }

  /** Somebody has listened to the process before this one, and does still. */
  restore(): void {
    const { store, views, clock, serviceGraceMs = GRACE_MS } = this.#options;
    this.#isActive = true;
    for (const [entry, value] of [...store.entries]) {
      if (!entry.startsWith(ENTRY)) continue;
      const told = toldIn(value);
      const key = entry.slice(ENTRY.length);
      if (told === undefined) store.removeEntry(entry);
      else this.#told.set(key, told);
      this.#dirty.add(key);
    }
    for (const name of views.deviceNames) this.#dirty.add(keyOf("device", name));
    for (const name of views.lineNames) this.#dirty.add(keyOf("line", name));
    this.#grace = clock.after(serviceGraceMs, () => {
      this.#grace = undefined;
      for (const key of this.#late) this.#dirty.add(key);
      this.#late.clear();
      this.#work();
    });
    this.#schedule();
  }

  /** Whether a device is registered, or opened by an application, has changed perhaps. Undefined: it is gone. */
  deviceChanged(name: string | undefined): void {
    if (name !== undefined) this.#changed([keyOf("device", name)]);
  }

  /** What a line shows has changed perhaps. */
  lineChanged(name: string): void {
    this.#changed([keyOf("line", name)]);
  }

  /** Objects of the configuration have come, changed or gone, and calls go by it. */
  configurationChanged(touched: TouchedObjects): void {
    if (!this.#isActive) return;
    const { views } = this.#options;
    const keys = new Set<string>();
    for (const kind of ["phone", "cti-port", "route-point"] as const) {
      for (const name of touched.get(kind) ?? []) {
        const key = keyOf("device", name);
        keys.add(key);
        const lines = [...(this.#told.get(key)?.lines ?? []), ...(views.device(name)?.lines ?? [])];
        for (const line of lines) keys.add(keyOf("line", line));
      }
    }
    for (const line of touched.get("directory-number") ?? []) {
      keys.add(keyOf("line", line));
      for (const device of views.devicesOf(line)) keys.add(keyOf("device", device));
    }
    // Where devices are at home.
    const hasMoved = touched.has("device-pool") || touched.has("call-manager-group");
    if (hasMoved) for (const name of views.deviceNames) keys.add(keyOf("device", name));
    this.#changed(keys);
  }

  close(): void {
    this.#isClosed = true;
    this.#grace?.cancel();
  }

  #changed(keys: Iterable<string>): void {
    if (!this.#isActive) return;
    for (const key of keys) this.#dirty.add(key);
    this.#work();
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.#work();
    });
  }

  /** A few are told of at once, so that what has asked for the change may say that it is told. */
  #work(): void {
    if (this.#isClosed || !this.#isActive) return;
    let left = OBJECTS_A_TURN;
    for (const key of this.#dirty) {
      if (left === 0) return this.#schedule();
      left -= 1;
      this.#dirty.delete(key);
      this.#look(key);
    }
  }

  #look(key: string): void {
    const { views, tell } = this.#options;
    const [kind, name] = partsOf(key);
    const view = kind === "device" ? views.device(name) : views.line(name);
    const before = this.#told.get(key);
    if (view === undefined) {
      if (before === undefined) return;
      this.#forget(key);
      return tell(kind === "device" ? { kind: "removed", device: name } : { kind: "removed", line: name });
    }
    if (kind === "device" && this.#isLate(key, before, view as DeviceView)) return;
    if (!this.#remember(kind, name, view)) return;
    tell(kind === "device" ? { kind, device: view as DeviceView } : { kind, line: view as LineView });
  }

  /** It may register anew: nothing is told until then, or until the time for that is over. */
  #isLate(key: string, before: Told | undefined, view: DeviceView): boolean {
    const isGone = view.cause === "device-unregistered" && before?.isInService === true;
    if (!isGone || this.#grace === undefined) {
      this.#late.delete(key);
      return false;
    }
    this.#late.add(key);
    return true;
  }

  /** @returns true: it is another one than was told */
  #remember(kind: ObjectKind, name: string, view: DeviceView | LineView | undefined): boolean {
    if (view === undefined) return false;
    const key = keyOf(kind, name);
    const hash = hashOf(view);
    if (this.#told.get(key)?.hash === hash) return false;
    const isInService = "isInService" in view && view.isInService;
    const lines = "lines" in view ? { lines: view.lines } : {};
    const told: Told = { isInService, hash, ...lines };
    this.#told.set(key, told);
    this.#options.store.putEntry(ENTRY + key, told);
    return true;
  }

  #forget(key: string): void {
    this.#told.delete(key);
    this.#options.store.removeEntry(ENTRY + key);
  }

  #forgetAll(): void {
    for (const entry of [...this.#options.store.entries.keys()]) {
      if (entry.startsWith(ENTRY)) this.#options.store.removeEntry(entry);
    }
    this.#told.clear();
    this.#dirty.clear();
    this.#late.clear();
  }
}

function keyOf(kind: ObjectKind, name: string): string {
  return `${kind} ${name}`;
}

function partsOf(key: string): readonly [ObjectKind, string] {
  const space = key.indexOf(" ");
  return [key.slice(0, space) as ObjectKind, key.slice(space + 1)];
}

function hashOf(view: DeviceView | LineView): string {
  return createHash("sha256").update(JSON.stringify(view)).digest("base64").slice(0, 12);
}

function toldIn(value: unknown): Told | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { isInService, hash, lines } = value as Partial<Told>;
  if (typeof isInService !== "boolean" || typeof hash !== "string") return undefined;
  return { isInService, hash, ...(Array.isArray(lines) ? { lines } : {}) };
}
