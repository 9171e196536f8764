import type {
  CallView,
  ConnectionView,
  CtiEvent,
  ControllableCall,
  DeviceView,
  LineView,
  RouteView,
} from "../../protocol/index.ts";
import { applyToCall, mergedFrom, newCall, PLAIN_WHY, without, type CallEvent } from "./apply-to-call.ts";
import { isSame } from "./is-same.ts";
import { Table } from "./table.ts";

/** What a reply says of how all is. */
export interface Snapshot {
  readonly calls?: readonly (CallView | ControllableCall)[];
  readonly devices?: readonly DeviceView[];
  readonly lines?: readonly LineView[];
  readonly routes?: readonly RouteView[];
}

/** What has changed without an event that has told it. */
export interface Differences {
  readonly devices: readonly DeviceView[];
  readonly lines: readonly LineView[];
}

/** What the replica tells of its calls and routes; everything else is read from it. */
export interface ReplicaHandlers {
  /** It is there no more; this is the last that is known of it, and the connections that it had. */
  onCallEnded(call: CallView, connections: readonly ConnectionView[]): void;
  onRouteEnded(route: RouteView): void;
}

/** State of all that is subscribed to, as the events so far have made it. */
export class Replica {
  readonly calls = new Table<CallView>();
  readonly devices = new Table<DeviceView>();
  readonly lines = new Table<LineView>();
  readonly routes = new Table<RouteView>();
  /** The call that a connection is in. */
  readonly #places = new Map<string, string>();
  readonly #handlers: ReplicaHandlers;
  readonly #wallMs: () => number;

  constructor(handlers: ReplicaHandlers, wallMs: () => number) {
    this.#handlers = handlers;
    this.#wallMs = wallMs;
  }

  /** The call that has a connection now, and how it is there. */
  connection(connectionId: string): { readonly call: CallView; readonly connection: ConnectionView } | undefined {
    const callId = this.#places.get(connectionId);
    const call = callId === undefined ? undefined : this.calls.get(callId);
    const connection = call?.connections.find((one) => one.connectionId === connectionId);
    return call === undefined || connection === undefined ? undefined : { call, connection };
  }

  /** Events of kinds that are not known change nothing. */
  apply(event: CtiEvent): void {
    switch (event.type) {
      case "call.snapshot":
        return this.#putCall(plainCall(event.call), event.seq);
      case "call.state":
      case "call.connection":
      case "call.terminal":
      case "call.moved":
      case "call.feature":
      case "call.parties":
      case "call.userData":
        return this.#applyToCall(event);
      case "device.state":
        return this.devices.put(event.device.name, event.device, event.seq);
      case "device.removed":
        return void this.devices.remove(event.device, event.seq);
      case "line.state":
        return this.lines.put(event.line.name, event.line, event.seq);
      case "line.removed":
        return void this.lines.remove(event.line, event.seq);
      case "route.request":
      case "route.reroute":
      case "route.attempt":
      case "route.failed":
      case "route.used":
      case "route.end":
        return this.#putRoute(event.route, event.seq);
      case "media.wanted":
      case "media.started":
      case "media.stopped":
      case "digits":
      case "session.lagging":
      case "session.notice":
      case "provider.state":
        return;
    }
  }

  /** Takes what a reply says of how all was at `seq`. @returns devices and lines that were known to be otherwise */
  merge({ calls = [], devices = [], lines = [], routes = [] }: Snapshot, seq: number): Differences {
    const different = {
      devices: devices.map(plainDevice).filter((device) => isChange(this.devices, device, seq)),
      lines: lines.filter((line) => isChange(this.lines, line, seq)),
    };
    for (const call of calls) this.#mergeCall(plainCall(call), seq);
    for (const route of routes) if (route.state !== "ended") this.routes.merge(route.routeId, route, seq);
    return different;
  }

