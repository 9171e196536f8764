import { isUnreached } from "./best-refusal.ts";
import type { Session, Diversion, Setup } from "./session.ts";
import { STOP_SETUP_TIMERS, type SessionEffect, type Step } from "./session-effect.ts";
import { endCall } from "./ending.ts";
import type { Outcome } from "./outcome.ts";

/** Nobody is left to be tried: the call is diverted when its route asks for that, else the caller is told why. */
export function giveUp(call: Session, setup: Setup, outcome: Outcome): Step {
  const reason = diversionOf(outcome, setup);
  if (reason === undefined || !setup.diverts.includes(reason)) return endCall(call, outcome);
  const waiting: Setup = { ...setup, groups: [], current: undefined, early: undefined, diverting: outcome };
  const effects = cancelAll(call);
  effects.push(...STOP_SETUP_TIMERS, { type: "divert", reason });
  return { call: { ...call, setup: waiting, branches: allCancelled(call) }, effects };
}

/** Gives up what has been tried. */
export function cancelAll({ branches }: Session): SessionEffect[] {
  const live = branches.filter(({ state }) => state !== "cancelled");
  return live.map(({ branchId }) => ({ type: "cancel", branchId, elsewhere: false }));
}

export function allCancelled({ branches }: Session): Session["branches"] {
  return branches.map((branch) => ({ ...branch, state: "cancelled" }));
}

/** Whom a session was offered to had not answered in time, so that others have it now. */
export function isOutOfTime({ setup: before }: Session, { setup: after }: Session): boolean {
  if (before?.diverting !== undefined) return before.diverting.reason === "no-answer";
  const refusals = after?.refusals ?? [];
  return refusals.length > (before?.refusals.length ?? 0) && refusals.at(-1)?.isUnanswered === true;
}

function diversionOf({ reason, status }: Outcome, { refusals, diverts }: Setup): Diversion | undefined {
  // RFC 3261 8.1.3.4: who says where to go instead has not refused the call. A 6xx is the last word.
  const isDeflected = status < 600 && refusals.some((one) => one.status >= 300 && one.status < 400);
  if (isDeflected && diverts.includes("deflected")) return "deflected";
  if (diverts.includes("no-coverage")) return "no-coverage";
  if (reason === "busy" || reason === "no-answer") return reason;
  if (refusals.some(({ isFailed }) => isFailed === true)) return "on-failure";
  return isUnreached(refusals) ? "unregistered" : undefined;
}
