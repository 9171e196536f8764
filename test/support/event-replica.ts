import type { CallEvent, CtiEvent } from "../../src/cti/call/cti-event.ts";
import type { CallView, ConnectionView, TerminalConnectionView } from "../../src/signals/index.ts";

/** What an application knows of a call from a snapshot and events. */
export interface KnownCallState {
  readonly callId: string;
  readonly ver: number;
  readonly state: string;
  readonly connections: readonly Pick<ConnectionView, "connectionId" | "party" | "state" | "terminals">[];
  readonly calling: unknown;
  readonly called: unknown;
  readonly userData: unknown;
  readonly mergedInto: string | undefined;
}

/** Follows calls by events alone, as an application does. */
export class EventReplica {
  readonly calls = new Map<string, KnownCallState>();

  load(calls: readonly CallView[]): void {
    for (const call of calls) this.calls.set(call.callId, stateOf(call));
  }

  apply(event: CtiEvent): void {
    if (event.type === "call.snapshot") this.calls.set(event.call.callId, stateOf(event.call));
    else if (event.type.startsWith("call.")) this.#change(event as CallEvent);
  }

  /** Calls that go on. */
  get live(): Map<string, KnownCallState> {
    return new Map([...this.calls].filter(([, { state }]) => state !== "invalid").sort());
  }

  #change(event: CallEvent): void {
    const known = this.calls.get(event.callId) ?? {
      callId: event.callId,
      ver: 0,
      state: "idle",
      connections: [],
      calling: undefined,
      called: undefined,
      userData: undefined,
      mergedInto: undefined,
    };
    if (event.ver !== known.ver && event.ver !== known.ver + 1) {
      throw new Error(`version ${event.ver} of ${event.callId} came after ${known.ver}`);
    }
    this.calls.set(event.callId, { ...known, ...changeOf(known, event), ver: event.ver });
  }
}

export function stateOf(call: CallView): KnownCallState {
  const { callId, ver, state, calling, called, userData, mergedInto } = call;
  const connections = call.connections.map((connection) => ({
    ...connection,
    terminals: sorted(connection.terminals),
  }));
  return { callId, ver, state, connections, calling, called, userData, mergedInto };
}

function changeOf(known: KnownCallState, event: CallEvent): Partial<KnownCallState> {
  switch (event.type) {
    case "call.state":
      // What was merged has its connections elsewhere.
      return event.mergedInto === undefined
        ? { state: event.state }
        : { state: event.state, mergedInto: event.mergedInto, connections: [] };
    case "call.connection": {
      const { connectionId, state, party } = event;
      if (party === undefined)
        return { connections: replace(known, connectionId, (connection) => ({ ...connection, state })) };
      return { connections: [...known.connections, { connectionId, party, state, terminals: [] }] };
    }
    case "call.terminal": {
      const { connectionId, device, state } = event;
      return {
        connections: replace(known, connectionId, (connection) => ({
          ...connection,
          terminals: sorted([...connection.terminals.filter((other) => other.device !== device), { device, state }]),
        })),
      };
    }
    case "call.moved": {
      const { connectionId, party } = event;
      return { connections: [...known.connections, { connectionId, party, state: "unknown", terminals: [] }] };
    }
    case "call.parties":
      return { calling: event.calling, called: event.called };
    case "call.userData":
      return { userData: event.userData };
    case "call.feature":
      return {};
  }
}

function replace(
  { connections }: KnownCallState,
  connectionId: string,
  change: (connection: KnownCallState["connections"][number]) => KnownCallState["connections"][number],
): KnownCallState["connections"] {
  if (!connections.some((connection) => connection.connectionId === connectionId)) {
    throw new Error(`${connectionId} is not known`);
  }
  return connections.map((connection) => (connection.connectionId === connectionId ? change(connection) : connection));
}

function sorted(terminals: readonly TerminalConnectionView[]): readonly TerminalConnectionView[] {
  return [...terminals].sort((one, other) => (one.device < other.device ? -1 : 1));
}
