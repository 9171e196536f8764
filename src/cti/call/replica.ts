import { Expiry, type Clock, type MetricSample } from "../../common/index.ts";
import type { CallView, CtiSignal, CtiSnapshot, DeviceView, LineView, RouteView } from "../../signals/index.ts";
import { EndedCalls } from "./ended-calls.ts";
import type { KnownCall } from "./known-call.ts";
import { callKey, deviceKey, keysOfView, lineKey, withKeys, type WatchKey } from "./watch-keys.ts";

/** How often it is looked for ended calls whose time is over, beside each time that one ends. */
const EXPIRY_MS = 60_000;

export type { KnownCall } from "./known-call.ts";

/** Who is concerned by a signal: those that have been before it, and those that are after it. */
export interface Concerned {
  readonly before: ReadonlySet<WatchKey>;
  readonly after: ReadonlySet<WatchKey>;
  /** It is the first signal of a call. */
  readonly isNewCall: boolean;
}

const NOBODY: ReadonlySet<WatchKey> = new Set();

export interface ReplicaOptions {
  readonly clock: Clock;
  /** An ended call can be asked for no more. */
  readonly onForgotten?: (callId: string) => void;
}

/** Calls, devices, lines and route dialogues of call control, as of the last signal. */
export class Replica {
  /** Calls that go on. */
  readonly #calls = new Map<string, KnownCall>();
  /** Calls that go on, by what has been in them. */
  readonly #callsOf = new Map<WatchKey, Set<string>>();
  readonly #ended: EndedCalls;
  readonly #expiry: Expiry;
  readonly #devices = new Map<string, DeviceView>();
  readonly #lines = new Map<string, LineView>();
  readonly #routes = new Map<string, RouteView>();
  /** What had been in calls by the time that signals of the past begin at; some of these have ended since. */
  #past: ReadonlyMap<string, ReadonlySet<WatchKey>> = new Map();

  #isLoaded = false;

  constructor({ clock, onForgotten }: ReplicaOptions) {
    this.#ended = new EndedCalls(clock, onForgotten);
    this.#expiry = new Expiry(clock, this.#ended, EXPIRY_MS);
  }

  /** May be called twice. */
  close(): void {
    this.#expiry.close();
  }

  /** False: call control has not been heard of yet, so that nothing is known of anything. */
  get isLoaded(): boolean {
    return this.#isLoaded;
  }

  get devices(): ReadonlyMap<string, DeviceView> {
    return this.#devices;
  }

  get lines(): ReadonlyMap<string, LineView> {
    return this.#lines;
  }

  /** Dialogues that go on. */
  get routes(): ReadonlyMap<string, RouteView> {
    return this.#routes;
  }

  /** One that goes on, or has ended and is kept. */
  call(callId: string): KnownCall | undefined {
    return this.#calls.get(callId) ?? this.#ended.get(callId);
  }

  /** False when a call is known to have ended, or never to have been. */
  isUp(callId: string): boolean {
    return this.#calls.has(callId);
  }

  /** What had been in an ended call whose view call control has; undefined: there is no such call. */
  recalled(callId: string): ReadonlySet<WatchKey> | undefined {
    return this.#ended.recalled(callId);
  }

  /** How such a call was. */
  takeEnded(view: CallView): KnownCall | undefined {
    const keys = this.#ended.recalled(view.callId);
    if (keys === undefined || view.state !== "invalid") return undefined;
    this.#setCall(view, keys);
    return { view, keys };
  }

