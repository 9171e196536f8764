import type {
  CallChange,
  CallView,
  ConnectionState,
  ConnectionView,
  CtiSignal,
  PartyView,
  TerminalConnectionState,
  Why,
} from "../../src/signals/index.ts";

const NORMAL: Why = { cause: 16, feature: "normal", by: "party" };

/** A line of a scripted call control and the devices that have it. */
export interface ScriptedLine {
  readonly number: string;
  readonly devices: readonly string[];
}

/** Calls that do what they are told, and the signals that call control would tell of them. */
export class ScriptedCalls {
  readonly views = new Map<string, CallView>();
  readonly #tell: (signal: CtiSignal) => void;
  readonly #lines: readonly ScriptedLine[];
  #count = 0;

  constructor(lines: readonly ScriptedLine[], tell: (signal: CtiSignal) => void) {
    this.#lines = lines;
    this.#tell = tell;
  }

  get live(): CallView[] {
    return [...this.views.values()].filter(({ state }) => state !== "invalid");
  }

  /** A device calls a number: the call is offered there, or it is beyond a trunk. */
  start(from: string, to: string, callId = `call-${++this.#count}`): string {
    const calling = this.#party(from);
    const called = this.#party(to);
    const view: CallView = {
      callId,
      ver: 0,
      state: "idle",
      calling,
      called,
      connections: [],
      mergedFrom: [],
      sinceMs: 1_000,
    };
    const step = new Step(view);
    step.parties();
    step.call("active");
    const first = step.connect(calling, "initiated");
    step.terminal(first, this.#devicesOf(from)[0] ?? from, "talking");
    step.connection(first, "dialing");
    step.connection(first, "established");
    step.connect(called, called.line === undefined ? "network-reached" : "offered");
    this.#take(step);
    return callId;
  }

  /** What is offered rings. */
  ring(callId: string): void {
    this.#step(callId, (step) => {
      for (const { connectionId, state, party } of step.view.connections) {
        if (state === "network-reached") step.connection(connectionId, "network-alerting");
        if (state !== "offered") continue;
        step.connection(connectionId, "alerting");
        for (const device of this.#devicesOf(party.number)) step.terminal(connectionId, device, "ringing");
      }
    });
  }

  /** The first device that rings answers; the others of its line are bridged. */
  answer(callId: string): void {
    this.#step(callId, (step) => {
      for (const { connectionId, state, party } of step.view.connections) {
        if (!["offered", "alerting", "network-alerting", "network-reached"].includes(state)) continue;
        step.connection(connectionId, "established");
        const [first, ...others] = party.line === undefined ? [] : this.#devicesOf(party.number);
        if (first !== undefined) step.terminal(connectionId, first, "talking");
        for (const device of others) step.terminal(connectionId, device, "bridged");
      }
    });
  }

  hold(callId: string, device: string, isHeld: boolean): void {
    this.#step(callId, (step) => {
      for (const { connectionId, terminals } of step.view.connections) {
        const there = terminals.find((terminal) => terminal.device === device);
        const needed = isHeld ? "talking" : "held";
        if (there?.state === needed) step.terminal(connectionId, device, isHeld ? "held" : "talking");
      }
    });
  }

  /** Who has not answered, or was called last, is replaced by a number, where the call is offered. */
  redirect(callId: string, to: string): void {
    this.#step(callId, (step) => {
      const last = step.view.connections.filter(({ state }) => state !== "disconnected").at(-1);
      if (last === undefined) return;
      const why: Why = { cause: 16, feature: "redirect", by: "application" };
      step.disconnect(last, why);
      step.connect(this.#party(to), "offered", why);
      step.parties({ currentCalled: this.#party(to), lastRedirecting: last.party });
    });
  }

  /** Two calls become one: the parties of the second one go to the first. */
  merge(surviving: string, dissolved: string): void {
    const second = this.views.get(dissolved);
    if (second === undefined || !this.views.has(surviving)) return;
    const why: Why = { cause: 16, feature: "transfer", by: "application" };
    const controller = second.connections[0]?.terminals[0]?.device ?? "somebody";
    this.#step(surviving, (step) => {
      step.feature("start", surviving, dissolved, controller);
      for (const connection of second.connections) {
        if (connection.state !== "disconnected") step.move(connection, dissolved, why);
      }
      step.merged(dissolved);
      step.feature("end", surviving, dissolved, controller);
    });
    this.#step(dissolved, (step) => {
      step.leave();
      step.call("invalid", why, surviving);
    });
  }

  setUserData(callId: string, userData: Readonly<Record<string, string>>): void {
    this.#step(callId, (step) => step.userData(userData));
  }

  /** The call is released. */
  end(callId: string, why: Why = NORMAL): void {
    this.#step(callId, (step) => {
      for (const connection of step.view.connections)
        if (connection.state !== "disconnected") step.disconnect(connection, why);
      step.call("invalid", why);
    });
  }

  #step(callId: string, change: (step: Step) => void): void {
    const view = this.views.get(callId);
    if (view === undefined || view.state === "invalid") return;
    const step = new Step(view);
    change(step);
    this.#take(step);
  }

  #take(step: Step): void {
    if (step.changes.length === 0) return;
    const call = { ...step.view, ver: step.view.ver + 1 };
    this.views.set(call.callId, call);
    this.#tell({ kind: "call", call, changes: step.changes });
  }

  #party(number: string): PartyView {
    const isLine = this.#lines.some((line) => line.number === number);
    return { number, ...(isLine ? { line: `${number}@internal` } : {}) };
  }

  #devicesOf(number: string): readonly string[] {
    return this.#lines.find((line) => line.number === number)?.devices ?? [];
  }
}

