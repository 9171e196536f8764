import { withMore } from "../../common/index.ts";
import type { Address, Call, Connection, TerminalConnection } from "./call.ts";
import { basicConnectionState, CONNECTION_TRANSITIONS, isOver, type ConnectionState } from "./connection-state.ts";
import {
  basicTerminalConnectionState,
  TERMINAL_CONNECTION_TRANSITIONS,
  type TerminalConnectionState,
} from "./terminal-connection-state.ts";
import { isTransition } from "./transition-table.ts";
import type { Change } from "./change.ts";
import type { Why } from "./why.ts";
import type { Draft } from "./world.ts";

/** Changes of calls: each is written into the world and told to observers, basic state first. */

function tell({ effects }: Draft, change: Change): void {
  effects.push({ type: "change", change });
}

/** A call comes into being. */
export function beginCall(draft: Draft, callId: string, calling: Address, called: string, why: Why): void {
  draft.world.calls.set(callId, {
    callId,
    state: "active",
    connections: [],
    named: 0,
    calling,
    called,
    mergedFrom: [],
  });
  tell(draft, { type: "call", callId, state: "active", why });
}

/** A party comes into a call. @returns the connection's id */
export function addConnection(draft: Draft, callId: string, address: Address, why: Why): string {
  const call = draft.world.calls.get(callId);
  if (call === undefined) throw new Error(`no call ${callId}`);
  const named = call.named + 1;
  const connectionId = `${callId}/${named}`;
  const connection: Connection = { connectionId, address, state: "idle", terminals: [] };
  draft.world.calls.set(callId, { ...call, named, connections: [...call.connections, connection] });
  tell(draft, { type: "connection", callId, connectionId, change: "created", address, why });
  return connectionId;
}

export function connectionOf({ world }: Draft, callId: string, connectionId: string): Connection | undefined {
  const call = world.calls.get(callId);
  return call === undefined ? undefined : connectionIn(call, connectionId);
}

function connectionIn({ connections }: Call, connectionId: string): Connection | undefined {
  for (const one of connections) if (one.connectionId === connectionId) return one;
  return undefined;
}

/** A connection goes to a state, where its machine allows that. */
export function setConnection(
  draft: Draft,
  callId: string,
  connectionId: string,
  state: ConnectionState,
  why: Why,
): void {
  const call = draft.world.calls.get(callId);
  const connection = call === undefined ? undefined : connectionIn(call, connectionId);
  if (call === undefined || connection === undefined) return;
  if (!isTransition(CONNECTION_TRANSITIONS, connection.state, state)) return;
  replaceConnection(draft, call, connection, { ...connection, state });
  tellConnection(draft, callId, connection, state, why);
}

function tellConnection(
  draft: Draft,
  callId: string,
  { connectionId, state: before }: Connection,
  state: ConnectionState,
  why: Why,
): void {
  const basic = basicConnectionState(state);
  if (basic !== basicConnectionState(before)) {
    tell(draft, { type: "connection", callId, connectionId, change: basic, why });
  }
  if (basic !== state) tell(draft, { type: "connection", callId, connectionId, change: state, why });
}

/** A device of a connection goes to a state; it is created when it is new. */
export function setTerminal(
  draft: Draft,
  at: TerminalPlace,
  state: TerminalConnectionState,
  why: Why,
  legId?: string,
): void {
  const { callId, connectionId, device } = at;
  const call = draft.world.calls.get(callId);
  const connection = call === undefined ? undefined : connectionIn(call, connectionId);
  if (call === undefined || connection === undefined) return;
  const known = connection.terminals.find((one) => one.device === device);
  const before = known?.state ?? "idle";
  if (!isTransition(TERMINAL_CONNECTION_TRANSITIONS, before, state)) return;
  if (known === undefined) tellTerminal(draft, at, "created", why);
  // A device that only watches has no dialog.
  const leg = state === "bridged" || state === "in-use" ? undefined : (legId ?? known?.legId);
  const next: TerminalConnection = leg === undefined ? { device, state } : { device, state, legId: leg };
  const terminals = connection.terminals.filter((one) => one !== known);
  if (state !== "dropped") terminals.push(next);
  replaceConnection(draft, call, connection, { ...connection, terminals });
  tellTerminalState(draft, at, before, state, why);
}

