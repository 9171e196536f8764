import { type Clock, withMore } from "../../../common/index.ts";
import type { RelaySessionSummary, SideStatistics } from "../media-relay.ts";
import type { RelayLeg } from "./relay-leg.ts";
import type { RelaySession } from "./relay-session.ts";
import type { SideIndex } from "./stream-set.ts";

/** The figures of a session now. */
export function summarize(session: RelaySession, clock: Clock): RelaySessionSummary {
  return {
    callId: session.callId,
    createdAtMs: session.createdAtMs,
    ports: session.ports,
    sides: [sideStatistics(session, 0, clock), sideStatistics(session, 1, clock)],
    ...(session.isRestored ? { isPartial: true } : {}),
    ...(session.farEnd.isOver ? { hasPromptEnded: true } : {}),
  };
}

/** Sums over the streams; what cannot be added is that of the first stream that has it. */
function sideStatistics(session: RelaySession, index: SideIndex, clock: Clock): SideStatistics {
  const side = session.sides[index];
  const legs = session.streams.flatMap(({ legs, formerLegs }) => legs[index] ?? formerLegs[index] ?? []);
  let packets = 0;
  let bytes = 0;
  let lost = 0;
  let outOfOrder = 0;
  let telephoneEvents = 0;
  let sentPackets = 0;
  let sentBytes = 0;
  for (const { rtp } of legs) {
    sentPackets += rtp.sentPackets;
    sentBytes += rtp.sentBytes;
    packets += rtp.statistics.packets;
    bytes += rtp.statistics.bytes;
    lost += rtp.statistics.lost;
    outOfOrder += rtp.statistics.outOfOrder;
    telephoneEvents += rtp.statistics.telephoneEvents;
  }
  const main = legs.find(({ rtp }) => rtp.statistics.packets > 0);
  const roundTripMs = legs.find(({ rtcp }) => rtcp.roundTrip.lastMs !== undefined)?.rtcp.roundTrip.lastMs;
  const mos = main?.rtp.statistics.mos(roundTripMs ?? 0);
  const learned = legs.find(({ rtp }) => rtp.lock.learned !== undefined)?.rtp.lock.learned;
  return {
    tag: side.tag,
    packets,
    bytes,
    lost,
    jitterMs: rounded(main?.rtp.statistics.jitterMs ?? 0),
    outOfOrder,
    ...arrivalOf(legs, clock),
    rejected: side.rejected,
    telephoneEvents,
    ...(roundTripMs === undefined ? {} : { roundTripMs: rounded(roundTripMs) }),
    ...(mos === undefined ? {} : { mos: rounded(mos) }),
    ...(learned === undefined ? {} : { source: `${learned.address}:${learned.port}` }),
    sentPackets,
    sentBytes,
    ...streamFacts(main),
    ...sentFacts(legs.find(({ rtp }) => rtp.sentPackets > 0)),
  };
}

function arrivalOf(legs: readonly RelayLeg[], clock: Clock): Pick<SideStatistics, "lastPacketAtMs"> {
  const last = Math.max(...legs.map(({ rtp }) => rtp.statistics.lastArrivalMs ?? -Infinity));
  return last === -Infinity ? {} : { lastPacketAtMs: Math.round(clock.wallMs() - (clock.nowMs() - last)) };
}

function streamFacts(leg: RelayLeg | undefined): Pick<SideStatistics, "ssrc" | "packetMs"> {
  const { ssrc, packetMs = 0 } = leg?.rtp.statistics ?? {};
  return withMore(ssrc === undefined ? {} : { ssrc }, { ...(packetMs > 0 ? { packetMs: rounded(packetMs) } : {}) });
}

function sentFacts(leg: RelayLeg | undefined): Pick<SideStatistics, "sentSsrc" | "reported"> {
  if (leg === undefined) return {};
  const { sentSsrc, sentClockRateHz } = leg.rtp;
  const block = leg.rtcp.reported.about(sentSsrc);
  if (block === undefined) return { sentSsrc };
  const jitterMs = rounded((block.jitter * 1_000) / sentClockRateHz);
  const fractionLost = block.fractionLost / 256;
  return { sentSsrc, reported: { lost: Math.max(0, block.cumulativeLost), jitterMs, fractionLost } };
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
