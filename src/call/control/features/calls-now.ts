import type { CallNow, ConnectionNow, DeviceInCallNow, LegNow } from "../../../signals/index.ts";
import {
  otherLeg,
  type Call,
  type Connection,
  type ModelLeg,
  type TerminalConnection,
  type World,
} from "../../model/index.ts";
import { agreedMedia } from "../../record/agreed-media.ts";
import type { CallTable } from "../call-table.ts";
import { sourceText } from "../leg/leg-log.ts";

/** All calls as they are now, in the order in which they began. */
export function callsNow(world: World, table: CallTable): CallNow[] {
  return [...world.calls.values()].map((call) => callNow(call, world, table));
}

function callNow(
  { callId, state, calling, called, connections, mergedFrom }: Call,
  world: World,
  table: CallTable,
): CallNow {
  return {
    callId,
    state,
    callingNumber: calling.number,
    calledNumber: called,
    connections: connections.map((connection) => connectionNow(connection, world, table)),
    mergedFrom,
  };
}

function connectionNow(
  { connectionId, address, state, terminals }: Connection,
  world: World,
  table: CallTable,
): ConnectionNow {
  const { number, line, name } = address;
  return {
    connectionId,
    number,
    ...(line === undefined ? {} : { line }),
    ...(name === undefined ? {} : { name }),
    state,
    devices: terminals.map((terminal) => deviceNow(terminal, world, table)),
  };
}

function deviceNow({ device, state, legId }: TerminalConnection, world: World, table: CallTable): DeviceInCallNow {
  const leg = legId === undefined ? undefined : world.legs.get(legId);
  return { device, state, ...(leg === undefined ? {} : { leg: legNow(leg, world, table) }) };
}

function legNow(known: ModelLeg, world: World, table: CallTable): LegNow {
  const connectedTo = otherLeg(world, known)?.device ?? world.sessions.get(known.sessionId)?.endpoint;
  const facts: Partial<LegNow> = {
    ...(connectedTo === undefined ? {} : { connectedTo }),
    ...(known.isHolding || known.isHeldByCommand ? { heldBy: known.isHolding ? "phone" : "switch" } : {}),
  };
  const entry = table.findByTag(known.legId);
  if (entry === undefined) return { sipCallId: "", ...facts };
  const { leg, session } = entry;
  const side = session.sideOf(leg);
  const party = side === undefined ? undefined : session.call[side];
  const media = agreedMedia(party?.localSdp, party?.remoteSdp);
  return {
    sipCallId: leg.sipCallId,
    ...facts,
    source: sourceText(leg.source),
    ...(media === undefined ? {} : { codec: media.codec }),
    ...(media?.remote === undefined ? {} : { remoteMedia: media.remote }),
  };
}
