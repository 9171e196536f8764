import { giveUpMs, type TimerSettings } from "./timer/timer-settings.ts";

/** RFC 3261 17.1.1, figure 5, with the Accepted state and timer M of RFC 6026 7.2. */
export interface InviteClientTransaction {
  readonly state: "calling" | "proceeding" | "completed" | "accepted" | "terminated";
  /** True over transports that repeat what is lost: no timer A, timer D is zero. */
  readonly reliable: boolean;
  readonly timers: TimerSettings;
  /** Value of timer A when it is next started. */
  readonly retransmitMs: number;
}

/** `cancel` is no timer of the figure: RFC 3261 9.1 lets an INVITE end 64*T1 after its CANCEL. */
export type InviteClientTimer = "a" | "b" | "d" | "m" | "cancel";

export type InviteClientEvent =
  | { readonly type: "response"; readonly status: number }
  | { readonly type: "timer"; readonly timer: InviteClientTimer }
  | { readonly type: "cancel-sent" }
  | { readonly type: "transport-failed" };

export type InviteClientEffect =
  | { readonly type: "send-request"; readonly again: boolean }
  | { readonly type: "send-ack" }
  | { readonly type: "start-timer"; readonly timer: InviteClientTimer; readonly delayMs: number }
  | { readonly type: "stop-timers" }
  | { readonly type: "deliver-response" }
  | { readonly type: "ended"; readonly reason: "done" | "timeout" | "transport-failed" };

type Tx = InviteClientTransaction;
type Step = { readonly tx: Tx; readonly effects: readonly InviteClientEffect[] };

const SEND: InviteClientEffect = { type: "send-request", again: false };
const SEND_AGAIN: InviteClientEffect = { type: "send-request", again: true };
const ACKNOWLEDGE: InviteClientEffect = { type: "send-ack" };
const STOP_TIMERS: InviteClientEffect = { type: "stop-timers" };
const DELIVER: InviteClientEffect = { type: "deliver-response" };

/** Begins a transaction: the request goes out. */
export function startInviteClient(reliable: boolean, timers: TimerSettings): Step {
  const tx: Tx = { state: "calling", reliable, timers, retransmitMs: 2 * timers.t1Ms };
  const timerB = startTimer("b", giveUpMs(timers));
  return { tx, effects: reliable ? [SEND, timerB] : [SEND, startTimer("a", timers.t1Ms), timerB] };
}

/** Advances one transaction. Pure: the caller performs the effects in order. */
export function stepInviteClient(tx: Tx, event: InviteClientEvent): Step {
  switch (event.type) {
    case "response":
      return onResponse(tx, event.status);
    case "timer":
      return onTimer(tx, event.timer);
    case "cancel-sent":
      if (tx.state !== "proceeding") return ignore(tx);
      return { tx, effects: [startTimer("cancel", giveUpMs(tx.timers))] };
    case "transport-failed":
      if (tx.state === "calling") return end(tx, "transport-failed");
      // The user has its final response: that the ACK can not be delivered does not concern it.
      return tx.state === "completed" ? end(tx, "done") : ignore(tx);
  }
}

function onResponse(tx: Tx, status: number): Step {
  switch (tx.state) {
    case "calling":
    case "proceeding":
      return status < 200 ? onProvisional(tx) : onFinal(tx, status);
    case "completed":
      return status >= 300 ? { tx, effects: [ACKNOWLEDGE] } : ignore(tx);
    case "accepted":
      return status >= 200 && status < 300 ? { tx, effects: [DELIVER] } : ignore(tx);
    case "terminated":
      return ignore(tx);
  }
}

function onProvisional(tx: Tx): Step {
  if (tx.state === "proceeding") return { tx, effects: [DELIVER] };
  return { tx: { ...tx, state: "proceeding" }, effects: [STOP_TIMERS, DELIVER] };
}

function onFinal(tx: Tx, status: number): Step {
  if (status < 300) {
    const timerM = startTimer("m", giveUpMs(tx.timers));
    return { tx: { ...tx, state: "accepted" }, effects: [STOP_TIMERS, timerM, DELIVER] };
  }
  // At least 32 s over unreliable transports, whatever T1 is.
  const timerD = startTimer("d", tx.reliable ? 0 : Math.max(32_000, giveUpMs(tx.timers)));
  return { tx: { ...tx, state: "completed" }, effects: [STOP_TIMERS, ACKNOWLEDGE, timerD, DELIVER] };
}

function onTimer(tx: Tx, timer: InviteClientTimer): Step {
  switch (timer) {
    case "a": {
      if (tx.state !== "calling" || tx.reliable) return ignore(tx);
      const effects = [SEND_AGAIN, startTimer("a", tx.retransmitMs)];
      return { tx: { ...tx, retransmitMs: 2 * tx.retransmitMs }, effects };
    }
    case "b":
      return tx.state === "calling" ? end(tx, "timeout") : ignore(tx);
    case "d":
      return tx.state === "completed" ? end(tx, "done") : ignore(tx);
    case "m":
      return tx.state === "accepted" ? end(tx, "done") : ignore(tx);
    case "cancel":
      return tx.state === "proceeding" ? end(tx, "timeout") : ignore(tx);
  }
}

function end(tx: Tx, reason: "done" | "timeout" | "transport-failed"): Step {
  return { tx: { ...tx, state: "terminated" }, effects: [STOP_TIMERS, { type: "ended", reason }] };
}

function ignore(tx: Tx): Step {
  return { tx, effects: [] };
}

function startTimer(timer: InviteClientTimer, delayMs: number): InviteClientEffect {
  return { type: "start-timer", timer, delayMs };
}
