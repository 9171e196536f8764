import type { Call, Connection, World } from "../model/index.ts";

/** Who is on either side of a call now; absent: nobody, or several. */
export interface CurrentSides {
  readonly calling?: Connection;
  readonly called?: Connection;
}

/** The sides are those of the session that connects them; a conference has none. */
export function currentSides(world: World, call: Call): CurrentSides {
  if (world.conferences.has(call.callId)) return {};
  const present = call.connections.filter(({ state }) => state !== "disconnected" && state !== "failed");
  const calling = callingSide(world, call, present);
  const others = present.filter((connection) => connection !== calling);
  // Who rings beside a party that is there, since it is being transferred to, is on no side yet.
  const called = only(others) ?? only(others.filter(({ state }) => state === "established"));
  if (calling === undefined) return called === undefined ? {} : { called };
  return called === undefined ? { calling } : { calling, called };
}

function only(connections: readonly Connection[]): Connection | undefined {
  return connections.length === 1 ? connections[0] : undefined;
}

function callingSide(
  { legs, sessions }: World,
  { calling }: Call,
  present: readonly Connection[],
): Connection | undefined {
  let alone: Connection | undefined;
  for (const connection of present) {
    for (const { legId } of connection.terminals) {
      const leg = legId === undefined ? undefined : legs.get(legId);
      const session = leg === undefined ? undefined : sessions.get(leg.sessionId);
      if (session === undefined || session.caller !== legId) continue;
      if (session.callee !== undefined) return connection;
      alone ??= connection;
    }
  }
  // A call that is made by command rings its caller first.
  return alone ?? present.find(({ address, terminals }) => isSame(address, calling) && !terminals.some(hasLeg));
}

function hasLeg({ legId }: Connection["terminals"][number]): boolean {
  return legId !== undefined;
}

function isSame(one: Call["calling"], other: Call["calling"]): boolean {
  return one.line === undefined ? one.number === other.number : one.line === other.line;
}
