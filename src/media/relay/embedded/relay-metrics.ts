import type { MetricSample } from "../../../common/index.ts";
import type { RelayCounters } from "./relay-counters.ts";

/** Figures that are not counters. */
export interface RelayGauges {
  readonly sessions: number;
  /** RTP and RTCP ports of sessions. */
  readonly portsInUse: number;
  /** RTP and RTCP ports that are bound for the next sessions. */
  readonly portsReady: number;
  readonly playingEndpoints: number;
  readonly conferences: number;
  readonly conferenceParties: number;
}

/** The relay's metrics. */
export function relayMetrics(counters: RelayCounters, gauges: RelayGauges): MetricSample[] {
  const gauge = (name: string, help: string, value: number): MetricSample => ({
    name: `tandem_media_${name}`,
    type: "gauge",
    help,
    value,
  });
  const counter = (name: string, help: string, value: number, labels?: Record<string, string>): MetricSample => ({
    name: `tandem_media_${name}_total`,
    type: "counter",
    help,
    value,
    ...(labels === undefined ? {} : { labels }),
  });
  const packets = "Packets received from the chosen sources";
  const bytes = "Bytes of the packets received from the chosen sources";
  return [
    gauge("sessions", "Sessions of the relay", gauges.sessions),
    gauge("ports_in_use", "UDP ports of sessions, RTP and RTCP", gauges.portsInUse),
    gauge("ports_ready", "UDP ports bound for the next sessions, RTP and RTCP", gauges.portsReady),
    gauge(
      "playing_endpoints",
      "What plays: built-in far ends, what is played over sides, conferences",
      gauges.playingEndpoints,
    ),
    gauge("conferences", "Conferences", gauges.conferences),
    gauge("conference_parties", "Places that are taken in conferences", gauges.conferenceParties),
    counter("packets", packets, counters.rtpPackets, { kind: "rtp" }),
    counter("packets", packets, counters.rtcpPackets, { kind: "rtcp" }),
    counter("bytes", bytes, counters.rtpBytes, { kind: "rtp" }),
    counter("bytes", bytes, counters.rtcpBytes, { kind: "rtcp" }),
    counter("packets_rejected", "Packets from sources that are not the chosen one", counters.rejected),
    counter("packets_malformed", "Packets that are neither RTP nor RTCP", counters.malformed),
    counter("packets_throttled", "Packets above the rate of one stream", counters.throttled),
    counter("packets_undeliverable", "Packets for a side with no known address", counters.undeliverable),
    counter("packets_congested", "Packets that the operating system did not take", counters.congested),
    counter("timeouts", "Times that a session was found silent", counters.timeouts),
  ];
}
