import type {
  CallView,
  ConnectionView,
  CtiEvent,
  PartyView,
  TerminalConnectionView,
  Why,
} from "../../protocol/index.ts";

/** What is left out of events where it is so. */
export const PLAIN_WHY: Why = { cause: 16, feature: "normal", by: "party" };

/** Events that say what has changed in a call. */
export type CallEvent = Extract<
  CtiEvent,
  {
    type:
      | "call.state"
      | "call.connection"
      | "call.terminal"
      | "call.moved"
      | "call.feature"
      | "call.parties"
      | "call.userData";
  }
>;

const NOBODY: PartyView = { number: "" };

/** A call of which nothing is known but that it is there. */
export function newCall(callId: string, sinceMs: number): CallView {
  return {
    callId,
    ver: 0,
    state: "idle",
    calling: NOBODY,
    called: NOBODY,
    connections: [],
    mergedFrom: [],
    sinceMs,
  };
}

/** The call after an event of it. `arrived`: the connection that it says has come from another call. */
export function applyToCall(before: CallView, event: CallEvent, arrived?: ConnectionView): CallView {
  const call: CallView = { ...before, ver: event.ver };
  switch (event.type) {
    case "call.state":
      return {
        ...call,
        state: event.state,
        ...(event.mergedInto === undefined ? {} : { mergedInto: event.mergedInto }),
      };
    case "call.connection":
      return withConnection(call, event);
    case "call.terminal":
      return withTerminal(call, event);
    case "call.moved": {
      if (event.from === event.callId) return { ...call, connections: without(call, event.connectionId) };
      const { connectionId, party, state = "unknown", terminals = [] } = event;
      const moved = {
        ...(arrived ?? { connectionId, state, terminals }),
        party,
      } satisfies ConnectionView;
      return { ...call, connections: [...without(call, connectionId), moved] };
    }
    case "call.feature":
      return event.moment === "end" && event.isDone && event.surviving === call.callId && event.dissolved !== undefined
        ? mergedFrom(call, event.dissolved)
        : call;
    case "call.parties":
      return withParties(call, event);
    case "call.userData":
      return { ...call, userData: event.userData };
  }
}

/** The call, with another one as a part of it. */
export function mergedFrom(call: CallView, other: string): CallView {
  return call.mergedFrom.includes(other) ? call : { ...call, mergedFrom: [...call.mergedFrom, other] };
}

/** The call without a connection. */
export function without({ connections }: CallView, connectionId: string): ConnectionView[] {
  return connections.filter((one) => one.connectionId !== connectionId);
}

function withConnection(call: CallView, event: Extract<CallEvent, { type: "call.connection" }>): CallView {
  const { connectionId, state, party } = event;
  if (state === "disconnected") return { ...call, connections: without(call, connectionId) };
  const known = call.connections.find((one) => one.connectionId === connectionId);
  const next: ConnectionView = {
    ...(known ?? { connectionId, party: NOBODY, terminals: [] }),
    state,
    ...(party && { party }),
  };
  const connections = known ? call.connections.map((one) => (one === known ? next : one)) : [...call.connections, next];
  return { ...call, connections, ...(party === undefined ? {} : partiesBy(call, state, party)) };
}

/** Who calls whom, where the call itself has not been told of yet. */
function partiesBy({ calling, called }: CallView, state: string, party: PartyView): Partial<CallView> {
  if (state === "initiated") return calling.number === "" ? { calling: party } : {};
  return called.number === "" && calling.number !== "" ? { called: party } : {};
}

function withTerminal(call: CallView, event: Extract<CallEvent, { type: "call.terminal" }>): CallView {
  const { connectionId, device, state } = event;
  const known = call.connections.find((one) => one.connectionId === connectionId);
  if (known === undefined) return call;
  const terminals = terminalsWith(known.terminals, { device, state });
  return { ...call, connections: call.connections.map((one) => (one === known ? { ...one, terminals } : one)) };
}

function terminalsWith(
  terminals: readonly TerminalConnectionView[],
  next: TerminalConnectionView,
): readonly TerminalConnectionView[] {
  if (next.state === "dropped") return terminals.filter(({ device }) => device !== next.device);
  if (!terminals.some(({ device }) => device === next.device)) return [...terminals, next];
  return terminals.map((one) => (one.device === next.device ? next : one));
}

/** They are told all at once: what is not said is not so any more. */
function withParties(call: CallView, event: Extract<CallEvent, { type: "call.parties" }>): CallView {
  const { currentCalling, currentCalled, lastRedirecting, modifiedCalling, modifiedCalled, ...rest } = call;
  void [currentCalling, currentCalled, lastRedirecting, modifiedCalling, modifiedCalled];
  const { type, seq, callId, ver, ...parties } = event;
  void [type, seq, callId, ver];
  return Object.assign({}, rest, parties);
}
