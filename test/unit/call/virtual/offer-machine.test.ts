import assert from "node:assert/strict";
import {
  NEW_OFFER,
  OFFER_TRANSITIONS,
  stepOffer,
  type Offer,
  type OfferEffect,
  type OfferEvent,
  type OfferState,
} from "../../../../src/call/virtual/offer-machine.ts";

const ACCEPT: OfferEvent = { type: "accept" };
const ANSWER: OfferEvent = { type: "answer", isReady: true };
const ANSWER_LATER: OfferEvent = { type: "answer", isReady: false };
const EVENTS: readonly OfferEvent[] = [
  ACCEPT,
  ANSWER,
  ANSWER_LATER,
  { type: "media-set" },
  { type: "reject", reason: "busy" },
  { type: "reject", reason: "rejected" },
  { type: "cancel" },
  { type: "expire" },
  { type: "failed" },
  { type: "pause", reason: "route" },
  { type: "pause", reason: "silence" },
  { type: "resume", reason: "route" },
  { type: "resume", reason: "silence" },
  { type: "timer", timer: "accept" },
  { type: "timer", timer: "media" },
];

function run(...events: readonly OfferEvent[]): { offer: Offer; effects: OfferEffect[] } {
  let offer = NEW_OFFER;
  const effects: OfferEffect[] = [];
  for (const event of events) {
    const step = stepOffer(offer, event);
    offer = step.offer;
    effects.push(...step.effects);
  }
  return { offer, effects };
}

const last = (...events: readonly OfferEvent[]): OfferEffect | undefined => run(...events).effects.at(-1);

describe("a call that a device of an application is offered", () => {
  it("given a new call, when it is accepted, then it rings, and its time is over no more", () => {
    assert.deepEqual(run(ACCEPT).effects, [{ type: "stop-timer", timer: "accept" }, { type: "ring" }]);
    assert.deepEqual(run(ACCEPT, { type: "timer", timer: "accept" }).offer.state, "alerting");
    assert.equal(run(ACCEPT, ACCEPT).effects.length, 2);
  });

  it("given a call, when it is answered before its media is known, then that is waited for, and no longer than its time", () => {
    assert.deepEqual(last(ANSWER_LATER), { type: "start-timer", timer: "media" });
    assert.deepEqual(run(ANSWER_LATER, { type: "media-set" }).offer.state, "answered");
    const late = last(ACCEPT, ANSWER_LATER, { type: "timer", timer: "media" });
    assert.deepEqual(late, { type: "refuse", status: 480, cause: 47, isWithoutMedia: true });
  });

  it("given a call, when nobody says anything, or its dialogue comes to nothing, then nobody has answered; when the application fails, then that is the reason", () => {
    assert.deepEqual(last({ type: "timer", timer: "accept" }), { type: "give-up", why: "unanswered" });
    assert.deepEqual(last({ type: "expire" }), { type: "give-up", why: "unanswered" });
    assert.deepEqual(last(ACCEPT, { type: "failed" }), { type: "give-up", why: "application-failed" });
  });

  it("given reasons to wait, when all of them are gone, then its time begins anew, and not before", () => {
    const waiting = run({ type: "pause", reason: "route" }, { type: "pause", reason: "silence" });
    assert.deepEqual(waiting.effects, [{ type: "stop-timer", timer: "accept" }]);
    const early = stepOffer(waiting.offer, { type: "timer", timer: "accept" });
    assert.equal(early.offer.state, "offered");
    const half = stepOffer(waiting.offer, { type: "resume", reason: "route" });
    assert.deepEqual(half.effects, []);
    const whole = stepOffer(half.offer, { type: "resume", reason: "silence" });
    assert.deepEqual(whole.effects, [{ type: "start-timer", timer: "accept" }]);
  });

  it("given any order of four events, when they happen, then each change of state is one of its table, and there is one final answer at most", () => {
    const walk = (offer: Offer, answers: number, depth: number): void => {
      if (depth === 0) return;
      for (const event of EVENTS) {
        const step = stepOffer(offer, event);
        if (step.offer.state !== offer.state) {
          const allowed: readonly OfferState[] = OFFER_TRANSITIONS[offer.state];
          assert.ok(allowed.includes(step.offer.state), `${offer.state} to ${step.offer.state} by ${event.type}`);
        }
        const finals = step.effects.filter(({ type }) => type === "answer" || type === "refuse" || type === "give-up");
        assert.ok(answers + finals.length <= 1, event.type);
        assert.equal(
          finals.length > 0,
          step.offer.state !== offer.state && OFFER_TRANSITIONS[step.offer.state].length === 0,
        );
        walk(step.offer, answers + finals.length, depth - 1);
      }
    };
    walk(NEW_OFFER, 0, 4);
  });
});
