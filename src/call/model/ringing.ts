import { bestRefusal } from "./best-refusal.ts";
import type { Branch, Call, EarlyMedia, Setup } from "./call.ts";
import type { CallEffect, Step } from "./call-effect.ts";
import { endCall } from "./ending.ts";
import { type Outcome, type Refusal, refusedOutcome } from "./outcome.ts";

const NO_ANSWER: Outcome = { by: "switch", reason: "no-answer", status: 480, cause: 19 };
const PASSED_ON = new Set([180, 181, 182, 183]);

/** Tries the next group of branches, or refuses the call when there is none. */
export function nextGroup(call: Call): Step {
  const { setup } = call;
  const group = setup?.groups[0];
  if (setup === undefined) return { call, effects: [] };
  if (group === undefined) return endCall(call, bestRefusal(setup.refusals));
  const branches: Branch[] = group.branchIds.map((branchId) => ({ branchId, state: "calling" }));
  const effects: CallEffect[] = branches.map(({ branchId }) => ({ type: "invite", branchId, sdp: setup.offerOut }));
  effects.push({ type: "start-timer", timer: "ring", delayMs: group.ringMs });
  const waiting: Call = {
    ...call,
    setup: { ...setup, groups: setup.groups.slice(1) },
    branches: [...call.branches, ...branches],
  };
  return { call: waiting, effects };
}

/** A branch rings, or plays early media: the first one that plays is heard by the caller. */
export function branchProgress(call: Call, branchId: string, status: number, sdp: string | undefined): Step {
  const { setup } = call;
  const branch = call.branches.find((one) => one.branchId === branchId);
  if (setup?.step !== "ringing" || branch === undefined || branch.state === "cancelled") return { call, effects: [] };
  const ringing: Call = {
    ...call,
    state: "alerting",
    callee: { ...call.callee, connection: "alerting" },
    branches: call.branches.map((one) => (one === branch ? { ...one, state: "alerting" } : one)),
  };
  const passed = PASSED_ON.has(status) ? status : 183;
  const isHeard = sdp !== undefined && setup.offer !== undefined;
  const isOthers = setup.early !== undefined && setup.early.branchId !== branchId;
  if (!isHeard || isOthers) return ring(ringing, setup, isOthers ? withoutMedia(passed) : passed, undefined);
  return earlyMedia(ringing, setup, { branchId, sdp, status: passed });
}

function earlyMedia(call: Call, setup: Setup, found: Pick<EarlyMedia, "branchId" | "sdp" | "status">): Step {
  const { early } = setup;
  if (early?.sdp === found.sdp) {
    return early.out === undefined ? { call, effects: [] } : ring(call, setup, found.status, early.out);
  }
  const ticket = call.nextTicket;
  return {
    call: { ...call, nextTicket: ticket + 1, setup: { ...setup, early: { ...found, ticket, out: undefined } } },
    effects: [
      {
        type: "media",
        ticket,
        operation: { kind: "answer", offerer: "caller", sdp: found.sdp, branchId: found.branchId },
      },
    ],
  };
}

/** What a caller gets who cannot be given the session description: a 183 would have him wait for sound. */
export function withoutMedia(status: number): number {
  return status === 183 ? 180 : status;
}

/** Tells the caller, once for each status. */
export function ring(call: Call, setup: Setup, status: number, sdp: string | undefined): Step {
  if (setup.lastRing === status) return { call, effects: [] };
  return { call: { ...call, setup: { ...setup, lastRing: status } }, effects: [{ type: "ring", status, sdp }] };
}

/** A branch was refused. A 6xx is the last word; else the others go on, and then the next group. */
export function branchFailed(call: Call, branchId: string, refusal: Refusal): Step {
  const branch = call.branches.find((one) => one.branchId === branchId);
  if (branch === undefined) return { call, effects: [] };
  const { setup } = call;
  const remaining: Call = { ...call, branches: call.branches.filter((one) => one !== branch) };
  if (setup?.step !== "ringing" || branch.state === "cancelled") return { call: remaining, effects: [] };
  const isEarly = setup.early?.branchId === branchId;
  const refused: Setup = {
    ...setup,
    refusals: [...setup.refusals, refusal],
    early: isEarly ? undefined : setup.early,
  };
  const next: Call = { ...remaining, setup: refused };
  if (refusal.status >= 600) return endCall(next, refusedOutcome(refusal));
  if (remaining.branches.some(({ state }) => state !== "cancelled")) return { call: next, effects: [] };
  const step = nextGroup(next);
  return step.call.state === "disconnected"
    ? step
    : { call: step.call, effects: [{ type: "stop-timer", timer: "ring" }, ...step.effects] };
}

/** Nobody answered in time: the next group, or no answer. */
export function ringTimeout(call: Call): Step {
  const { setup } = call;
  if (setup?.step !== "ringing") return { call, effects: [] };
  if (setup.groups.length === 0) return endCall(call, NO_ANSWER);
  const effects: CallEffect[] = [];
  for (const { branchId, state } of call.branches) {
    if (state !== "cancelled") effects.push({ type: "cancel", branchId, elsewhere: false });
  }
  const given: Call = {
    ...call,
    branches: call.branches.map((one) => ({ ...one, state: "cancelled" })),
    setup: { ...setup, early: undefined },
  };
  const step = nextGroup(given);
  return { call: step.call, effects: [...effects, ...step.effects] };
}
