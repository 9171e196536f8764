import { withMore } from "../../../common/index.ts";
import type { BranchGroup, Session } from "./session.ts";
import type { Step } from "./session-effect.ts";

/** True while a call is offered to somebody, and nobody has answered. */
export function mayBeRedirected({ setup }: Session): boolean {
  return setup !== undefined && setup.step !== "media-answer" && setup.diverting === undefined;
}

/** The same of a call that has a caller. */
export function mayBeAnsweredElsewhere(call: Session): boolean {
  return call.isOriginated !== true && mayBeRedirected(call);
}

/**
 * A leg that is up is to be the callee: a branch beside those that ring, whose INVITE is one inside its dialog. While the
 * relay still works on the caller's offer, it waits for that with the first who are to be rung.
 */
export function picked(call: Session, branchId: string): Step {
  const { setup, branches } = call;
  if (setup === undefined || !mayBeAnsweredElsewhere(call)) return { call, effects: [] };
  if (setup.offerPending !== undefined) {
    const { current, groups } = setup;
    const next: BranchGroup = { branchIds: [branchId], ringMs: current?.ringMs ?? 0 };
    const offerPending = setup.offerPending === "none" ? "next" : setup.offerPending;
    return { call: { ...call, setup: withMore(setup, { offerPending, groups: [next, ...groups] }) }, effects: [] };
  }
  if (setup.step === "ringing") {
    return {
      call: { ...call, branches: [...branches, { branchId, state: "calling" }] },
      effects: [{ type: "invite", branchId, sdp: setup.offerOut }],
    };
  }
  const [first = { branchIds: [], ringMs: 0 }, ...groups] = setup.groups;
  const joined = { ...first, branchIds: [...first.branchIds, branchId] };
  return { call: { ...call, setup: { ...setup, groups: [joined, ...groups] } }, effects: [] };
}
