import assert from "node:assert/strict";
import type { BranchRoute, SessionEffect } from "../../../../../src/call/model/index.ts";
import { CallWorld } from "./session-world.ts";

const SDP = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nm=audio 4000 RTP/AVP 8\r\n";
const RELAYED = SDP.replace("4000", "5000");
const PORT = { branchIds: ["port"], ringMs: 1_000, offerMs: 5_000, takesOfferLater: true } as const;
const PHONE = { branchIds: ["phone"], ringMs: 1_000 } as const;

function route(...groups: BranchRoute["groups"]): BranchRoute {
  return { kind: "branches", groups };
}

/** A call to an application with media, while the relay has the caller's offer. */
function offered(...groups: BranchRoute["groups"]): { world: CallWorld; effects: SessionEffect[] } {
  const world = new CallWorld();
  const effects = world.send({ type: "offered", sdp: SDP, route: route(PORT, ...groups) });
  return { world, effects };
}

function relayed(world: CallWorld): SessionEffect[] {
  return world.send({ type: "media-done", ticket: world.media.shift() ?? 0, sdp: RELAYED });
}

const types = (effects: readonly SessionEffect[]): string[] => effects.map(({ type }) => type);

describe("a call to a device that takes the offer later", () => {
  it("given an offer, when the call is made, then the device is told at once, and gets the offer when the relay has it", () => {
    const { world, effects } = offered();
    assert.deepEqual(types(effects), ["media", "invite", "start-timer"]);
    assert.deepEqual(effects[1], { type: "invite", branchId: "port", sdp: undefined, isOfferLater: true });
    assert.deepEqual(relayed(world), [{ type: "offer", branchId: "port", sdp: RELAYED }]);
    world.branches.set("port", "answered");
    assert.ok(types(world.send({ type: "branch-answered", branchId: "port", sdp: SDP })).includes("adopt"));
  });

  it("given no offer of the caller, when the call is made, then the device makes it, and waits for none", () => {
    const world = new CallWorld();
    const effects = world.send({ type: "offered", sdp: undefined, route: route(PORT) });
    assert.deepEqual(effects[0], { type: "invite", branchId: "port", sdp: undefined });
  });

  it("given an answer before the offer, when it comes, then it is declined", () => {
    const { world } = offered();
    world.branches.set("port", "answered");
    const answered = world.send({ type: "branch-answered", branchId: "port", sdp: SDP });
    assert.deepEqual(answered[0], { type: "decline", branchId: "port" });
  });

  it("given a device that refuses before that, when the next is a phone, then that waits; when it is another device, it is told at once", () => {
    const phone = offered(PHONE).world;
    assert.deepEqual(types(phone.send({ type: "branch-failed", branchId: "port", status: 486 })), ["stop-timer"]);
    assert.deepEqual(relayed(phone)[0], { type: "invite", branchId: "phone", sdp: RELAYED });
    const other = offered({ ...PORT, branchIds: ["other"] }).world;
    assert.ok(types(other.send({ type: "branch-failed", branchId: "port", status: 486 })).includes("invite"));
    assert.deepEqual(relayed(other), [{ type: "offer", branchId: "other", sdp: RELAYED }]);
  });

  it("given a redirect before that, when the relay has the offer, then the device that is left gets none, and the caller is told last", () => {
    const { world } = offered();
    const redirected = world.send({ type: "redirected", route: route(PHONE) });
    assert.ok(!types(redirected).includes("ring"));
    const effects = relayed(world);
    assert.deepEqual(effects[0], { type: "invite", branchId: "phone", sdp: RELAYED });
    assert.deepEqual(effects.at(-1), { type: "ring", status: 181, sdp: undefined });
    assert.ok(!types(effects).includes("offer"));
  });

  it("given a redirect before that, when somebody picks the call up too, then the caller is still told that it is forwarded", () => {
    const { world } = offered();
    world.send({ type: "redirected", route: route(PHONE) });
    world.send({ type: "picked", branchId: "picker" });
    assert.deepEqual(relayed(world).at(-1), { type: "ring", status: 181, sdp: undefined });
  });

  it("given redirects to a phone and on to another device before that, when the relay has the offer, then the device alone gets it, once", () => {
    const { world } = offered();
    world.send({ type: "redirected", route: route(PHONE) });
    const again = world.send({ type: "redirected", route: route({ ...PORT, branchIds: ["other"] }) });
    assert.ok(again.some((effect) => effect.type === "invite" && effect.branchId === "other"));
    assert.deepEqual(relayed(world), [{ type: "offer", branchId: "other", sdp: RELAYED }]);
  });

  it("given somebody who picks the call up before that, when the relay has the offer, then both get it", () => {
    const { world } = offered();
    world.send({ type: "picked", branchId: "picker" });
    const effects = relayed(world);
    assert.deepEqual(types(effects).slice(0, 2), ["offer", "invite"]);
    assert.deepEqual(effects[1], { type: "invite", branchId: "picker", sdp: RELAYED });
  });

  it("given a relay that refuses the offer, when it says so, then the call ends, and the device is told", () => {
    const { world } = offered();
    const failed = world.send({ type: "media-failed", ticket: world.media[0] ?? 0, status: 488 });
    assert.deepEqual(
      types(failed)
        .filter((type) => type === "cancel" || type === "reject")
        .sort(),
      ["cancel", "reject"],
    );
  });
});