  /** A call that is told of no more, with its dialogues. @returns how it was */
  forgetCall(callId: string): CallView | undefined {
    const known = this.calls.remove(callId, 0);
    for (const { connectionId } of known?.connections ?? []) {
      if (this.#places.get(connectionId) === callId) this.#places.delete(connectionId);
    }
    for (const route of [...this.routes.values()]) if (route.callId === callId) this.routes.remove(route.routeId, 0);
    return known;
  }

  /** Snapshots of another numbering of events follow: what they do not name is gone when `endRestart` is called. */
  beginRestart(): { readonly endInventory: () => void; readonly end: () => void } {
    const before = { calls: new Set<CallView>(this.calls.values()), routes: new Set<RouteView>(this.routes.values()) };
    const [devices, lines] = [new Set(this.devices.values()), new Set(this.lines.values())];
    for (const table of [this.calls, this.devices, this.lines, this.routes]) table.restart();
    const endInventory = (): void => {
      for (const device of devices) if (this.devices.get(device.name) === device) this.devices.remove(device.name, 0);
      for (const line of lines) if (this.lines.get(line.name) === line) this.lines.remove(line.name, 0);
    };
    const end = (): void => {
      for (const call of before.calls) if (this.calls.get(call.callId) === call) this.#endCall(call, 0);
      for (const route of before.routes)
        if (this.routes.get(route.routeId) === route) this.#endRoute({ ...route, state: "ended" }, 0);
    };
    return { endInventory, end };
  }

  #applyToCall(event: CallEvent): void {
    const known = this.calls.get(event.callId) ?? newCall(event.callId, this.#wallMs());
    const arrived = event.type === "call.moved" ? this.#leave(event.from, event.connectionId, event.seq) : undefined;
    const call = applyToCall(known, event, arrived);
    if (call.state !== "invalid") return this.#putCall(call, event.seq);
    const why = (event.type === "call.state" ? event.why : undefined) ?? PLAIN_WHY;
    this.#endCall(Object.assign({}, call, { endedMs: this.#wallMs(), why }), event.seq);
  }

  #leave(callId: string, connectionId: string, seq: number): ConnectionView | undefined {
    const call = this.calls.get(callId);
    const connection = call?.connections.find((one) => one.connectionId === connectionId);
    if (call !== undefined) this.calls.put(callId, { ...call, connections: without(call, connectionId) }, seq);
    return connection;
  }

  #mergeCall(call: CallView, seq: number): void {
    const known = this.calls.get(call.callId);
    if (call.state === "invalid" || !this.calls.merge(call.callId, call, seq)) return;
    this.#place(known, call);
  }

  #putCall(call: CallView, seq: number): void {
    const known = this.calls.get(call.callId);
    if (call.state === "invalid") return this.#endCall(call, seq);
    this.calls.put(call.callId, call, seq);
    this.#place(known, call);
  }

  #place(known: CallView | undefined, call: CallView): void {
    if (known !== undefined && known.connections === call.connections) return;
    for (const { connectionId } of known?.connections ?? []) {
      if (this.#places.get(connectionId) === call.callId) this.#places.delete(connectionId);
    }
    for (const { connectionId } of call.connections) this.#places.set(connectionId, call.callId);
  }

  #endCall(call: CallView, seq: number): void {
    const known = this.calls.remove(call.callId, seq);
    for (const { connectionId } of known?.connections ?? []) {
      if (this.#places.get(connectionId) === call.callId) this.#places.delete(connectionId);
    }
    const into = call.mergedInto === undefined ? undefined : this.calls.get(call.mergedInto);
    if (into !== undefined) this.calls.put(into.callId, mergedFrom(into, call.callId), seq);
    const last: CallView = call.state === "invalid" ? call : { ...call, state: "invalid", connections: [] };
    this.#handlers.onCallEnded(last, known?.connections ?? []);
  }

  #putRoute(route: RouteView, seq: number): void {
    if (route.state === "ended") this.#endRoute(route, seq);
    else this.routes.put(route.routeId, route, seq);
  }

  #endRoute(route: RouteView, seq: number): void {
    this.routes.remove(route.routeId, seq);
    this.#handlers.onRouteEnded(route);
  }
}

/** Takes what a snapshot says. True: something else was known. */
function isChange<View extends { readonly name: string }>(table: Table<View>, view: View, seq: number): boolean {
  const known = table.get(view.name);
  return table.merge(view.name, view, seq) && known !== undefined && !isSame(known, view);
}

/** What may be done now is not kept: it changes with every event. */
function plainCall(call: CallView | ControllableCall): CallView {
  if (!("operations" in call)) return call;
  const { operations, ...view } = call;
  void operations;
  return view;
}

function plainDevice(device: DeviceView): DeviceView {
  if (!("operations" in device)) return device;
  const { operations, ...view } = device;
  void operations;
  return view;
}
