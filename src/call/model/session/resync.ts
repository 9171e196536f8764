import { withMore } from "../../../common/index.ts";
import type { Session, Party, Resync } from "./session.ts";
import type { MediaOperation, SessionEffect, Step } from "./session-effect.ts";
import { placeOffer, standingAnswer, unplaceAnswer } from "./dialog-sdp.ts";
import { endCall } from "./ending.ts";
import { isHoldInAnswer, isSameMedia } from "./hold.ts";
import { answerLearned, isAboutLearning, learn, learnedMediaDone, offerLearned } from "./resync-learning.ts";
import {
  ask,
  askRelay,
  done,
  giveUpLearning,
  INCOMPATIBLE,
  isUnfit,
  LOST,
  mayWait,
  retryAfterSilence,
  retryLater,
  RETRY,
  GLARE,
} from "./resync-parts.ts";
import { hasStream } from "./sdp-sections.ts";
import type { Side } from "./side.ts";

/**
 * Puts both parties and the relay on one session again: the relay gets what was last agreed on, and the parties are
 * asked to take what comes out of it. With `if-changed` they are asked only when that is new to them.
 */
export function startResync(call: Session): Step {
  const { caller, callee, hasEndpoint } = call;
  if (caller.remoteSdp === undefined || (!hasEndpoint && callee.remoteSdp === undefined)) return endCall(call, LOST);
  const resync: Resync = { kind: "resync", step: "media-offer", ticket: 0, offerOut: undefined, answer: undefined };
  const operation = hasEndpoint
    ? ({ kind: "endpoint-answer", sdp: caller.remoteSdp } as const)
    : ({ kind: "offer", offerer: "caller", sdp: caller.remoteSdp } as const);
  return withFirst([{ type: "persist" }], askRelay(call, resync, operation));
}

/** The relay has done what the resync waited for. */
export function resyncMediaDone(call: Session, resync: Resync, sdp: string): Step {
  const { callee, hasEndpoint } = call;
  switch (resync.step) {
    case "media-offer": {
      if (hasEndpoint) return isKnown(call, "caller", sdp) ? done(call) : offerByEndpoint(call, resync);
      const { sdp: offerOut, placement } = placeOffer(callee.localSdp, sdp);
      const placed = withMore(resync, { offerOut, ...(placement === undefined ? {} : { placement }) });
      const answer = unplaceAnswer(placement, callee.remoteSdp ?? "");
      return askRelay(call, { ...placed, step: "media-answer" }, answerOf("caller", answer));
    }
    case "media-answer":
      if (!isKnown(call, "callee", resync.offerOut)) return askCallee(call, resync);
      return isKnown(call, "caller", sdp) ? done(call) : askCaller(call, resync, sdp);
    case "media-callee":
      return !hasEndpoint && isKnown(call, "caller", sdp) ? done(call) : askCaller(call, resync, sdp);
    case "media-caller":
      return done(call);
    case "media-learned":
    case "media-last":
      return learnedMediaDone(call, resync, sdp);
    case "awaiting-callee":
    case "awaiting-caller":
    case "awaiting-offer":
    case "awaiting-learned":
      return { call, effects: [] };
  }
}

/** The party has it already, and need not be asked. */
function isKnown({ needsResync, ...call }: Session, side: Side, sdp: string | undefined): boolean {
  return needsResync !== "always" && isSameMedia(sdp, call[side].localSdp);
}

/** A party has taken our offer, or made one. */
export function resyncAnswered(call: Session, resync: Resync, sdp: string | undefined): Step {
  const side = askedBy(resync);
  const ack: SessionEffect = { type: "ack", side, sdp: undefined };
  if (sdp === undefined) {
    const ended = endCall({ ...call, negotiation: { ...resync, step: "media-last" } }, LOST);
    return withFirst([ack], ended);
  }
  if (resync.step === "awaiting-offer") return offerLearned(call, resync, sdp);
  const agreed: Session = { ...call, [side]: party(call[side], resync.offerOut, sdp) };
  // RFC 3264 6: it has taken nothing of what it was offered.
  if (!hasStream(sdp)) return withFirst([ack], unfit(agreed, resync));
  if (resync.step === "awaiting-learned") return withFirst([ack], answerLearned(agreed, resync, sdp));
  if (side === "caller") return withFirst([ack], callerAnswered(agreed, resync, sdp));
  const operation = answerOf("caller", unplaceAnswer(resync.placement, sdp));
  return withFirst([ack], askRelay(agreed, { ...resync, step: "media-callee", answer: sdp }, operation));
}

