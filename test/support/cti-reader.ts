import { partiesIn } from "../../src/call/cti/call-parties.ts";
import type { FeedPeer } from "../../src/call/cti/index.ts";
import type {
  CallChange,
  CallView,
  ConnectionView,
  CtiSignal,
  CtiSnapshot,
  PartyView,
  PlacedSignal,
} from "../../src/signals/index.ts";

/** The other end of a connection of a CTIManager: takes what it is sent, or is slow. */
export class CtiReader implements FeedPeer {
  readonly signals: PlacedSignal[] = [];
  /** How many signals came in each event. */
  readonly events: number[] = [];
  unreadBytes = 0;
  isClosed = false;

  send(json: string): void {
    const { signals } = JSON.parse(json) as { signals: PlacedSignal[] };
    this.signals.push(...signals);
    this.events.push(signals.length);
  }

  close(): void {
    this.isClosed = true;
  }

  /** What has come since it was asked last. */
  take(): PlacedSignal[] {
    return this.signals.splice(0);
  }
}

/** What signals are sent with has gone out. */
export async function sent(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

type ChangeOf<Type extends CallChange["type"]> = Extract<CallChange, { type: Type }>;

/**
 * Calls as somebody knows them who was given a snapshot and has followed each change since. A party that has moved is found
 * where it was, so that all signals of a step have to be applied before it is compared.
 */
export class CallReplica {
  readonly calls = new Map<string, CallView>();
  readonly #connections = new Map<string, ConnectionView>();

  constructor({ calls }: Pick<CtiSnapshot, "calls"> = { calls: [] }) {
    for (const call of calls) {
      this.calls.set(call.callId, call);
      for (const connection of call.connections) this.#connections.set(connection.connectionId, connection);
    }
  }

  apply(signal: CtiSignal): void {
    if (signal.kind !== "call") return;
    const { call, changes } = signal;
    const known = this.calls.get(call.callId);
    if (call.ver !== (known?.ver ?? 0) + 1) {
      throw new Error(`version ${call.ver} of ${call.callId} follows ${known?.ver ?? 0}`);
    }
    if (changes.length === 0) throw new Error("a signal tells nothing");
    const parties = known === undefined || call.state === "invalid" ? call : known;
    this.calls.set(call.callId, {
      ...withoutParties(call),
      ...partiesIn(parties),
      connections: known?.connections ?? [],
    });
    for (const change of changes) this.#apply(call.callId, change);
    if (call.state === "invalid") this.calls.delete(call.callId);
  }

  #apply(callId: string, change: CallChange): void {
    if (change.type === "connection") this.#applyConnection(callId, change);
    else if (change.type === "terminal-connection") this.#applyTerminal(callId, change);
    else if (change.type === "moved") this.#move(callId, change);
    else if (change.type === "parties") {
      const { type: _type, ...parties } = change;
      const call = this.#call(callId);
      this.calls.set(callId, { ...withoutParties(call), ...parties });
    } else if (change.type === "user-data") {
      const { userData: _data, ...call } = this.#call(callId);
      const data = Object.keys(change.userData).length === 0 ? {} : { userData: change.userData };
      this.calls.set(callId, { ...call, ...data });
    }
  }

  #applyConnection(callId: string, { connectionId, state, party }: ChangeOf<"connection">): void {
    const known = this.#call(callId).connections.find((one) => one.connectionId === connectionId);
    if ((known === undefined) !== (party !== undefined)) throw new Error(`${connectionId}: a party comes once`);
    if (state === "disconnected") return this.#remove(callId, connectionId);
    this.#put(
      callId,
      known === undefined ? { connectionId, party: party as PartyView, state, terminals: [] } : { ...known, state },
    );
  }

  #applyTerminal(callId: string, { connectionId, device, state }: ChangeOf<"terminal-connection">): void {
    const known = this.#call(callId).connections.find((one) => one.connectionId === connectionId);
    if (known === undefined) throw new Error(`${connectionId} is in no call`);
    const terminals = known.terminals.filter((terminal) => terminal.device !== device);
    this.#put(callId, { ...known, terminals: state === "dropped" ? terminals : [...terminals, { device, state }] });
  }

  #move(callId: string, { connectionId, from }: ChangeOf<"moved">): void {
    const moved = this.#connections.get(connectionId);
    if (moved === undefined) throw new Error(`${connectionId} was nowhere`);
    if (this.calls.has(from)) this.#remove(from, connectionId);
    if (callId !== from) this.#put(callId, moved);
  }

  #put(callId: string, connection: ConnectionView): void {
    const call = this.#call(callId);
    const { connectionId } = connection;
    this.#connections.set(connectionId, connection);
    const isKnown = call.connections.some((one) => one.connectionId === connectionId);
    const connections = isKnown
      ? call.connections.map((one) => (one.connectionId === connectionId ? connection : one))
      : [...call.connections, connection];
    this.calls.set(callId, { ...call, connections });
  }

  #remove(callId: string, connectionId: string): void {
    const call = this.#call(callId);
    const connections = call.connections.filter((one) => one.connectionId !== connectionId);
    this.calls.set(callId, { ...call, connections });
  }

  #call(callId: string): CallView {
    const call = this.calls.get(callId);
    if (call === undefined) throw new Error(`there is no call ${callId}`);
    return call;
  }
}

function withoutParties(call: CallView): CallView {
  const {
    currentCalling: _1,
    currentCalled: _2,
    lastRedirecting: _3,
    modifiedCalling: _4,
    modifiedCalled: _5,
    ...rest
  } = call;
  return rest;
}