/** A device in a connection, by names. */
interface TerminalPlace {
  readonly callId: string;
  readonly connectionId: string;
  readonly device: string;
}

function tellTerminalState(
  draft: Draft,
  at: TerminalPlace,
  before: TerminalConnectionState,
  state: TerminalConnectionState,
  why: Why,
): void {
  const basic = basicTerminalConnectionState(state);
  if (basic !== basicTerminalConnectionState(before)) tellTerminal(draft, at, basic, why);
  if (basic !== state) tellTerminal(draft, at, state, why);
}

function tellTerminal(
  draft: Draft,
  { callId, connectionId, device }: TerminalPlace,
  change: Extract<Change, { type: "terminal-connection" }>["change"],
  why: Why,
): void {
  tell(draft, { type: "terminal-connection", callId, connectionId, device, change, why });
}

/** Another leg is the one of a device in a connection. */
export function seatTerminal(draft: Draft, { callId, connectionId, device }: TerminalPlace, legId: string): void {
  const call = draft.world.calls.get(callId);
  const connection = call === undefined ? undefined : connectionIn(call, connectionId);
  if (call === undefined || connection === undefined) return;
  const terminals = connection.terminals.map((one) => (one.device === device ? withMore(one, { legId }) : one));
  replaceConnection(draft, call, connection, { ...connection, terminals });
}

/** A party is out: its devices are dropped first. It is no part of the call any more. */
export function disconnect(draft: Draft, callId: string, connectionId: string, why: Why): void {
  const call = draft.world.calls.get(callId);
  const connection = connectionOf(draft, callId, connectionId);
  if (call === undefined || connection === undefined) return;
  for (const { device, state } of connection.terminals) {
    tellTerminalState(draft, { callId, connectionId, device }, state, "dropped", why);
  }
  tellConnection(draft, callId, connection, "disconnected", why);
  const connections = call.connections.filter((one) => one !== connection);
  draft.world.calls.set(callId, { ...call, connections });
}

/** A call without parties is over, and forgotten. */
export function endWhenEmpty(draft: Draft, callId: string, why: Why): void {
  const call = draft.world.calls.get(callId);
  if (call === undefined || call.connections.some(({ state }) => !isOver(state))) return;
  draft.world.calls.delete(callId);
  const { mergedInto } = call;
  if (mergedInto === undefined) tell(draft, { type: "call", callId, state: "invalid", why });
  else tell(draft, { type: "call", callId, state: "invalid", why, mergedInto });
}

/** A party of one call is a party of another from now on. */
export function moveConnection(draft: Draft, from: string, connectionId: string, to: string, why: Why): void {
  const connection = connectionOf(draft, from, connectionId);
  const [source, target] = [draft.world.calls.get(from), draft.world.calls.get(to)];
  if (connection === undefined || source === undefined || target === undefined || from === to) return;
  draft.world.calls.set(from, { ...source, connections: source.connections.filter((one) => one !== connection) });
  draft.world.calls.set(to, { ...target, connections: [...target.connections, connection] });
  tell(draft, { type: "moved", callId: to, from, connectionId, address: connection.address, why });
}

/** Links two calls for ever: `from` is merged into `into`. */
export function linkCalls({ world }: Draft, from: string, into: string): void {
  const [source, target] = [world.calls.get(from), world.calls.get(into)];
  if (source === undefined || target === undefined || from === into) return;
  world.calls.set(from, withMore(source, { mergedInto: into }));
  world.calls.set(into, { ...target, mergedFrom: [...target.mergedFrom, from].slice(-MAX_LINKS) });
}

const MAX_LINKS = 64;

function replaceConnection({ world }: Draft, call: Call, before: Connection, connection: Connection): void {
  const connections = call.connections.slice();
  connections[connections.indexOf(before)] = connection;
  world.calls.set(call.callId, { ...call, connections });
}
