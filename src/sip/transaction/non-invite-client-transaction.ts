import { giveUpMs, type TimerSettings } from "./timer/timer-settings.ts";

/** RFC 3261 17.1.2, figure 6. */
export interface NonInviteClientTransaction {
  readonly state: "trying" | "proceeding" | "completed" | "terminated";
  /** True over transports that repeat what is lost: no timer E, timer K is zero. */
  readonly reliable: boolean;
  readonly timers: TimerSettings;
  /** Value of timer E when it is next started. */
  readonly retransmitMs: number;
}

export type NonInviteClientTimer = "e" | "f" | "k";

export type NonInviteClientEvent =
  | { readonly type: "response"; readonly status: number }
  | { readonly type: "timer"; readonly timer: NonInviteClientTimer }
  | { readonly type: "transport-failed" };

export type NonInviteClientEffect =
  | { readonly type: "send-request"; readonly again: boolean }
  | { readonly type: "start-timer"; readonly timer: NonInviteClientTimer; readonly delayMs: number }
  | { readonly type: "stop-timers" }
  | { readonly type: "deliver-response" }
  | { readonly type: "ended"; readonly reason: "done" | "timeout" | "transport-failed" };

type Tx = NonInviteClientTransaction;
type Step = { readonly tx: Tx; readonly effects: readonly NonInviteClientEffect[] };

const SEND: NonInviteClientEffect = { type: "send-request", again: false };
const SEND_AGAIN: NonInviteClientEffect = { type: "send-request", again: true };
const STOP_TIMERS: NonInviteClientEffect = { type: "stop-timers" };
const DELIVER: NonInviteClientEffect = { type: "deliver-response" };

/** Begins a transaction: the request goes out. */
export function startNonInviteClient(reliable: boolean, timers: TimerSettings): Step {
  const tx: Tx = { state: "trying", reliable, timers, retransmitMs: Math.min(2 * timers.t1Ms, timers.t2Ms) };
  const timerF = startTimer("f", giveUpMs(timers));
  return { tx, effects: reliable ? [SEND, timerF] : [SEND, startTimer("e", timers.t1Ms), timerF] };
}

/** Advances one transaction. Pure: the caller performs the effects in order. */
export function stepNonInviteClient(tx: Tx, event: NonInviteClientEvent): Step {
  switch (event.type) {
    case "response":
      return isOpen(tx) ? onResponse(tx, event.status) : ignore(tx);
    case "timer":
      return onTimer(tx, event.timer);
    case "transport-failed":
      return isOpen(tx) ? end(tx, "transport-failed") : ignore(tx);
  }
}

function onResponse(tx: Tx, status: number): Step {
  // Timer E goes on, at T2 from its next start.
  if (status < 200) {
    return { tx: { ...tx, state: "proceeding", retransmitMs: tx.timers.t2Ms }, effects: [DELIVER] };
  }
  const timerK = startTimer("k", tx.reliable ? 0 : tx.timers.t4Ms);
  return { tx: { ...tx, state: "completed" }, effects: [STOP_TIMERS, timerK, DELIVER] };
}

function onTimer(tx: Tx, timer: NonInviteClientTimer): Step {
  switch (timer) {
    case "e": {
      if (!isOpen(tx) || tx.reliable) return ignore(tx);
      const retransmitMs = Math.min(2 * tx.retransmitMs, tx.timers.t2Ms);
      return { tx: { ...tx, retransmitMs }, effects: [SEND_AGAIN, startTimer("e", tx.retransmitMs)] };
    }
    case "f":
      return isOpen(tx) ? end(tx, "timeout") : ignore(tx);
    case "k":
      return tx.state === "completed" ? end(tx, "done") : ignore(tx);
  }
}

function isOpen(tx: Tx): boolean {
  return tx.state === "trying" || tx.state === "proceeding";
}

function end(tx: Tx, reason: "done" | "timeout" | "transport-failed"): Step {
  return { tx: { ...tx, state: "terminated" }, effects: [STOP_TIMERS, { type: "ended", reason }] };
}

function ignore(tx: Tx): Step {
  return { tx, effects: [] };
}

function startTimer(timer: NonInviteClientTimer, delayMs: number): NonInviteClientEffect {
  return { type: "start-timer", timer, delayMs };
}
