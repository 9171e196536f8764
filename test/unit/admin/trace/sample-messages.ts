import { ladderOf, type Ladder } from "../../../../src/admin/trace/ladder.ts";
import type { CallSubject, TracedMessage } from "../../../../src/admin/trace/traced-message.ts";

const START_MS = Date.UTC(2026, 0, 1, 12);
const SDP = "v=0\r\nc=IN IP4 192.0.2.7\r\nm=audio 4000 RTP/AVP 8\r\n";

/** A call between two phones; the callee has two contacts. */
export const sampleCall: CallSubject = {
  callId: "0b5c",
  state: "disconnected",
  calledNumber: "1002",
  startedAtMs: START_MS,
  caller: { device: "phone-1001", number: "1001", sipCallIds: ["near"] },
  callee: { device: "phone-1002", number: "1002", sipCallIds: ["far-1", "far-2"] },
};

/** A message of a dialog; `start` as in `INVITE` or `200 OK (INVITE)`. */
export function message(
  sequence: number,
  sipCallId: string,
  direction: TracedMessage["direction"],
  start: string,
  changes: Partial<TracedMessage> & { readonly sdp?: boolean; readonly toTag?: string } = {},
): TracedMessage {
  const { sdp = false, toTag, ...others } = changes;
  const [, status, method = start] = /^(\d{3} [^(]*)\((.*)\)$/.exec(start) ?? [];
  const head = [
    status === undefined ? `${method} sip:1002@192.0.2.1 SIP/2.0` : `SIP/2.0 ${status.trim()}`,
    `Call-ID: ${sipCallId}`,
    `CSeq: 1 ${method}`,
    `To: <sip:1002@tandem.local>${toTag === undefined ? "" : `;tag=${toTag}`}`,
    ...(sdp ? ["Content-Type: application/sdp"] : []),
    `Content-Length: ${sdp ? SDP.length : 0}`,
  ];
  return {
    sequence,
    timeMs: START_MS + sequence * 250,
    direction,
    protocol: "udp",
    localAddress: "192.0.2.1",
    localPort: 5060,
    remoteAddress: "192.0.2.7",
    remotePort: 5061,
    sipCallId,
    text: `${head.join("\r\n")}\r\n\r\n${sdp ? SDP : ""}`,
    ...others,
  };
}

const far = { remoteAddress: "192.0.2.8", protocol: "tcp" };

/** The set-up of `sampleCall`. */
export const sampleMessages: readonly TracedMessage[] = [
  message(0, "near", "received", "INVITE", { sdp: true }),
  message(1, "near", "sent", "100 Trying (INVITE)"),
  message(2, "far-1", "sent", "INVITE", { sdp: true, ...far }),
  message(3, "far-2", "sent", "INVITE", { sdp: true, ...far, remotePort: 5062 }),
  message(4, "far-2", "received", "486 Busy Here (INVITE)", { ...far, remotePort: 5062 }),
  message(5, "far-1", "received", "200 OK (INVITE)", { sdp: true, ...far }),
  message(6, "near", "sent", "200 OK (INVITE)", { sdp: true }),
];

export const sampleLadder: Ladder = ladderOf(sampleCall, sampleMessages);
