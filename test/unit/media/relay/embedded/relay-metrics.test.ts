import assert from "node:assert/strict";
import { newRelayCounters } from "../../../../../src/media/relay/embedded/relay-counters.ts";
import { relayMetrics } from "../../../../../src/media/relay/embedded/relay-metrics.ts";

describe("relayMetrics", () => {
  it("given figures that all differ, when read, then each sample has its own", () => {
    const counters = newRelayCounters();
    Object.keys(counters).forEach((name, index) => {
      counters[name as keyof typeof counters] = 100 + index;
    });
    const samples = relayMetrics(counters, {
      sessions: 1,
      portsInUse: 2,
      portsReady: 4,
      playingEndpoints: 3,
      conferences: 5,
      conferenceParties: 6,
    });
    assert.deepEqual(
      samples.map(({ name, labels, value }) => [name, labels?.["kind"], value]),
      [
        ["tandem_media_sessions", undefined, 1],
        ["tandem_media_ports_in_use", undefined, 2],
        ["tandem_media_ports_ready", undefined, 4],
        ["tandem_media_playing_endpoints", undefined, 3],
        ["tandem_media_conferences", undefined, 5],
        ["tandem_media_conference_parties", undefined, 6],
        ["tandem_media_packets_total", "rtp", counters.rtpPackets],
        ["tandem_media_packets_total", "rtcp", counters.rtcpPackets],
        ["tandem_media_bytes_total", "rtp", counters.rtpBytes],
        ["tandem_media_bytes_total", "rtcp", counters.rtcpBytes],
        ["tandem_media_packets_rejected_total", undefined, counters.rejected],
        ["tandem_media_packets_malformed_total", undefined, counters.malformed],
        ["tandem_media_packets_throttled_total", undefined, counters.throttled],
        ["tandem_media_packets_undeliverable_total", undefined, counters.undeliverable],
        ["tandem_media_packets_congested_total", undefined, counters.congested],
        ["tandem_media_timeouts_total", undefined, counters.timeouts],
      ],
    );
    assert.ok(samples.every(({ name, type }) => (type === "counter") === name.endsWith("_total")));
  });
});
