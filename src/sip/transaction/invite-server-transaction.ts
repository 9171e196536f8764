import { giveUpMs, type TimerSettings } from "./timer/timer-settings.ts";

/** RFC 3261 17.2.1, figure 7, as RFC 6026 7.1 has it: with the Accepted state and timer L. */
export interface InviteServerTransaction {
  readonly state: "proceeding" | "completed" | "confirmed" | "accepted" | "terminated";
  /** The response that answers a retransmitted INVITE. */
  readonly lastResponse: string | undefined;
  /** True over transports that repeat what is lost: no timer G, timer I is zero. */
  readonly reliable: boolean;
  readonly timers: TimerSettings;
  /** Value of timer G when it is next started. */
  readonly retransmitMs: number;
}

/** `unanswered` is no timer of the figure: it ends what the user has forgotten. */
export type InviteServerTimer = "g" | "h" | "i" | "l" | "unanswered";

export type InviteServerEvent =
  | { readonly type: "request-retransmitted" }
  | { readonly type: "response"; readonly status: number; readonly text: string }
  | { readonly type: "ack" }
  | { readonly type: "timer"; readonly timer: InviteServerTimer }
  | { readonly type: "transport-failed" };

export type InviteServerEffect =
  | { readonly type: "send-response"; readonly text: string; readonly again: boolean }
  | { readonly type: "start-timer"; readonly timer: InviteServerTimer; readonly delayMs: number }
  | { readonly type: "stop-timers" }
  | { readonly type: "deliver-ack" }
  | { readonly type: "tell-transport-failed" }
  | { readonly type: "ended"; readonly reason: "done" | "timeout" | "unanswered" };

type Tx = InviteServerTransaction;
type Step = { readonly tx: Tx; readonly effects: readonly InviteServerEffect[] };

/** An INVITE that its user says nothing of for so long is forgotten; what is repeated of a provisional response says nothing. */
const UNANSWERED_MS = 600_000;
const STOP_TIMERS: InviteServerEffect = { type: "stop-timers" };
const DELIVER_ACK: InviteServerEffect = { type: "deliver-ack" };
const TELL_FAILURE: InviteServerEffect = { type: "tell-transport-failed" };

const START_UNANSWERED: InviteServerEffect = { type: "start-timer", timer: "unanswered", delayMs: UNANSWERED_MS };

/** Begins a transaction. The 100 Trying is left to the transaction user. */
export function startInviteServer(reliable: boolean, timers: TimerSettings): Step {
  const retransmitMs = Math.min(2 * timers.t1Ms, timers.t2Ms);
  const tx: Tx = { state: "proceeding", lastResponse: undefined, reliable, timers, retransmitMs };
  return { tx, effects: [START_UNANSWERED] };
}

/** Advances one transaction. Pure: the caller performs the effects in order. */
export function stepInviteServer(tx: Tx, event: InviteServerEvent): Step {
  switch (event.type) {
    case "request-retransmitted":
      // RFC 6026 7.1: in Accepted it is absorbed, the user sends the 2xx again by itself.
      if (tx.state !== "proceeding" && tx.state !== "completed") return ignore(tx);
      return tx.lastResponse === undefined ? ignore(tx) : { tx, effects: [send(tx.lastResponse, true)] };
    case "response":
      return onResponse(tx, event.status, event.text);
    case "ack":
      return onAck(tx);
    case "timer":
      return onTimer(tx, event.timer);
    case "transport-failed":
      return isWithUser(tx) ? { tx, effects: [TELL_FAILURE] } : ignore(tx);
  }
}

function onResponse(tx: Tx, status: number, text: string): Step {
  const isSuccess = status >= 200 && status < 300;
  if (tx.state === "accepted") return isSuccess ? { tx, effects: [send(text, true)] } : ignore(tx);
  if (tx.state !== "proceeding") return ignore(tx);
  if (status < 200) return { tx: { ...tx, lastResponse: text }, effects: [send(text, false), START_UNANSWERED] };
  if (isSuccess) {
    const timerL: InviteServerEffect = { type: "start-timer", timer: "l", delayMs: giveUpMs(tx.timers) };
    return { tx: { ...tx, state: "accepted", lastResponse: undefined }, effects: [send(text, false), timerL] };
  }
  const timerH: InviteServerEffect = { type: "start-timer", timer: "h", delayMs: giveUpMs(tx.timers) };
  const timerG: InviteServerEffect = { type: "start-timer", timer: "g", delayMs: tx.timers.t1Ms };
  const effects = tx.reliable ? [send(text, false), timerH] : [send(text, false), timerG, timerH];
  return { tx: { ...tx, state: "completed", lastResponse: text }, effects };
}

function onAck(tx: Tx): Step {
  if (tx.state === "accepted") return { tx, effects: [DELIVER_ACK] };
  if (tx.state !== "completed") return ignore(tx);
  const timerI: InviteServerEffect = { type: "start-timer", timer: "i", delayMs: tx.reliable ? 0 : tx.timers.t4Ms };
  return { tx: { ...tx, state: "confirmed", lastResponse: undefined }, effects: [STOP_TIMERS, timerI] };
}

function onTimer(tx: Tx, timer: InviteServerTimer): Step {
  switch (timer) {
    case "g": {
      if (tx.state !== "completed" || tx.reliable || tx.lastResponse === undefined) return ignore(tx);
      const timerG: InviteServerEffect = { type: "start-timer", timer: "g", delayMs: tx.retransmitMs };
      const retransmitMs = Math.min(2 * tx.retransmitMs, tx.timers.t2Ms);
      return { tx: { ...tx, retransmitMs }, effects: [send(tx.lastResponse, true), timerG] };
    }
    case "h":
      return tx.state === "completed" ? end(tx, "timeout") : ignore(tx);
    case "i":
      return tx.state === "confirmed" ? end(tx, "done") : ignore(tx);
    case "l":
      return tx.state === "accepted" ? end(tx, "done") : ignore(tx);
    case "unanswered":
      return tx.state === "proceeding" ? end(tx, "unanswered") : ignore(tx);
  }
}

function isWithUser(tx: Tx): boolean {
  return tx.state === "proceeding" || tx.state === "completed" || tx.state === "accepted";
}

function end(tx: Tx, reason: "done" | "timeout" | "unanswered"): Step {
  return {
    tx: { ...tx, state: "terminated", lastResponse: undefined },
    effects: [STOP_TIMERS, { type: "ended", reason }],
  };
}

function ignore(tx: Tx): Step {
  return { tx, effects: [] };
}

function send(text: string, again: boolean): InviteServerEffect {
  return { type: "send-response", text, again };
}
