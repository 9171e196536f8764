import { estimateMos, type SideStatistics } from "../../../media/index.ts";
import type { RecordQuality } from "../../record/call-record.ts";

/** The media quality of a side, of a call that goes on and of one that has ended. @param codec such as `PCMA/8000` */
export function qualityOf(side: SideStatistics, codec: string | undefined, isPartial: boolean): RecordQuality {
  const { packets, lost, jitterMs, roundTripMs, reported, ssrc, sentSsrc, telephoneEvents } = side;
  const figures = { lossFraction: lossFraction(side), jitterMs, roundTripMs: roundTripMs ?? 0 };
  const encoding = codec?.split("/", 1)[0];
  const mos = estimateMos(encoding === undefined ? figures : { codec: encoding, ...figures });
  return {
    packetsReceived: packets,
    octetsReceived: side.bytes,
    packetsSent: side.sentPackets ?? 0,
    octetsSent: side.sentBytes ?? 0,
    packetsLost: lost,
    jitterMs,
    ...(reported === undefined ? {} : { reportedLost: reported.lost, reportedJitterMs: reported.jitterMs }),
    ...(roundTripMs === undefined ? {} : { roundTripMs, latencyMs: Math.round(roundTripMs * 50) / 100 }),
    ...(packets === 0 ? {} : { mos: Math.round(mos * 100) / 100 }),
    ...(ssrc === undefined ? {} : { receivedSsrc: ssrc }),
    ...(sentSsrc === undefined ? {} : { sentSsrc }),
    packetsRejected: side.rejected,
    ...(telephoneEvents === undefined ? {} : { telephoneEvents }),
    ...(isPartial ? { isPartial: true as const } : {}),
  };
}

/** Of the packets that should have come, 0 to 1; 0 where none has. */
export function lossFraction({ packets, lost }: Pick<SideStatistics, "packets" | "lost">): number {
  return packets === 0 ? 0 : lost / (lost + packets);
}