/**
 * A party refused: it takes nothing of the offer, is busy with one of its own, is not there at the moment (503), says nothing
 * (408), or cannot be helped.
 */
export function resyncRefused(call: Session, resync: Resync, status: number): Step {
  if (isUnfit(status)) return unfit(call, resync);
  if (status === 408) return unanswered(call, resync);
  const side = askedBy(resync);
  if (status === 491) return giveUpLearning(call, resync, (freed) => retryLater(freed, GLARE[side]));
  const isThere = status === 500 || status === 503;
  return giveUpLearning(call, resync, (freed) => (isThere ? retryLater(freed, RETRY) : endCall(freed, LOST)));
}

/** The relay refused, or is away. */
export function resyncMediaFailed(call: Session, resync: Resync, status: number): Step {
  if (!isUnfit(status)) return giveUpLearning(call, resync, (freed) => retryLater(freed, RETRY));
  // What the parties last said does not go together: that says nothing about what else they can.
  if (resync.step === "media-answer") return askCallee(call, resync);
  if (resync.step === "media-offer" && call.hasEndpoint) return offerByEndpoint(call, resync);
  return unfit(call, resync);
}

/** There is nothing that both take of what was offered. */
function unfit(call: Session, resync: Resync): Step {
  if (!call.hasEndpoint && !isAboutLearning(resync)) return learn(call, resync);
  return giveUpLearning(call, resync, (freed) => endCall(freed, INCOMPATIBLE));
}

/**
 * The party has not asked for any of this: it is asked once more, and not released for its silence, as RFC 3261 12.2.1.2
 * would have it, when it has been offered what it has. Where its media is elsewhere now the call comes to an end.
 */
function unanswered(call: Session, resync: Resync): Step {
  if (mayWait(call)) return giveUpLearning(call, resync, retryAfterSilence);
  const side = askedBy(resync);
  if (isAboutLearning(resync) || !isSameMedia(resync.offerOut, call[side].localSdp)) {
    return giveUpLearning(call, resync, (freed) => endCall(freed, LOST));
  }
  if (side === "caller") return done(call);
  const said = unplaceAnswer(resync.placement, call.callee.remoteSdp ?? "");
  return askRelay(call, { ...resync, step: "media-callee" }, answerOf("caller", said));
}

function askedBy({ step }: Resync): Side {
  return step === "awaiting-callee" || step === "awaiting-learned" ? "callee" : "caller";
}

function askCallee(call: Session, resync: Resync): Step {
  return ask(call, { ...resync, step: "awaiting-callee" }, "callee", resync.offerOut);
}

function askCaller(call: Session, resync: Resync, offer: string): Step {
  const { sdp, placement } = placeOffer(call.caller.localSdp, offer);
  const { placement: _before, ...rest } = resync;
  const placed = withMore(rest, { offerOut: sdp, ...(placement === undefined ? {} : { placement }) });
  return ask(call, { ...placed, step: "awaiting-caller" }, "caller", sdp);
}

function callerAnswered(call: Session, resync: Resync, sdp: string): Step {
  if (call.hasEndpoint) {
    const answer = unplaceAnswer(resync.placement, sdp);
    return askRelay(call, { ...resync, step: "media-caller" }, answerOf("callee", answer));
  }
  const { localSdp, remoteSdp = "" } = call.callee;
  const operations: MediaOperation[] = [
    { kind: "offer", offerer: "caller", sdp },
    answerOf("caller", standingAnswer(sdp, localSdp, remoteSdp)),
  ];
  return withFirst(
    operations.map((operation) => ({ type: "media", operation, ticket: 0 })),
    done(call),
  );
}

function offerByEndpoint(call: Session, resync: Resync): Step {
  return askRelay(call, { ...resync, step: "media-callee" }, { kind: "endpoint-offer" });
}

function answerOf(offerer: Side, sdp: string): MediaOperation {
  return { kind: "answer", offerer, sdp };
}

function party(before: Party, localSdp: string | undefined, remoteSdp: string): Party {
  return { ...before, localSdp, remoteSdp, isHolding: isHoldInAnswer(remoteSdp, localSdp, before.isHolding) };
}

function withFirst(effects: readonly SessionEffect[], step: Step): Step {
  return { call: step.call, effects: [...effects, ...step.effects] };
}
