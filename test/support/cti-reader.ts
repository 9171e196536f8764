import type { FeedPeer } from "../../src/call/cti/index.ts";
import type { CallChange, CallView, CtiSignal, CtiSnapshot, PlacedSignal } from "../../src/signals/index.ts";

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

/** Calls as somebody knows them who was given a snapshot, and has followed each change since. */
export class CallReplica {
  readonly calls = new Map<string, CallView>();

  constructor({ calls }: Pick<CtiSnapshot, "calls">) {
    for (const call of calls) this.calls.set(call.callId, call);
  }

  /** Follows changes, not views: these are compared with what the changes make. */
  apply(signal: CtiSignal): void {
    if (signal.kind !== "call") return;
    const { call, changes } = signal;
    const known = this.calls.get(call.callId);
    const isNext = call.ver === (known?.ver ?? 0) + 1;
    if (!isNext) throw new Error(`version ${call.ver} of ${call.callId} follows ${known?.ver ?? 0}`);
    if (changes.length === 0) throw new Error("a signal tells nothing");
    let next: CallView = { ...call, connections: known?.connections ?? [], ...partiesBefore(known, call) };
    for (const change of changes) next = changed(next, change);
    if (call.state === "invalid") this.calls.delete(call.callId);
    else this.calls.set(call.callId, next);
  }
}

/** Who is in a call is told by changes; that of a call that is new, or has ended, by its view. */
function partiesBefore(known: CallView | undefined, call: CallView): Partial<CallView> {
  if (known === undefined || call.state === "invalid") return {};
  const { calling, called, currentCalling, currentCalled, lastRedirecting, modifiedCalling, modifiedCalled } = known;
  return { calling, called, currentCalling, currentCalled, lastRedirecting, modifiedCalling, modifiedCalled } as CallView;
}

function changed(call: CallView, change: CallChange): CallView {
  switch (change.type) {
    case "connection":
      return connectionChanged(call, change);
    case "terminal-connection":
      return terminalChanged(call, change);
    case "moved":
      return moved(call, change);
    case "parties": {
      const { type: _type, ...parties } = change;
      const none = { currentCalling: undefined, currentCalled: undefined, lastRedirecting: undefined };
      return { ...call, ...(none as object), ...parties };
    }
    case "user-data":
      return { ...call, userData: change.userData };
    case "call":
    case "feature":
      return call;
  }
}

function connectionChanged(call: CallView, change: Extract<CallChange, { type: "connection" }>): CallView {
  const { connectionId, state, party } = change;
  const known = call.connections.find((one) => one.connectionId === connectionId);
  if ((known === undefined) !== (party !== undefined)) throw new Error(`${connectionId}: a party comes once`);
  const others = call.connections.filter((one) => one !== known);
  if (state === "disconnected") return { ...call, connections: others };
  const connections = call.connections.map((one) => (one === known ? { ...one, state } : one));
  if (party !== undefined) connections.push({ connectionId, party, state, terminals: [] });
  return { ...call, connections };
}

function terminalChanged(call: CallView, change: Extract<CallChange, { type: "terminal-connection" }>): CallView {
  const { connectionId, device, state } = change;
  const connections = call.connections.map((one) => {
    if (one.connectionId !== connectionId) return one;
    const terminals = one.terminals.filter((terminal) => terminal.device !== device);
    return { ...one, terminals: state === "dropped" ? terminals : [...terminals, { device, state }] };
  });
  return { ...call, connections };
}

const AWAY = new Map<string, CallView["connections"][number]>();

function moved(call: CallView, change: Extract<CallChange, { type: "moved" }>): CallView {
  return call;
}
