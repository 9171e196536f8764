import { parseSessionExpires, type SipMessage } from "../message/index.ts";

/** RFC 4028 4: the shortest interval there is. A peer that asks for less would have us refresh without end. */
const MIN_INTERVAL_SECONDS = 90;

/** RFC 4028: the agreed life of a session, and who keeps it alive. */
export interface SessionTimer {
  /** Session interval in seconds. */
  readonly intervalSeconds: number;
  readonly refresher: "local" | "remote";
  /** Wall-clock time of the last refresh. */
  refreshedAtMs: number;
}

/**
 * The session timer that a 2xx to INVITE or UPDATE agrees on, or undefined when there is none.
 * @param sender whether we or the other end sent the request that this answers
 * @see RFC 4028 7.2 and 9: `refresher=uac` names the sender of the request
 */
export function agreedSessionTimer(
  response: SipMessage,
  sender: "local" | "remote",
  wallMs: number,
): SessionTimer | undefined {
  const value = response.get("session-expires");
  if (value === undefined) return undefined;
  const parsed = parseSessionExpires(value);
  if (!parsed.ok) return undefined;
  const { seconds, refresher } = parsed.value;
  const other = sender === "local" ? "remote" : "local";
  const intervalSeconds = Math.max(seconds, MIN_INTERVAL_SECONDS);
  return { intervalSeconds, refresher: refresher === "uas" ? other : sender, refreshedAtMs: wallMs };
}

/** Milliseconds from the last refresh until the refresher refreshes (half the interval). */
export function refreshDelayMs(timer: SessionTimer): number {
  return timer.intervalSeconds * 500;
}

/** Milliseconds from the last refresh until the other end gives the session up (RFC 4028 10). */
export function expiryDelayMs(timer: SessionTimer): number {
  return (timer.intervalSeconds - Math.min(32, timer.intervalSeconds / 3)) * 1_000;
}
