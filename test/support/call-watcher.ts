import assert from "node:assert/strict";
import {
  basicConnectionState,
  CONNECTION_TRANSITIONS,
  type ConnectionState,
} from "../../src/call/model/connection-state.ts";
import {
  basicTerminalConnectionState,
  TERMINAL_CONNECTION_TRANSITIONS,
  type TerminalConnectionState,
} from "../../src/call/model/terminal-connection-state.ts";
import { isTransition, type TransitionTable } from "../../src/call/model/transition-table.ts";
import type { Change } from "../../src/call/model/index.ts";

type ChangeOf<Type extends Change["type"]> = Extract<Change, { type: Type }>;

/** Something that has a basic and a call-control state. */
interface Watched<State extends string> {
  state: State;
  /** A basic state that has been told and whose call-control state has not. */
  basic: string | undefined;
}

interface WatchedConnection extends Watched<ConnectionState> {
  readonly devices: Map<string, Watched<TerminalConnectionState>>;
}

/** An observer of calls who knows nothing of the model but its figures: an order of changes that breaks them throws. */
export class CallWatcher {
  readonly #calls = new Map<string, Map<string, WatchedConnection>>();
  readonly #ended = new Set<string>();
  readonly #features: string[] = [];

  /** Calls that are active. */
  get callIds(): readonly string[] {
    return [...this.#calls.keys()];
  }

  /** @throws {AssertionError} when the change may not come now */
  see(change: Change): void {
    switch (change.type) {
      case "call":
        return this.#call(change);
      case "connection":
        return this.#connection(change);
      case "terminal-connection":
        return this.#terminal(change);
      case "moved":
        return this.#moved(change);
      case "feature":
        return this.#feature(change);
    }
  }

  /** To be called between steps: what belongs together has come together. */
  settle(): void {
    assert.deepEqual(this.#features, [], "a feature has begun and not ended in the same step");
    for (const [callId, connections] of this.#calls) {
      for (const [id, { basic, devices }] of connections) {
        assert.equal(basic, undefined, `${id} of ${callId}: basic state without its call-control state`);
        for (const [device, one] of devices) assert.equal(one.basic, undefined, `${device}: basic state alone`);
      }
    }
  }

  #call({ callId, state }: ChangeOf<"call">): void {
    assert.ok(!this.#ended.has(callId), `${callId} is ${state} after it was invalid`);
    const connections = this.#calls.get(callId);
    if (state === "active") {
      assert.equal(connections, undefined, `${callId} active twice`);
      this.#calls.set(callId, new Map());
      return;
    }
    assert.equal(state, "invalid", `${callId} is told to be ${state}`);
    assert.ok(connections !== undefined, `${callId} invalid before it was active`);
    assert.deepEqual([...connections.keys()], [], `${callId} invalid with connections`);
    this.#calls.delete(callId);
    this.#ended.add(callId);
  }

  #of(callId: string): Map<string, WatchedConnection> {
    const connections = this.#calls.get(callId);
    assert.ok(
      connections !== undefined,
      `change of ${callId}, which is ${this.#ended.has(callId) ? "invalid" : "new"}`,
    );
    return connections;
  }

  #connection({ callId, connectionId, change }: ChangeOf<"connection">): void {
    const connections = this.#of(callId);
    const connection = connections.get(connectionId);
    if (change === "created") {
      assert.equal(connection, undefined, `${connectionId} created twice`);
      connections.set(connectionId, { state: "idle", basic: undefined, devices: new Map() });
      return;
    }
    assert.ok(connection !== undefined, `${connectionId} is ${change} before it was created`);
    follow(connectionId, connection, change, CONNECTION_TRANSITIONS, basicConnectionState);
    if (connection.state !== "disconnected") return;
    assert.deepEqual([...connection.devices.keys()], [], `${connectionId} disconnected before its devices are dropped`);
    connections.delete(connectionId);
  }

  #terminal({ callId, connectionId, device, change }: ChangeOf<"terminal-connection">): void {
    const devices = this.#of(callId).get(connectionId)?.devices;
    assert.ok(devices !== undefined, `${device} is ${change} in no connection`);
    const known = devices.get(device);
    if (change === "created") {
      assert.equal(known, undefined, `${device} created twice`);
      devices.set(device, { state: "idle", basic: undefined });
      return;
    }
    assert.ok(known !== undefined, `${device} is ${change} before it was created`);
    follow(device, known, change, TERMINAL_CONNECTION_TRANSITIONS, basicTerminalConnectionState);
    if (known.state === "dropped") devices.delete(device);
  }

  #moved({ callId, from, connectionId }: ChangeOf<"moved">): void {
    const source = this.#of(from);
    const connection = source.get(connectionId);
    assert.ok(connection !== undefined, `${connectionId} moved from where it is not`);
    source.delete(connectionId);
    this.#of(callId).set(connectionId, connection);
  }

  #feature({ feature, moment, surviving, dissolved = "" }: ChangeOf<"feature">): void {
    const key = `${feature} ${surviving} ${dissolved}`;
    if (moment === "start") return void this.#features.push(key);
    assert.equal(this.#features.pop(), key, "a feature ends that has not begun last");
  }
}

function follow<State extends string>(
  name: string,
  watched: Watched<State>,
  change: string,
  table: TransitionTable<State>,
  basicOf: (state: State) => string,
): void {
  const isBasicOnly = !(change in table);
  if (isBasicOnly) {
    assert.equal(watched.basic, undefined, `${name}: ${change} follows a basic state`);
    assert.notEqual(basicOf(watched.state), change, `${name}: ${change} told again`);
    watched.basic = change;
    return;
  }
  const next = change as State;
  assert.ok(isTransition(table, watched.state, next), `${name}: ${watched.state} to ${next} is no transition`);
  const basic = basicOf(next);
  const isChanged = basic !== basicOf(watched.state) && basic !== next;
  assert.equal(watched.basic, isChanged ? basic : undefined, `${name}: ${next} and its basic state`);
  watched.state = next;
  watched.basic = undefined;
}
