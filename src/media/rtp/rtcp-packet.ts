/** One report about a source that the reporter hears (RFC 3550 6.4.1). */
export interface ReportBlock {
  readonly ssrc: number;
  /** Of 256. */
  readonly fractionLost: number;
  readonly cumulativeLost: number;
  readonly highestSequence: number;
  /** In timestamp units. */
  readonly jitter: number;
  /** Middle 32 bits of the NTP time of the last sender report heard; 0 for none. */
  readonly lastSenderReport: number;
  /** Since that report, in 1/65536 s. */
  readonly delaySinceLastSenderReport: number;
}

/** A sender or receiver report. */
export interface RtcpReport {
  readonly type: "sender" | "receiver";
  readonly ssrc: number;
  /** Of a sender report: what a report block refers to as `lastSenderReport`. */
  readonly compactNtp?: number;
  readonly blocks: readonly ReportBlock[];
}

const SENDER_REPORT = 200;
const RECEIVER_REPORT = 201;
const BLOCK_BYTES = 24;
const MAX_PACKETS = 16;

/** True for RTCP version 2. @see RFC 3550 6.1, RFC 5761 4 */
export function isRtcp(packet: Buffer): boolean {
  if (packet.length < 8) return false;
  const type = packet.readUInt8(1);
  return packet.readUInt8(0) >>> 6 === 2 && type >= 192 && type <= 223;
}

/** The reports of a compound packet, at most 16; what does not fit its length field is left out. */
export function parseReports(packet: Buffer): readonly RtcpReport[] {
  const reports: RtcpReport[] = [];
  let offset = 0;
  for (let count = 0; count < MAX_PACKETS && offset + 8 <= packet.length; count += 1) {
    const end = offset + 4 * (packet.readUInt16BE(offset + 2) + 1);
    if (packet.readUInt8(offset) >>> 6 !== 2 || end > packet.length) break;
    const report = parseReport(packet, offset, end);
    if (report !== undefined) reports.push(report);
    offset = end;
  }
  return reports;
}

function parseReport(packet: Buffer, start: number, end: number): RtcpReport | undefined {
  const type = packet.readUInt8(start + 1);
  if (type !== SENDER_REPORT && type !== RECEIVER_REPORT) return undefined;
  const isSender = type === SENDER_REPORT;
  const firstBlock = start + (isSender ? 28 : 8);
  const blockCount = packet.readUInt8(start) & 0x1f;
  if (end < firstBlock + blockCount * BLOCK_BYTES) return undefined;
  const ssrc = packet.readUInt32BE(start + 4);
  const blocks = Array.from({ length: blockCount }, (_, index) => parseBlock(packet, firstBlock + index * BLOCK_BYTES));
  if (!isSender) return { type: "receiver", ssrc, blocks };
  const compactNtp = packet.readUInt16BE(start + 10) * 65_536 + packet.readUInt16BE(start + 12);
  return { type: "sender", ssrc, compactNtp, blocks };
}

function parseBlock(packet: Buffer, offset: number): ReportBlock {
  return {
    ssrc: packet.readUInt32BE(offset),
    fractionLost: packet.readUInt8(offset + 4),
    cumulativeLost: packet.readIntBE(offset + 5, 3),
    highestSequence: packet.readUInt32BE(offset + 8),
    jitter: packet.readUInt32BE(offset + 12),
    lastSenderReport: packet.readUInt32BE(offset + 16),
    delaySinceLastSenderReport: packet.readUInt32BE(offset + 20),
  };
}
