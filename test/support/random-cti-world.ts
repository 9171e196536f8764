import type {
  CallView,
  ConnectionState,
  DeviceView,
  LineView,
  PartyView,
  RouteView,
  TerminalConnectionState,
} from "../../src/protocol/index.ts";
import { lineView, phoneView } from "./cti-samples.ts";
import type { CtiWorld, Unnumbered } from "./cti-server.ts";

interface Terminal {
  device: string;
  state: TerminalConnectionState;
}

interface Connection {
  connectionId: string;
  party: PartyView;
  state: ConnectionState;
  terminals: Terminal[];
}

interface Call {
  callId: string;
  ver: number;
  calling: PartyView;
  called: PartyView;
  connections: Connection[];
  mergedFrom: string[];
  userData?: Record<string, string>;
  lastRedirecting?: PartyView;
}

const STATES: readonly ConnectionState[] = [
  "offered",
  "alerting",
  "established",
  "queued",
  "failed",
  "network-reached",
];
const TERMINAL_STATES: readonly TerminalConnectionState[] = ["ringing", "talking", "held", "bridged", "in-use"];
const NUMBERS = ["1001", "1002", "1003", "1004"];

/** A world that changes at random, and says so by events: what a replica has to come to by them. */
export class RandomCtiWorld {
  readonly #choose: (below: number) => number;
  readonly #calls = new Map<string, Call>();
  readonly #devices = new Map<string, DeviceView>();
  readonly #lines = new Map<string, LineView>();
  readonly #routes = new Map<string, RouteView>();
  #events: Unnumbered[] = [];
  #made = 0;

  /** @param choose a number from 0 to below `below` */
  constructor(choose: (below: number) => number) {
    this.#choose = choose;
    for (const number of NUMBERS) {
      this.#devices.set(`phone-${number}`, phoneView(number));
      this.#lines.set(`${number}@internal`, lineView(number));
    }
  }

