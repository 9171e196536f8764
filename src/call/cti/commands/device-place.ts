import { withMore } from "../../../common/index.ts";
import type { ConnectionState, TerminalConnectionState } from "../../../signals/index.ts";
import { sessionsRingingAt, type Call, type Connection, type World } from "../../model/index.ts";

/** Where a device is in a call. */
export interface DevicePlace {
  readonly callId: string;
  readonly connectionId: string;
  readonly connection: ConnectionState;
  /** Absent: it is offered the call, and does not ring yet. */
  readonly terminal?: TerminalConnectionState;
  /** It is called, and has not called. */
  readonly isCalled: boolean;
}

/** What is looked at of all calls. */
export type CallsNow = Pick<World, "calls" | "legs" | "legsOfDevices" | "ringingAt" | "sessions" | "sessionsOf">;

/** @param callId absent: the call that the device talks in, or else one that it has, or that is offered to it */
export function placeOf(now: CallsNow, device: string, callId: string | undefined): DevicePlace | undefined {
  if (callId !== undefined) return placeIn(now, device, now.calls.get(callId));
  const legs = [...(now.legsOfDevices.get(device) ?? [])].map((legId) => now.legs.get(legId));
  const known = legs.filter((leg) => leg !== undefined);
  const leg = known.find(({ isHolding, isHeldByCommand }) => !isHolding && !isHeldByCommand) ?? known.at(-1);
  if (leg !== undefined) return placeIn(now, device, now.calls.get(leg.callId));
  const [rings] = sessionsRingingAt(now, device);
  return rings && placeIn(now, device, now.calls.get(rings.callId));
}

function placeIn(now: CallsNow, device: string, call: Call | undefined): DevicePlace | undefined {
  if (call === undefined) return undefined;
  const { callId, connections } = call;
  for (const connection of connections) {
    const terminal = connection.terminals.find((one) => one.device === device);
    if (terminal === undefined) continue;
    return withMore(placeAt(call, connection), { terminal: terminal.state });
  }
  // Offered, and nothing has rung yet.
  for (const sessionId of now.sessionsOf.get(callId) ?? []) {
    const ringing = now.sessions.get(sessionId)?.ringing.find(({ place }) => place.devices.includes(device));
    const connection = connections.find(({ connectionId }) => connectionId === ringing?.connectionId);
    if (connection !== undefined) return placeAt(call, connection);
  }
  return undefined;
}

function placeAt({ callId, calling }: Call, { connectionId, state, address }: Connection): DevicePlace {
  const isCaller = connectionId === `${callId}/1` && address.number === calling.number;
  return { callId, connectionId, connection: state, isCalled: !isCaller };
}

/** What applications are told of the state of a device: its own, or that of its connection while it only rings. */
export function stateOf({ connection, terminal }: DevicePlace): string {
  return terminal === undefined || terminal === "ringing" ? connection : terminal;
}
