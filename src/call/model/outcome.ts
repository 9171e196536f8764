/** Why a call ended, in the words of call control. */
export type EndReason =
  | "normal"
  | "cancelled"
  | "busy"
  | "no-answer"
  | "rejected"
  | "unreachable"
  | "media-refused"
  | "media-timeout"
  | "session-lost"
  | "edge-lost"
  | "switch-stopped";

/** How a call ended. */
export interface Outcome {
  readonly by: "caller" | "callee" | "switch";
  readonly reason: EndReason;
  /** What the caller's INVITE was answered with; 200 for a call that was up. */
  readonly status: number;
  /** Q.850 cause. */
  readonly cause: number;
}

/** Q.850 causes of SIP statuses (RFC 3398 8.2.6.1). */
const CAUSE_OF_STATUS = new Map<number, number>([
  [404, 1],
  [485, 1],
  [604, 1],
  [486, 17],
  [600, 17],
  [480, 18],
  [401, 21],
  [402, 21],
  [403, 21],
  [407, 21],
  [603, 21],
  [410, 22],
  [482, 25],
  [483, 25],
  [484, 28],
  [502, 38],
  [400, 41],
  [481, 41],
  [500, 41],
  [503, 41],
  [405, 63],
  [406, 79],
  [415, 79],
  [501, 79],
  [488, 88],
  [606, 88],
  [408, 102],
  [504, 102],
  [487, 16],
  [200, 16],
]);

const CAUSE_NAMES = new Map<number, string>([
  [1, "unallocated number"],
  [16, "normal call clearing"],
  [17, "user busy"],
  [18, "no user responding"],
  [19, "no answer from user"],
  [21, "call rejected"],
  [22, "number changed"],
  [25, "exchange routing error"],
  [27, "destination out of order"],
  [28, "invalid number format"],
  [31, "normal, unspecified"],
  [38, "network out of order"],
  [41, "temporary failure"],
  [47, "resource unavailable"],
  [63, "service or option not available"],
  [79, "service or option not implemented"],
  [88, "incompatible destination"],
  [102, "recovery on timer expiry"],
  [127, "interworking"],
]);

/** Q.850 cause of a SIP status; 127 (interworking) when the table has none. */
export function causeOfStatus(status: number): number {
  return CAUSE_OF_STATUS.get(status) ?? 127;
}

/** Name of a Q.850 cause, lower case. */
export function causeName(cause: number): string {
  return CAUSE_NAMES.get(cause) ?? "unknown";
}

/** How an attempt ended that the callee, or everything in its place, refused with `status`. */
export function refusedOutcome(status: number): Outcome {
  const cause = causeOfStatus(status);
  if (status === 486 || status === 600) return { by: "callee", reason: "busy", status, cause };
  if (status === 480 || status === 408 || status === 503) return { by: "callee", reason: "unreachable", status, cause };
  return { by: "callee", reason: "rejected", status, cause };
}
