import assert from "node:assert/strict";
import type { Leg } from "../../../../src/call/control/leg/leg.ts";
import type { PendingRequest, RequestEvents } from "../../../../src/call/signaling/signaling-port.ts";
import { Offers, type OfferingSession } from "../../../../src/call/virtual/offers.ts";
import { ManualClock } from "../../../support/manual-clock.ts";

const ACCEPT_MS = 4_000;

interface Rung {
  readonly leg: Leg;
  readonly pending: PendingRequest;
}

/** Offers to devices that are open, and what becomes of them. */
class Scene {
  readonly clock = new ManualClock();
  readonly legs = new Map<string, { readonly leg: Leg; readonly session: OfferingSession }>();
  readonly up = new Set<string>();
  readonly failed: string[] = [];
  readonly known: (string | undefined)[] = [];
  lookUps = 0;
  readonly offers = new Offers({
    clock: this.clock,
    legOf: (dialogId) => this.legs.get(dialogId),
    isUp: ({ localTag }) => {
      this.lookUps += 1;
      return this.up.has(localTag);
    },
    isOpen: () => true,
    pausesOf: () => [],
    acceptMsOf: () => ACCEPT_MS,
    mediaMs: 4_000,
    onOffered: () => undefined,
    onOfferKnown: ({ sdp }) => void this.known.push(sdp),
    onWanted: () => undefined,
    answerOf: () => "v=0",
    onAcknowledged: () => undefined,
    onOver: () => undefined,
  });

  ring(session: OfferingSession, device: string, tag: string, isOfferLater = false): Rung {
    const dialogId = `call-${tag};from-tag=${tag}`;
    const leg = { dialogId, localTag: tag, device: { name: device, number: "5001" } } as Leg;
    this.legs.set(dialogId, { leg, session });
    const events: RequestEvents = { onResponse: () => undefined, onFailed: ({ code }) => void this.failed.push(code) };
    const headers = [
      ["Call-ID", `call-${tag}`],
      ["From", `<sip:1001@switch.invalid>;tag=${tag}`],
      ["To", "<sip:5001@switch.invalid>"],
    ] as const;
    return { leg, pending: this.offers.invite(device, { method: "INVITE", headers, isOfferLater }, events) };
  }

  answer(device: string, tag: string): Promise<unknown> {
    const session = { callId: `session-${tag}` };
    this.ring(session, device, tag);
    const found = this.offers.find(device, session.callId) ?? assert.fail();
    const connected = this.offers.whenConnected(found);
    this.offers.tell(found, { type: "answer", isReady: true });
    return connected;
  }
}

describe("calls that devices are offered", () => {
  it("given a call that is offered, when a redirect of it comes back, then its accept timer goes on from where it stood", async () => {
    const scene = new Scene();
    const session = { callId: "s1" };
    const { pending } = scene.ring(session, "port", "t1");
    scene.clock.advance(3_000);
    pending.cancel();
    scene.offers.returned(session);
    scene.ring(session, "port", "t2");
    scene.clock.advance(999);
    assert.equal(scene.offers.find("port", "s1")?.offer.state, "offered");
    scene.clock.advance(1);
    assert.equal(scene.offers.find("port", "s1"), undefined);
    await Promise.resolve();
    assert.deepEqual(scene.failed, ["unanswered"]);
  });

  it("given a call that has been offered before, when it is offered anew without a redirect, then all of the accept timer runs", () => {
    const scene = new Scene();
    const session = { callId: "s1" };
    const { pending } = scene.ring(session, "port", "t1");
    scene.clock.advance(3_000);
    pending.cancel();
    scene.ring(session, "port", "t2");
    scene.clock.advance(ACCEPT_MS - 1);
    assert.equal(scene.offers.find("port", "s1")?.offer.state, "offered");
  });

  it("given an accepted call, when a redirect of it comes back, then it rings, and no accept timer runs", () => {
    const scene = new Scene();
    const session = { callId: "s1" };
    const { leg, pending } = scene.ring(session, "port", "t1");
    scene.offers.tell({ device: "port", sessionId: "s1", leg, sdp: undefined }, { type: "accept" });
    pending.cancel();
    scene.offers.returned(session);
    scene.ring(session, "port", "t2");
    scene.clock.advance(2 * ACCEPT_MS);
    assert.equal(scene.offers.find("port", "s1")?.offer.state, "alerting");
  });

  it("given an offer that follows, when it comes, then it is known, and who waits for it goes on with it, unless the call is over", () => {
    const scene = new Scene();
    const { pending } = scene.ring({ callId: "s1" }, "port", "t1", true);
    const found = scene.offers.find("port", "s1") ?? assert.fail();
    assert.equal(scene.offers.awaitsOffer(found), true);
    const waited: (string | undefined)[] = [];
    scene.offers.whenOfferKnown(found, ({ sdp }) => void waited.push(sdp));
    assert.equal(waited.length, 0);
    pending.offer?.("v=0 offer");
    assert.deepEqual([waited, scene.known], [["v=0 offer"], ["v=0 offer"]]);
    assert.equal(scene.offers.awaitsOffer(found), false);
    scene.offers.whenOfferKnown(found, ({ sdp }) => void waited.push(sdp));
    assert.equal(waited.length, 2);
    pending.cancel();
    pending.offer?.("v=0 again");
    assert.equal(scene.known.length, 1);
    scene.offers.whenOfferKnown(found, () => assert.fail("it is over"));
  });

  it("given two who wait for an offer, when it comes and the first of them has the call answered, then the other goes on with nothing", () => {
    const scene = new Scene();
    const { pending } = scene.ring({ callId: "s1" }, "port", "t1", true);
    const found = scene.offers.find("port", "s1") ?? assert.fail();
    scene.offers.tell(found, { type: "answer", isReady: false });
    scene.offers.whenOfferKnown(found, (call) => scene.offers.tell(call, { type: "media-set" }));
    scene.offers.whenOfferKnown(found, () => assert.fail("it is answered"));
    pending.offer?.("v=0");
  });

  it("given a thousand calls that are being answered, when devices go a step further, then only theirs are looked at", async () => {
    const scene = new Scene();
    const answers = Array.from({ length: 1_000 }, (_, place) => scene.answer(`port-${place}`, `t${place}`));
    scene.up.add("t7");
    scene.offers.settle(["phone-1001", "port-7", "port-8"]);
    assert.deepEqual(await answers[7], { ok: true });
    assert.equal(scene.lookUps, 2);
    scene.offers.settle(["port-7"]);
    assert.equal(scene.lookUps, 2);
  });

  it("given a call that was answered, when its leg is gone before it is connected, then who waits is told", async () => {
    const scene = new Scene();
    const answered = scene.answer("port", "t1");
    const [dialogId] = scene.legs.keys();
    scene.legs.clear();
    scene.offers.ended(dialogId ?? assert.fail());
    assert.deepEqual(await answered, { ok: false, failure: "party-gone", detail: "the call is not offered any more" });
    scene.offers.settle(["port"]);
    assert.equal(scene.lookUps, 0);
  });
});