/** Changes of one signal, and the view that they lead to. */
class Step {
  view: CallView;
  readonly changes: CallChange[] = [];

  constructor(view: CallView) {
    this.view = view;
  }

  call(state: CallView["state"], why: Why = NORMAL, mergedInto?: string): void {
    const merged = mergedInto === undefined ? {} : { mergedInto };
    this.view = { ...this.view, state, ...merged, ...(state === "invalid" ? { endedMs: 2_000, why } : {}) };
    this.changes.push({ type: "call", state, why, ...merged });
  }

  parties(more: Partial<CallView> = {}): void {
    this.view = { ...this.view, ...more };
    const { calling, called, currentCalled, lastRedirecting } = this.view;
    this.changes.push({
      type: "parties",
      calling,
      called,
      ...(currentCalled === undefined ? {} : { currentCalled }),
      ...(lastRedirecting === undefined ? {} : { lastRedirecting }),
    });
  }

  connect(party: PartyView, state: ConnectionState, why: Why = NORMAL): string {
    const connectionId = `${this.view.callId}/${this.view.connections.length + 1}`;
    this.view = {
      ...this.view,
      connections: [...this.view.connections, { connectionId, party, state, terminals: [] }],
    };
    this.changes.push({ type: "connection", connectionId, state, why, party });
    return connectionId;
  }

  connection(connectionId: string, state: ConnectionState, why: Why = NORMAL): void {
    this.#replace(connectionId, (connection) => ({ ...connection, state }));
    this.changes.push({ type: "connection", connectionId, state, why });
  }

  terminal(connectionId: string, device: string, state: TerminalConnectionState, why: Why = NORMAL): void {
    this.#replace(connectionId, (connection) => ({
      ...connection,
      terminals: [...connection.terminals.filter((terminal) => terminal.device !== device), { device, state }],
    }));
    this.changes.push({ type: "terminal-connection", connectionId, device, state, why });
  }

  disconnect({ connectionId, terminals }: ConnectionView, why: Why): void {
    for (const { device, state } of terminals) {
      if (state !== "dropped") this.terminal(connectionId, device, "dropped", why);
    }
    this.connection(connectionId, "disconnected", why);
  }

  move(connection: ConnectionView, from: string, why: Why): void {
    const { connectionId, party, state, terminals } = connection;
    this.view = {
      ...this.view,
      connections: [...this.view.connections, { connectionId, party, state, terminals: [] }],
    };
    this.changes.push({ type: "moved", connectionId, from, party, why });
    this.connection(connectionId, state, why);
    for (const { device, state: terminalState } of terminals) this.terminal(connectionId, device, terminalState, why);
  }

  /** Its connections are in another call now. */
  leave(): void {
    this.view = { ...this.view, connections: [] };
  }

  merged(callId: string): void {
    this.view = { ...this.view, mergedFrom: [...this.view.mergedFrom, callId] };
  }

  feature(moment: "start" | "end", surviving: string, dissolved: string, controller: string): void {
    const isDone = moment === "end";
    this.changes.push({ type: "feature", feature: "transfer", moment, surviving, dissolved, controller, isDone });
  }

  userData(userData: Readonly<Record<string, string>>): void {
    this.view = { ...this.view, userData };
    this.changes.push({ type: "user-data", userData });
  }

  #replace(connectionId: string, change: (connection: ConnectionView) => ConnectionView): void {
    const connections = this.view.connections.map((connection) =>
      connection.connectionId === connectionId ? change(connection) : connection,
    );
    this.view = { ...this.view, connections };
  }
}
