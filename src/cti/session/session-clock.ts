/**
 * `connected`: it has been heard within one heartbeat interval over a connection that is there; `silent`: it has not;
 * `failed`: nothing was heard for two intervals, others take its place; `closed`: its lease is over, for good.
 */
export type SessionPhase = "connected" | "silent" | "failed" | "closed";

/**
 * The clock of a silent application. Any frame counts as a sign of life; a lost connection alone changes nothing but
 * the phase's name. Times are of the monotonic clock.
 */
export interface SessionClock {
  readonly phase: SessionPhase;
  readonly heartbeatMs: number;
  /** At least two heartbeats. */
  readonly leaseMs: number;
  readonly lastHeardMs: number;
  readonly isAttached: boolean;
}

export type ClockEvent =
  | { readonly type: "heard"; readonly nowMs: number }
  | { readonly type: "attached"; readonly nowMs: number; readonly heartbeatMs: number; readonly leaseMs: number }
  | { readonly type: "detached" }
  /** The time that `nextDueMs` told has come, or has been over for `lateMs`. */
  | { readonly type: "due"; readonly nowMs: number; readonly lateMs: number }
  | { readonly type: "close" };

export type ClockEffect = "failed" | "lease-over" | "resumed-after-failure";

export interface ClockStep {
  readonly clock: SessionClock;
  readonly effects: readonly ClockEffect[];
}

/** Later than that, it is we who have been asleep: what the application has said meanwhile is not read yet. */
const STALLED_MS = 500;

/** Of a session that begins, or, not attached, of one that goes on after a restart: it has two intervals from then. */
export function startClock(
  settings: Pick<SessionClock, "heartbeatMs" | "leaseMs" | "isAttached">,
  nowMs: number,
  hasFailed = false,
): SessionClock {
  const { heartbeatMs, isAttached } = settings;
  const phase = hasFailed ? "failed" : isAttached ? "connected" : "silent";
  return { phase, heartbeatMs, leaseMs: leaseOf(settings), lastHeardMs: nowMs, isAttached };
}

/** When something is due next; undefined: never. */
export function nextDueMs({ phase, lastHeardMs, heartbeatMs, leaseMs }: SessionClock): number | undefined {
  switch (phase) {
    case "connected":
      return lastHeardMs + heartbeatMs;
    case "silent":
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
      const { nowMs, heartbeatMs } = event;
      const next = { ...clock, heartbeatMs, leaseMs: leaseOf(event), lastHeardMs: nowMs, isAttached: true };
      return {
        clock: { ...next, phase: "connected" },
        effects: clock.phase === "failed" ? ["resumed-after-failure"] : [],
      };
    }
    case "detached":
      return {
        clock: { ...clock, isAttached: false, phase: clock.phase === "connected" ? "silent" : clock.phase },
        effects: [],
      };
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
  // One more interval, in which it can be heard.
  if (lateMs > STALLED_MS) {
    return { clock: { ...clock, lastHeardMs: nowMs + clock.heartbeatMs - (atMs - clock.lastHeardMs) }, effects: [] };
  }
  if (clock.phase === "silent") return { clock: { ...clock, phase: "failed" }, effects: ["failed"] };
  return { clock: { ...clock, phase: "closed" }, effects: ["lease-over"] };
}

function phaseHeard({ isAttached }: SessionClock): SessionPhase {
  return isAttached ? "connected" : "silent";
}

function leaseOf({ heartbeatMs, leaseMs }: Pick<SessionClock, "heartbeatMs" | "leaseMs">): number {
  return Math.max(leaseMs, 2 * heartbeatMs);
}
