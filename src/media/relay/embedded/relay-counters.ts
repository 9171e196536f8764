/** Totals over all sessions, counted up per packet. */
export interface RelayCounters {
  rtpPackets: number;
  rtpBytes: number;
  rtcpPackets: number;
  rtcpBytes: number;
  /** From no candidate source, or not from the chosen one. */
  rejected: number;
  /** Neither RTP nor RTCP as its socket expects. */
  malformed: number;
  /** Above the rate that one stream may have. */
  throttled: number;
  /** For a side whose address is not known yet. */
  undeliverable: number;
  /** Because the operating system took no more. */
  congested: number;
  /** Sessions that were told to be silent, each time. */
  timeouts: number;
}

export function newRelayCounters(): RelayCounters {
  return {
    rtpPackets: 0,
    rtpBytes: 0,
    rtcpPackets: 0,
    rtcpBytes: 0,
    rejected: 0,
    malformed: 0,
    throttled: 0,
    undeliverable: 0,
    congested: 0,
    timeouts: 0,
  };
}
