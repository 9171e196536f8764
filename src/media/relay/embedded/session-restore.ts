import { withMore } from "../../../common/index.ts";
import { MediaError } from "../../media-error.ts";
import { PayloadTable } from "../../rtp/payload-table.ts";
import type { FarEnd } from "./far-end.ts";
import { RelaySession, type SessionStart } from "./relay-session.ts";
import type { RelaySide, RelaySideStart } from "./relay-side.ts";
import type { RelayLeg } from "./relay-leg.ts";
import { setPlain, type RelayStream } from "./relay-stream.ts";
import type { SessionContext } from "./session-context.ts";
import type { SideIndex } from "./stream-set.ts";
import type { SessionRecord } from "./session-record.ts";

type LegRecord = SessionRecord["streams"][number]["legs"][number];

/** What the journal keeps of a session. */
export function recordOf(session: RelaySession): SessionRecord {
  const { farSide, farEnd } = session;
  return {
    createdAtMs: session.createdAtMs,
    sides: [sideRecord(session, 0), sideRecord(session, 1)],
    streams: session.streams.map(({ mediaIndex, payloads, directions, legs, hearing, isPlain, isConnected }) => ({
      mediaIndex,
      payloads: [...payloads.entries],
      directions: [...directions],
      legs: [legRecord(legs[0]), legRecord(legs[1])],
      hearing: [hearing[0] ?? null, hearing[1] ?? null],
      isPlain,
      isConnected,
    })),
    ...(farSide === undefined ? {} : { farEnd: { side: farSide.index, kind: farSide.kind, agreed: agreedOf(farEnd) } }),
  };
}

/**
 * Makes a session of a record: same ports, same sources, a far end that plays on.
 * @returns `undefined` when a port cannot be bound again, or its conference is full; nothing stays bound then
 */
export async function restoreSession(
  callId: string,
  record: SessionRecord,
  context: SessionContext,
  owner: Pick<SessionStart, "onPromptEnd"> & { newSide: (start: RelaySideStart) => RelaySide },
): Promise<RelaySession | undefined> {
  const sides = record.sides.map((side) =>
    owner.newSide(withMore(side, { offered: side.offered === undefined ? undefined : new Map(side.offered) })),
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
      hearing: [saved.hearing[0] ?? undefined, saved.hearing[1] ?? undefined],
      isPlain: saved.isPlain,
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
    setPlain(stream, saved.isPlain);
  }
  const { createdAtMs } = record;
  const session = new RelaySession({ callId, createdAtMs, sides, onPromptEnd: owner.onPromptEnd }, context);
  const { farEnd } = record;
  const overlays = record.sides.map(({ overlay }) => overlay);
  try {
    session.restore(streams, farEnd && { index: farEnd.side, kind: farEnd.kind }, farEnd?.agreed, overlays);
    return session;
  } catch (error) {
    if (!(error instanceof MediaError)) throw error;
    session.close();
    return undefined;
  }
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

function sideRecord(session: RelaySession, index: SideIndex): SessionRecord["sides"][number] {
  const { tag, origin, hasBeenHeard, offered, hasLeft } = session.sides[index];
  const overlay = session.overlays[index].source;
  return {
    tag,
    origin,
    hasBeenHeard,
    ...(offered === undefined ? {} : { offered: [...offered] }),
    ...(hasLeft ? { hasLeft } : {}),
    ...(overlay === undefined ? {} : { overlay }),
  };
}

function legRecord(leg: RelayLeg | undefined): LegRecord {
  return leg === undefined ? null : { port: leg.port, rtp: leg.rtp.lock.record(), rtcp: leg.rtcp.lock.record() };
}

function agreedOf({ setting, isOver }: FarEnd): NonNullable<SessionRecord["farEnd"]>["agreed"] {
  if (setting === undefined) return undefined;
  const { mediaIndex, payloadType, law, sends, hears } = setting;
  return { mediaIndex, payloadType, law, sends, hears, ...(isOver ? { isOver } : {}) };
}
