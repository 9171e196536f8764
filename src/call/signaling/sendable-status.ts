/** What drachtio-srf knows; it throws at any other status. */
const SENDABLE = new Set([
  100, 180, 181, 182, 183, 199, 200, 202, 204, 300, 301, 302, 305, 380, 400, 401, 402, 403, 404, 405, 406, 407, 408,
  409, 410, 411, 412, 413, 414, 415, 416, 417, 420, 421, 422, 423, 424, 428, 429, 430, 433, 436, 437, 438, 439, 470,
  480, 481, 482, 483, 484, 485, 486, 487, 488, 489, 491, 493, 494, 500, 501, 502, 503, 504, 505, 513, 580, 600, 603,
  604, 606,
]);

/** The status itself, or the one that stands for its class (RFC 3261 8.1.3.2; 183 for provisional ones). */
export function sendableStatus(status: number): number {
  if (SENDABLE.has(status)) return status;
  const klass = Math.floor(status / 100) * 100;
  return klass === 100 ? 183 : SENDABLE.has(klass) ? klass : 500;
}

/** Statuses that drachtio-srf does not know and that have no substitute; its agent sends them all the same. */
const UNLISTED = new Set([469]);

/** True for a status that must go around `Response#send`; it answers requests inside a dialog only. */
export function isUnlistedStatus(status: number): boolean {
  return UNLISTED.has(status);
}
