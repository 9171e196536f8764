import { PayloadTable } from "../../rtp/payload-table.ts";
import { RelaySession } from "./relay-session.ts";
import type { RelaySide, RelaySideStart } from "./relay-side.ts";
import type { RelayLeg } from "./relay-leg.ts";
import type { RelayStream } from "./relay-stream.ts";
import type { SessionContext } from "./session-context.ts";
import type { SessionRecord } from "./session-record.ts";

type LegRecord = SessionRecord["streams"][number]["legs"][number];

/** What the journal keeps of a session. */
export function recordOf(session: RelaySession): SessionRecord {
  const { farSide, farEnd } = session;
  return {
    createdAtMs: session.createdAtMs,
    sides: [sideRecord(session.sides[0]), sideRecord(session.sides[1])],
    streams: session.streams.map(({ mediaIndex, payloads, directions, legs, isConnected }) => ({
      mediaIndex,
      payloads: [...payloads.entries],
      directions: [...directions],
      legs: [legRecord(legs[0]), legRecord(legs[1])],
      isConnected,
    })),
    ...(farSide === undefined
      ? {}
      : { farEnd: { side: farSide.index, kind: farSide.kind, agreed: agreedOf(farEnd.setting) } }),
  };
}

/**
 * Makes a session of a record: same ports, same sources, a far end that plays on.
 * @returns `undefined` when a port cannot be bound again; nothing stays bound then
 */
export async function restoreSession(
  callId: string,
  record: SessionRecord,
  context: SessionContext,
  newSide: (start: RelaySideStart) => RelaySide,
): Promise<RelaySession | undefined> {
  const sides = record.sides.map((side) =>
    newSide({ ...side, offered: side.offered === undefined ? undefined : new Map(side.offered) }),
  ) as [RelaySide, RelaySide];
  const streams: RelayStream[] = [];
  for (const saved of record.streams) {
    const payloads = new PayloadTable();
    payloads.add(saved.payloads);
    const stream: RelayStream = {
      mediaIndex: saved.mediaIndex,
      payloads,
      legs: [undefined, undefined],
      formerLegs: [undefined, undefined],
      directions: [...saved.directions],
      isConnected: saved.isConnected,
    };
    streams.push(stream);
    for (const index of [0, 1] as const) {
      const savedLeg = saved.legs[index];
      if (savedLeg === null) continue;
      stream.legs[index] = await restoreLeg(savedLeg, sides[index], payloads, context);
      if (stream.legs[index] !== undefined) continue;
      for (const { legs } of streams) for (const leg of legs) leg?.close();
      return undefined;
    }
  }
  const session = new RelaySession({ callId, createdAtMs: record.createdAtMs, sides }, context);
  const { farEnd } = record;
  session.restore(streams, farEnd && { index: farEnd.side, kind: farEnd.kind }, farEnd?.agreed);
  return session;
}

async function restoreLeg(
  saved: NonNullable<LegRecord>,
  side: RelaySide,
  payloads: PayloadTable,
  { allocator }: SessionContext,
): Promise<RelayLeg | undefined> {
  const leg = await allocator.reclaim(saved.port, side, payloads);
  leg?.rtp.lock.restore(saved.rtp);
  leg?.rtcp.lock.restore(saved.rtcp);
  return leg;
}

function sideRecord({ tag, origin, hasBeenHeard, offered, hasLeft }: RelaySide): SessionRecord["sides"][number] {
  return {
    tag,
    origin,
    hasBeenHeard,
    ...(offered === undefined ? {} : { offered: [...offered] }),
    ...(hasLeft ? { hasLeft } : {}),
  };
}

function legRecord(leg: RelayLeg | undefined): LegRecord {
  return leg === undefined ? null : { port: leg.port, rtp: leg.rtp.lock.record(), rtcp: leg.rtcp.lock.record() };
}

function agreedOf(setting: RelaySession["farEnd"]["setting"]): NonNullable<SessionRecord["farEnd"]>["agreed"] {
  if (setting === undefined) return undefined;
  const { mediaIndex, payloadType, law, sends } = setting;
  return { mediaIndex, payloadType, law, sends };
}
