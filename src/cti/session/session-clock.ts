import { withMore } from "../../common/index.ts";
import type { SessionTimes } from "./session-times.ts";

/**
 * `connected`: it has been heard within one heartbeat interval over a connection that is there; `silent`: it has not;
 * `absent`: its connection is lost for as long as it has asked for, and a standby that is there takes its place;
 * `failed`: nothing was heard for two intervals, others take its place; `closed`: its lease is over, for good.
 */
export type SessionPhase = "connected" | "silent" | "absent" | "failed" | "closed";

/**
 * The clock of a silent application. Any frame counts as a sign of life; a lost connection alone changes nothing but
 * the phase's name, unless the application has asked for more. Times are of the monotonic clock.
 */
export interface SessionClock extends SessionTimes {
  readonly phase: SessionPhase;
  readonly lastHeardMs: number;
  readonly isAttached: boolean;
  /** When the application, or what is between it and us, has ended its connection, and none has come since. */
  readonly lostMs?: number;
}

export type ClockEvent =
  | { readonly type: "heard"; readonly nowMs: number }
  | ({ readonly type: "attached"; readonly nowMs: number } & SessionTimes)
  /** `lostMs`: now, and it was not us. */
  | { readonly type: "detached"; readonly lostMs?: number }
  /** The time that `nextDueMs` told has come, or has been over for `lateMs`. */
  | { readonly type: "due"; readonly nowMs: number; readonly lateMs: number }
  | { readonly type: "close" };

export type ClockEffect = "absent" | "failed" | "lease-over" | "resumed-after-failure";

export interface ClockStep {
  readonly clock: SessionClock;
  readonly effects: readonly ClockEffect[];
}

/** Later than that, it is we who have been asleep: what the application has said meanwhile is not read yet. */
const STALLED_MS = 500;

/**
 * Of a session that begins, or, not attached, of one that goes on after a restart: it has two intervals from then.
 * @param lostAgoMs its connection was lost before the restart; it could not come back meanwhile, so that it has a heartbeat
 * interval to do so, or all of a shorter time
 */
export function startClock(
  { isAttached, ...times }: SessionTimes & Pick<SessionClock, "isAttached">,
  nowMs: number,
  { hasFailed = false, lostAgoMs }: { readonly hasFailed?: boolean; readonly lostAgoMs?: number } = {},
): SessionClock {
  const phase = hasFailed ? "failed" : isAttached ? "connected" : "silent";
  const clock: SessionClock = { phase, ...timesOf(times), lastHeardMs: nowMs, isAttached };
  if (lostAgoMs === undefined) return clock;
  const { standbyAfterMs = 0, heartbeatMs } = times;
  const goneMs = Math.max(0, Math.min(lostAgoMs, standbyAfterMs - heartbeatMs));
  return withMore(clock, { lostMs: nowMs - goneMs });
}

/** When something is due next; undefined: never. */
export function nextDueMs(clock: SessionClock): number | undefined {
  const { phase, lastHeardMs, heartbeatMs, leaseMs } = clock;
  switch (phase) {
    case "connected":
      return lastHeardMs + heartbeatMs;
    case "silent":
      return Math.min(absentMs(clock), lastHeardMs + 2 * heartbeatMs);
    case "absent":
      return lastHeardMs + 2 * heartbeatMs;
    case "failed":
      return lastHeardMs + leaseMs;
    case "closed":
      return undefined;
  }
}

/** Advances the clock of one session. Pure. */
export function stepClock(clock: SessionClock, event: ClockEvent): ClockStep {
  if (clock.phase === "closed") return { clock, effects: [] };
  switch (event.type) {
    case "heard":
      // What has failed comes back by a resume only: others may have its devices.
      if (clock.phase === "failed") return { clock, effects: [] };
      return { clock: { ...clock, phase: phaseHeard(clock), lastHeardMs: event.nowMs }, effects: [] };
    case "attached": {
      return {
        clock: { phase: "connected", ...timesOf(event), lastHeardMs: event.nowMs, isAttached: true },
        effects: clock.phase === "failed" ? ["resumed-after-failure"] : [],
      };
    }
    case "detached": {
      const phase = clock.phase === "connected" ? "silent" : clock.phase;
      const lost = event.lostMs === undefined ? {} : { lostMs: event.lostMs };
      return { clock: withMore(clock, { ...lost, isAttached: false, phase }), effects: [] };
    }
    case "due":
      return due(clock, event.nowMs, event.lateMs);
    case "close":
      return { clock: { ...clock, phase: "closed" }, effects: [] };
  }
}

function due(clock: SessionClock, nowMs: number, lateMs: number): ClockStep {
  const atMs = nextDueMs(clock);
  if (atMs === undefined || nowMs < atMs) return { clock, effects: [] };
  if (clock.phase === "connected") return { clock: { ...clock, phase: "silent" }, effects: [] };
  if (lateMs > STALLED_MS) return { clock: excused(clock, nowMs), effects: [] };
  if (clock.phase === "silent" && nowMs >= absentMs(clock) && nowMs < clock.lastHeardMs + 2 * clock.heartbeatMs) {
    return { clock: { ...clock, phase: "absent" }, effects: ["absent"] };
  }
  if (clock.phase !== "failed") return { clock: { ...clock, phase: "failed" }, effects: ["failed"] };
  return { clock: { ...clock, phase: "closed" }, effects: ["lease-over"] };
}

/** One more interval, in which it can be heard; and what it has asked for begins anew. */
function excused(clock: SessionClock, nowMs: number): SessionClock {
  const { phase, heartbeatMs, leaseMs, lostMs } = clock;
  const waitMs = phase === "failed" ? leaseMs : 2 * heartbeatMs;
  const lastHeardMs = Math.max(clock.lastHeardMs, nowMs + heartbeatMs - waitMs);
  return withMore(clock, { lastHeardMs, ...(lostMs === undefined ? {} : { lostMs: nowMs }) });
}

/** When a standby is to take its place; without a connection that is lost, or if it has not asked for that, never. */
function absentMs({ lostMs, standbyAfterMs }: SessionClock): number {
  return lostMs === undefined || standbyAfterMs === undefined ? Infinity : lostMs + standbyAfterMs;
}

function phaseHeard({ isAttached }: SessionClock): SessionPhase {
  return isAttached ? "connected" : "silent";
}

function timesOf({ heartbeatMs, leaseMs, standbyAfterMs }: SessionTimes): SessionTimes {
  const standby = standbyAfterMs === undefined ? {} : { standbyAfterMs };
  return { heartbeatMs, leaseMs: Math.max(leaseMs, 2 * heartbeatMs), ...standby };
}
