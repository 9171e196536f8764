import { withMore } from "../../../common/index.ts";
import { continueOrigin, placeOffer, unplaceAnswer } from "./dialog-sdp.ts";
import { isHold } from "./hold.ts";
import { ask, askRelay, done, giveUpLearning, INCOMPATIBLE } from "./resync-parts.ts";
import { endCall } from "./ending.ts";
import type { Resync, Session } from "./session.ts";
import type { Step } from "./session-effect.ts";
import { hasStream } from "./sdp-sections.ts";

/**
 * What was last agreed on with two parties is often a part of what they can: when it has nothing in common, the caller is
 * asked for an offer, and the callee to answer that (RFC 3725 4.1).
 */

/** True when the caller is asked, or has been, what it can. */
export function isAboutLearning({ step, learned }: Resync): boolean {
  return step === "awaiting-offer" || learned !== undefined;
}

export function learn(call: Session, { ticket }: Resync): Step {
  const resync: Resync = { kind: "resync", step: "awaiting-offer", ticket, offerOut: undefined, answer: undefined };
  return ask(call, resync, "caller", undefined);
}

/** The caller has offered; it is acknowledged with the callee's answer. */
export function offerLearned(call: Session, resync: Resync, sdp: string): Step {
  const learned: Resync = withMore(resync, { step: "media-learned", learned: sdp });
  if (!hasStream(sdp)) return giveUpLearning(call, learned, (freed) => endCall(freed, INCOMPATIBLE));
  return askRelay(call, learned, { kind: "offer", offerer: "caller", sdp });
}

export function learnedMediaDone(call: Session, resync: Resync, sdp: string): Step {
  return resync.step === "media-learned" ? askCallee(call, resync, sdp) : answerCaller(call, resync, sdp);
}

function askCallee(call: Session, resync: Resync, offer: string): Step {
  const { sdp, placement } = placeOffer(call.callee.localSdp, offer);
  const placed = withMore(resync, { offerOut: sdp, ...(placement === undefined ? {} : { placement }) });
  return ask(call, { ...placed, step: "awaiting-learned" }, "callee", sdp);
}

/** The callee has answered. */
export function answerLearned(call: Session, resync: Resync, sdp: string): Step {
  const answer = unplaceAnswer(resync.placement, sdp);
  return askRelay(
    call,
    { ...resync, step: "media-last", answer: sdp },
    { kind: "answer", offerer: "caller", sdp: answer },
  );
}

function answerCaller(call: Session, { learned = "" }: Resync, sdp: string): Step {
  const localSdp = continueOrigin(call.caller.localSdp, sdp);
  const caller = { ...call.caller, localSdp, remoteSdp: learned, isHolding: isHold(learned) };
  const { call: settled, effects } = done({ ...call, caller });
  return { call: settled, effects: [{ type: "ack", side: "caller", sdp: localSdp }, ...effects] };
}
