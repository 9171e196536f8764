import { type Clock, withMore } from "../../../common/index.ts";
import type { MediaRelay, RelaySessionSummary, SideStatistics } from "../../../media/index.ts";
import type { CallQuality, MediaQualityView } from "../../../signals/index.ts";
import type { Call, World } from "../../model/index.ts";
import { agreedMedia } from "../../record/agreed-media.ts";
import type { RecordMedia } from "../../record/call-record.ts";
import type { CallTable } from "../call-table.ts";
import { lossFraction, qualityOf } from "./quality-of.ts";

/** Where the media of calls is looked up. */
export interface QualitySources {
  readonly world: World;
  readonly table: Pick<CallTable, "findByTag">;
  readonly relay: Pick<MediaRelay, "inspect">;
  readonly clock: Clock;
}

/** A device in a call, and where its media is at the relay. */
interface MediaPlace {
  readonly device: string;
  readonly connectionId: string;
  readonly sessionId: string;
  readonly tag: string;
  readonly media: RecordMedia | undefined;
}

/**
 * The media of a call as it is now; undefined: there is no such call any more. Asks the relay once for each of its sessions
 * that the call is made of: one, or in a conference one for each party.
 * @throws {MediaError} `relay-unreachable`
 */
export async function callQuality(callId: string, sources: QualitySources): Promise<CallQuality | undefined> {
  const { world, relay, clock } = sources;
  const call = world.calls.get(callId);
  if (call === undefined) return undefined;
  const places = placesIn(call, sources);
  const sessionIds = [...new Set(places.map(({ sessionId }) => sessionId))];
  const summaries = await Promise.all(sessionIds.map((sessionId) => inspected(relay, sessionId)));
  const known = new Map(sessionIds.map((sessionId, index) => [sessionId, summaries[index]]));
  const sides = places.flatMap((place) => viewOf(place, known.get(place.sessionId)) ?? []);
  return { atMs: Math.round(clock.wallMs()), sides };
}

/** What relays are being asked, by session: who asks meanwhile gets the same answer. */
const ASKED = new WeakMap<Pick<MediaRelay, "inspect">, Map<string, Promise<RelaySessionSummary | undefined>>>();

function inspected(relay: Pick<MediaRelay, "inspect">, sessionId: string): Promise<RelaySessionSummary | undefined> {
  const asked = ASKED.get(relay) ?? new Map<string, Promise<RelaySessionSummary | undefined>>();
  ASKED.set(relay, asked);
  const answer = asked.get(sessionId) ?? relay.inspect(sessionId).finally(() => asked.delete(sessionId));
  asked.set(sessionId, answer);
  return answer;
}

/** Devices that have a dialog whose session is at the relay, in the order of the call's connections. */
function placesIn({ connections }: Call, { table }: QualitySources): MediaPlace[] {
  return connections.flatMap(({ connectionId, terminals }) =>
    terminals.flatMap(({ device, legId }): MediaPlace[] => {
      const { leg, session } = (legId === undefined ? undefined : table.findByTag(legId)) ?? {};
      const tag = leg === undefined ? undefined : session?.sideOf(leg);
      if (session === undefined || tag === undefined || !session.hasMedia) return [];
      const { localSdp, remoteSdp } = session.call[tag];
      return [{ device, connectionId, sessionId: session.callId, tag, media: agreedMedia(localSdp, remoteSdp) }];
    }),
  );
}

function viewOf(place: MediaPlace, summary: RelaySessionSummary | undefined): MediaQualityView | undefined {
  const side = summary?.sides.find(({ tag }) => tag === place.tag);
  if (side === undefined) return undefined;
  const { device, connectionId, media } = place;
  const { packetsReceived, octetsReceived, packetsLost, jitterMs, roundTripMs, mos, isPartial } = qualityOf(
    side,
    media?.codec,
    summary?.isPartial === true,
  );
  const packetTimeMs = media?.packetMs ?? side.packetMs;
  return {
    device,
    connectionId,
    ...(media === undefined ? {} : { codec: media.codec }),
    ...(packetTimeMs === undefined ? {} : { packetTimeMs }),
    packetsReceived,
    octetsReceived,
    packetsLost,
    lossPercent: percent(lossFraction(side)),
    jitterMs,
    ...(roundTripMs === undefined ? {} : { roundTripMs }),
    ...(mos === undefined ? {} : { mos }),
    ...countedOnly(side),
    ...(isPartial === undefined ? {} : { isPartial }),
  };
}

/** What not every relay knows. */
function countedOnly({ outOfOrder, lastPacketAtMs, sentPackets, sentBytes, reported }: SideStatistics) {
  return withMore(outOfOrder === undefined ? {} : { packetsOutOfOrder: outOfOrder }, {
    ...(lastPacketAtMs === undefined ? {} : { lastPacketMs: lastPacketAtMs }),
    ...(sentPackets === undefined ? {} : { packetsSent: sentPackets }),
    ...(sentBytes === undefined ? {} : { octetsSent: sentBytes }),
    ...(reported === undefined ? {} : { reported: reportedView(reported) }),
  });
}

function reportedView({ lost, jitterMs, fractionLost }: NonNullable<SideStatistics["reported"]>) {
  return {
    packetsLost: lost,
    ...(fractionLost === undefined ? {} : { lossPercent: percent(fractionLost) }),
    jitterMs,
  };
}

function percent(fraction: number): number {
  return Math.round(fraction * 10_000) / 100;
}
