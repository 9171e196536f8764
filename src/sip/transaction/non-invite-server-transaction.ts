import { giveUpMs, type TimerSettings } from "./timer/timer-settings.ts";

/** RFC 3261 17.2.2, figure 8. */
export interface NonInviteServerTransaction {
  readonly state: "trying" | "proceeding" | "completed" | "terminated";
  /** The response that answers a retransmitted request. */
  readonly lastResponse: string | undefined;
  /** True over transports that repeat what is lost: there is nothing to send again, so timer J is zero. */
  readonly reliable: boolean;
  readonly timers: TimerSettings;
}

/** `unanswered` is no timer of the figure: after 64*T1 the client has given up, and so may we. */
export type NonInviteServerTimer = "j" | "unanswered";

export type NonInviteServerEvent =
  | { readonly type: "request-retransmitted" }
  | { readonly type: "response"; readonly status: number; readonly text: string }
  | { readonly type: "timer"; readonly timer: NonInviteServerTimer }
  | { readonly type: "transport-failed" };

export type NonInviteServerEffect =
  | { readonly type: "send-response"; readonly text: string; readonly again: boolean }
  | { readonly type: "start-timer"; readonly timer: NonInviteServerTimer; readonly delayMs: number }
  | { readonly type: "ended"; readonly reason: "done" | "unanswered" | "transport-failed" };

type Tx = NonInviteServerTransaction;
type Step = { readonly tx: Tx; readonly effects: readonly NonInviteServerEffect[] };

/** Begins a transaction. */
export function startNonInviteServer(reliable: boolean, timers: TimerSettings): Step {
  const tx: Tx = { state: "trying", lastResponse: undefined, reliable, timers };
  return { tx, effects: [{ type: "start-timer", timer: "unanswered", delayMs: giveUpMs(timers) }] };
}

/** Advances one transaction. Pure: the caller performs the effects in order. */
export function stepNonInviteServer(tx: Tx, event: NonInviteServerEvent): Step {
  switch (event.type) {
    case "request-retransmitted":
      if (tx.lastResponse === undefined || tx.state === "terminated") return { tx, effects: [] };
      return { tx, effects: [{ type: "send-response", text: tx.lastResponse, again: true }] };
    case "response":
      return isOpen(tx) ? respond(tx, event) : { tx, effects: [] };
    case "timer":
      if (event.timer === "j") return tx.state === "completed" ? end(tx, "done") : { tx, effects: [] };
      return isOpen(tx) ? end(tx, "unanswered") : { tx, effects: [] };
    case "transport-failed":
      return tx.state === "terminated" ? { tx, effects: [] } : end(tx, "transport-failed");
  }
}

function respond(tx: Tx, { status, text }: { readonly status: number; readonly text: string }): Step {
  const send: NonInviteServerEffect = { type: "send-response", text, again: false };
  if (status < 200) return { tx: { ...tx, state: "proceeding", lastResponse: text }, effects: [send] };
  const delayMs = tx.reliable ? 0 : giveUpMs(tx.timers);
  const timerJ: NonInviteServerEffect = { type: "start-timer", timer: "j", delayMs };
  return { tx: { ...tx, state: "completed", lastResponse: text }, effects: [send, timerJ] };
}

function isOpen(tx: Tx): boolean {
  return tx.state === "trying" || tx.state === "proceeding";
}

function end(tx: Tx, reason: "done" | "unanswered" | "transport-failed"): Step {
  return { tx: { ...tx, state: "terminated", lastResponse: undefined }, effects: [{ type: "ended", reason }] };
}