  /** All as it is now; what comes later does not change it. */
  snapshot(): CtiWorld {
    const calls = [...this.#calls.values()].map((call): [string, CallView] => [
      call.callId,
      structuredClone({ ...call, state: "active", sinceMs: 0 }),
    ]);
    return {
      calls: new Map(calls),
      devices: new Map(this.#devices),
      lines: new Map(this.#lines),
      routes: new Map(this.#routes),
    };
  }

  /** Does something. @returns the events that say so */
  step(): readonly Unnumbered[] {
    this.#events = [];
    const actions = [
      () => this.#newCall(),
      () => this.#ofCall((call) => this.#newConnection(call)),
      () => this.#ofConnection((call, connection) => this.#change(call, connection)),
      () => this.#ofConnection((call, connection) => this.#changeTerminal(call, connection)),
      () => this.#ofConnection((call, connection) => this.#disconnect(call, connection)),
      () => this.#ofConnection((call, connection) => this.#move(call, connection)),
      () => this.#ofCall((call) => this.#end(call, undefined)),
      () => this.#ofCall((call) => this.#merge(call)),
      () => this.#ofCall((call) => this.#parties(call)),
      () => this.#ofCall((call) => this.#userData(call)),
      () => this.#device(),
      () => this.#line(),
      () => this.#route(),
    ];
    this.#one(actions)?.();
    return this.#events;
  }

  #one<Value>(values: readonly Value[]): Value | undefined {
    return values.length === 0 ? undefined : values[this.#choose(values.length)];
  }
  #party(): PartyView {
    const number = this.#one(NUMBERS) ?? "";
    return { number, line: `${number}@internal` };
  }
  #ofCall(run: (call: Call) => void): void {
    const call = this.#one([...this.#calls.values()]);
    if (call !== undefined) run(call);
  }
  #ofConnection(run: (call: Call, connection: Connection) => void): void {
    this.#ofCall((call) => {
      const connection = this.#one(call.connections);
      if (connection !== undefined) run(call, connection);
    });
  }
  #name(kind: string): string {
    this.#made += 1;
    return `${kind}${this.#made}`;
  }

  #newCall(): void {
    const call: Call = {
      callId: this.#name("c"),
      ver: 1,
      calling: this.#party(),
      called: this.#party(),
      connections: [],
      mergedFrom: [],
    };
    this.#calls.set(call.callId, call);
    const { callId, ver, calling, called } = call;
    this.#events.push(
      { type: "call.state", callId, ver, state: "active" },
      { type: "call.parties", callId, ver, calling, called },
    );
  }
  #newConnection(call: Call): void {
    const connection: Connection = {
      connectionId: `${call.callId}/${this.#name("")}`,
      party: this.#party(),
      state: this.#one(STATES) ?? "offered",
      terminals: [],
    };
    call.connections.push(connection);
    const { connectionId, party, state } = connection;
    this.#tell(call, { type: "call.connection", connectionId, state, party });
  }
  #change(call: Call, connection: Connection): void {
    connection.state = this.#one(STATES) ?? "established";
    const { connectionId, state } = connection;
    this.#tell(call, { type: "call.connection", connectionId, state });
  }
  #changeTerminal(call: Call, connection: Connection): void {
    const device = `phone-${this.#one(NUMBERS) ?? ""}`;
    const known = connection.terminals.find((one) => one.device === device);
    const isDropped = known !== undefined && this.#choose(3) === 0;
    const state = isDropped ? "dropped" : (this.#one(TERMINAL_STATES) ?? "talking");
    connection.terminals = connection.terminals.filter((one) => one !== known);
    if (!isDropped) connection.terminals.push({ device, state });
    this.#tell(call, { type: "call.terminal", connectionId: connection.connectionId, device, state });
  }
  #disconnect(call: Call, connection: Connection): void {
    call.connections = call.connections.filter((one) => one !== connection);
    this.#tell(call, { type: "call.connection", connectionId: connection.connectionId, state: "disconnected" });
  }
  #move(from: Call, connection: Connection): void {
    const to = this.#one([...this.#calls.values()].filter((one) => one !== from));
    if (to === undefined) return;
    from.connections = from.connections.filter((one) => one !== connection);
    to.connections.push(connection);
    const { connectionId, party } = connection;
    this.#tell(to, { type: "call.moved", connectionId, from: from.callId, party });
  }
  #end(call: Call, mergedInto: string | undefined): void {
    this.#calls.delete(call.callId);
    this.#tell(call, { type: "call.state", state: "invalid", ...(mergedInto === undefined ? {} : { mergedInto }) });
  }
  #merge(call: Call): void {
    const into = this.#one([...this.#calls.values()].filter((one) => one !== call));
    if (into === undefined) return;
    for (const connection of [...call.connections]) {
      call.connections = call.connections.filter((one) => one !== connection);
      into.connections.push(connection);
      const { connectionId, party } = connection;
      this.#tell(into, { type: "call.moved", connectionId, from: call.callId, party });
    }
    into.mergedFrom = [...into.mergedFrom, call.callId];
    this.#end(call, into.callId);
  }
  #parties(call: Call): void {
    call.calling = this.#party();
    if (this.#choose(2) === 0) call.lastRedirecting = this.#party();
    else delete call.lastRedirecting;
    const { calling, called, lastRedirecting } = call;
    this.#tell(call, { type: "call.parties", calling, called, ...(lastRedirecting && { lastRedirecting }) });
  }
  #userData(call: Call): void {
    call.userData = { note: this.#name("n") };
    this.#tell(call, { type: "call.userData", userData: call.userData });
  }
  #device(): void {
    const number = this.#one(NUMBERS) ?? "";
    const device = phoneView(number, { isInService: this.#choose(2) === 0 });
    if (this.#choose(4) === 0 && this.#devices.delete(device.name))
      this.#events.push({ type: "device.removed", device: device.name });
    else {
      this.#devices.set(device.name, device);
      this.#events.push({ type: "device.state", device });
    }
  }
  #line(): void {
    const line = { ...lineView(this.#one(NUMBERS) ?? ""), isMessageWaiting: this.#choose(2) === 0 };
    if (this.#choose(4) === 0 && this.#lines.delete(line.name))
      this.#events.push({ type: "line.removed", line: line.name });
    else {
      this.#lines.set(line.name, line);
      this.#events.push({ type: "line.state", line });
    }
  }
  #route(): void {
    const known = this.#one([...this.#routes.values()]);
    if (known !== undefined && this.#choose(2) === 0) {
      this.#routes.delete(known.routeId);
      this.#events.push({ type: "route.end", route: { ...known, ver: known.ver + 1, state: "ended" } });
      return;
    }
    const route: RouteView = {
      routeId: this.#name("r"),
      ver: 1,
      callId: "c1",
      device: "desk",
      line: "5000@internal",
      callingNumber: "1001",
      calledNumber: "5000",
      state: "routing",
    };
    this.#routes.set(route.routeId, route);
    this.#events.push({ type: "route.request", route });
  }

  #tell(call: Call, event: object): void {
    call.ver += 1;
    this.#events.push({ callId: call.callId, ver: call.ver, ...event } as unknown as Unnumbered);
  }
}

/** A world in an order of its own, without what events do not tell: to be compared. */
export function comparable({ calls, devices, lines, routes }: { [Kind in keyof CtiWorld]: Iterable<unknown> }): object {
  const byName = (views: Iterable<unknown>): unknown[] =>
    [...views].map(ordered).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  return { calls: byName(calls), devices: byName(devices), lines: byName(lines), routes: byName(routes) };
}

function ordered(view: unknown): unknown {
  if (typeof view !== "object" || view === null || !("connections" in view)) return view;
  const { callId, calling, called, lastRedirecting, mergedFrom, userData, state, connections } = view as CallView;
  const all = connections.map((one) => ({
    connectionId: one.connectionId,
    party: one.party,
    state: one.state,
    terminals: [...one.terminals].sort((a, b) => (a.device < b.device ? -1 : 1)),
  }));
  all.sort((a, b) => (a.connectionId < b.connectionId ? -1 : 1));
  return { callId, calling, called, lastRedirecting, mergedFrom, userData, state, connections: all };
}
