/**
 * Q.850 causes of SIP statuses: RFC 3398 8.2.6.1, but for 488, 502, 503 and 606, which have the causes of the events
 * of the control API, and statuses that are younger than the RFC.
 */
const CAUSE_OF_STATUS = new Map<number, number>([
  [200, 16],
  [400, 41],
  [401, 21],
  [402, 21],
  [403, 21],
  [404, 1],
  [405, 63],
  [406, 79],
  [407, 21],
  [408, 102],
  [410, 22],
  [415, 79],
  [430, 27],
  [433, 24],
  [480, 18],
  [481, 41],
  [482, 25],
  [483, 25],
  [484, 28],
  [485, 1],
  [486, 17],
  [487, 16],
  [488, 88],
  [500, 41],
  [501, 79],
  [502, 27],
  [503, 42],
  [504, 102],
  [600, 17],
  [603, 21],
  [604, 1],
  [606, 88],
  [607, 21],
  [608, 21],
]);

/**
 * SIP statuses of Q.850 causes: RFC 3398 7.2.4.1, but for 21 and 88, which go back to what they come from. A call that
 * was cleared (16, 31) before it was answered counts as not available.
 */
const STATUS_OF_CAUSE = new Map<number, number>([
  [1, 404],
  [2, 404],
  [3, 404],
  [16, 480],
  [17, 486],
  [18, 408],
  [19, 480],
  [20, 480],
  [21, 603],
  [22, 410],
  [23, 410],
  [24, 433],
  [25, 483],
  [26, 404],
  [27, 502],
  [28, 484],
  [29, 501],
  [31, 480],
  [34, 503],
  [38, 503],
  [41, 503],
  [42, 503],
  [47, 503],
  [52, 403],
  [55, 403],
  [57, 403],
  [58, 503],
  [63, 405],
  [65, 488],
  [70, 488],
  [79, 501],
  [87, 403],
  [88, 488],
  [102, 504],
  [111, 500],
  [127, 500],
]);

const CAUSE_NAMES = new Map<number, string>([
  [1, "unallocated number"],
  [2, "no route to transit network"],
  [3, "no route to destination"],
  [16, "normal call clearing"],
  [17, "user busy"],
  [18, "no user responding"],
  [19, "no answer from user"],
  [20, "subscriber absent"],
  [21, "call rejected"],
  [22, "number changed"],
  [23, "redirection to new destination"],
  [24, "call rejected by a feature"],
  [25, "exchange routing error"],
  [26, "non-selected user clearing"],
  [27, "destination out of order"],
  [28, "invalid number format"],
  [29, "facility rejected"],
  [31, "normal, unspecified"],
  [34, "no circuit available"],
  [38, "network out of order"],
  [41, "temporary failure"],
  [42, "switching equipment congestion"],
  [44, "requested circuit not available"],
  [47, "resource unavailable"],
  [50, "facility not subscribed"],
  [52, "outgoing calls barred"],
  [55, "incoming calls barred"],
  [57, "bearer capability not authorized"],
  [58, "bearer capability not available"],
  [63, "service or option not available"],
  [65, "bearer capability not implemented"],
  [69, "facility not implemented"],
  [70, "restricted bearer capability only"],
  [79, "service or option not implemented"],
  [87, "user not member of closed group"],
  [88, "incompatible destination"],
  [95, "invalid message"],
  [96, "mandatory element missing"],
  [97, "message type not implemented"],
  [102, "recovery on timer expiry"],
  [111, "protocol error"],
  [127, "interworking"],
]);

/** By the class of a cause, its upper three bits. */
const CLASS_NAMES = [
  "normal, unspecified",
  "normal, unspecified",
  "resource unavailable",
  "service or option not available",
  "service or option not implemented",
  "invalid message",
  "protocol error",
  "interworking",
];

const INTERWORKING = 127;

/** Q.850 cause of a SIP status; 127 (interworking) when the table has none. */
export function causeOfStatus(status: number): number {
  return CAUSE_OF_STATUS.get(status) ?? INTERWORKING;
}

/** SIP status of a Q.850 cause, 400 and above; 500 when the table has none. */
export function statusOfCause(cause: number): number {
  return STATUS_OF_CAUSE.get(cause) ?? 500;
}

/** Name of a Q.850 cause, lower case; that of its class (Q.850 2.2.5) when it has none here. */
export function causeName(cause: number): string {
  return CAUSE_NAMES.get(cause) ?? CLASS_NAMES[cause >> 4] ?? "unknown";
}