  /** Calls that are not there any more have ended, and can be asked for: these had been in them. */
  recall(calls: ReadonlyMap<string, ReadonlySet<WatchKey>>): void {
    for (const [callId, keys] of calls) if (!this.#calls.has(callId)) this.#ended.recall(callId, keys);
    this.#ended.expire();
  }

  /** Calls that go on. */
  *liveCalls(): Generator<KnownCall> {
    yield* this.#calls.values();
  }

  /** Calls that go on and that one of these has been in. */
  callsOf(keys: Iterable<WatchKey>): KnownCall[] {
    const found = new Map<string, KnownCall>();
    for (const key of keys) {
      for (const callId of this.#callsOf.get(key) ?? []) {
        const known = this.#calls.get(callId);
        if (known !== undefined) found.set(callId, known);
      }
    }
    return [...found.values()];
  }

  /** Whether one of the calls that go on, and that this has been in, is as wanted. */
  hasCall(key: WatchKey, isWanted: (known: KnownCall) => boolean): boolean {
    for (const callId of this.#callsOf.get(key) ?? []) {
      const known = this.#calls.get(callId);
      if (known !== undefined && isWanted(known)) return true;
    }
    return false;
  }

  /**
   * Everything is as the snapshot says. `keys`: what is known to have been in calls; `isPast`: that is all that has been in
   * them at the time of the signals that come next, which are older than the snapshot.
   */
  load(snapshot: CtiSnapshot, keys: ReadonlyMap<string, ReadonlySet<WatchKey>>, isPast: boolean): void {
    for (const table of [this.#calls, this.#callsOf, this.#ended]) table.clear();
    for (const map of [this.#devices, this.#lines, this.#routes]) map.clear();
    this.#isLoaded = true;
    this.#past = isPast ? new Map(keys) : new Map();
    for (const device of snapshot.devices) this.#devices.set(device.name, device);
    for (const line of snapshot.lines) this.#lines.set(line.name, line);
    for (const view of snapshot.calls) {
      const known = keys.get(view.callId) ?? NOBODY;
      this.#setCall(view, isPast ? known : withKeys(known, this.#keysOf(view)));
    }
    for (const route of snapshot.routes) this.#setRoute(route);
  }

  /** Takes up a signal; says whom it concerns. */
  apply(signal: CtiSignal): Concerned {
    switch (signal.kind) {
      case "call":
        return this.#applyCall(signal.call);
      case "device":
        this.#devices.set(signal.device.name, signal.device);
        break;
      case "line":
        this.#lines.set(signal.line.name, signal.line);
        break;
      case "removed":
        if (signal.device !== undefined) this.#devices.delete(signal.device);
        if (signal.line !== undefined) this.#lines.delete(signal.line);
        break;
      case "route":
        this.#setRoute(signal.route);
        break;
      case "media":
      case "digits":
        break;
    }
    return concernedByOther(signal);
  }

  metrics(): MetricSample[] {
    const gauge = (what: string, value: number): MetricSample => ({
      name: "tandem_cti_replica",
      type: "gauge",
      help: "What CTI knows of call control",
      labels: { what },
      value,
    });
    return [
      gauge("calls", this.#calls.size),
      gauge("ended-calls", this.#ended.size),
      gauge("devices", this.#devices.size),
      gauge("lines", this.#lines.size),
      gauge("routes", this.#routes.size),
    ];
  }

  #applyCall(view: CallView): Concerned {
    const before = this.#been(view.callId);
    const merged = view.mergedFrom.filter((callId) => !before.has(callKey(callId)));
    const taken = merged.flatMap((callId) => [...this.#been(callId)]);
    const after = withKeys(before, [...this.#keysOf(view), ...taken]);
    this.#setCall(view, after);
    return { before, after, isNewCall: view.ver === 1 };
  }

  /** What has been in a call. */
  #been(callId: string): ReadonlySet<WatchKey> {
    return this.call(callId)?.keys ?? this.#past.get(callId) ?? NOBODY;
  }

  #keysOf(view: CallView): WatchKey[] {
    return keysOfView(view, (line) => this.#lines.get(line)?.devices ?? []);
  }

  #setCall(view: CallView, keys: ReadonlySet<WatchKey>): void {
    const { callId } = view;
    const former = this.#calls.get(callId);
    if (view.state !== "invalid") {
      this.#calls.set(callId, { view, keys });
      this.#ended.delete(callId);
      if (former === undefined || former.keys !== keys) this.#index(callId, keys);
      return;
    }
    this.#calls.delete(callId);
    for (const key of former?.keys ?? NOBODY) this.#unindex(callId, key);
    this.#ended.add({ view, keys });
    this.#ended.expire();
  }

  #index(callId: string, keys: ReadonlySet<WatchKey>): void {
    for (const key of keys) {
      const calls = this.#callsOf.get(key);
      if (calls === undefined) this.#callsOf.set(key, new Set([callId]));
      else calls.add(callId);
    }
  }

  #unindex(callId: string, key: WatchKey): void {
    const calls = this.#callsOf.get(key);
    calls?.delete(callId);
    if (calls?.size === 0) this.#callsOf.delete(key);
  }

  #setRoute(route: RouteView): void {
    if (route.state === "used" || route.state === "ended") this.#routes.delete(route.routeId);
    else this.#routes.set(route.routeId, route);
  }
}

type OtherSignal = Exclude<CtiSignal, { readonly kind: "call" }>;

/** Whom anything but a change of a call concerns. */
function concernedByOther(signal: OtherSignal): Concerned {
  const keys = new Set(otherKeys(signal));
  return { before: keys, after: keys, isNewCall: false };
}

function otherKeys(signal: OtherSignal): WatchKey[] {
  switch (signal.kind) {
    case "device":
      return [deviceKey(signal.device.name)];
    case "line":
      return [lineKey(signal.line.name), ...signal.line.devices.map(deviceKey)];
    case "removed":
      return [
        ...(signal.device === undefined ? [] : [deviceKey(signal.device)]),
        ...(signal.line === undefined ? [] : [lineKey(signal.line)]),
      ];
    case "route":
      return [deviceKey(signal.route.device), lineKey(signal.route.line), callKey(signal.route.callId)];
    case "media":
      return [deviceKey(signal.media.device)];
    case "digits":
      return [deviceKey(signal.device)];
  }
}
