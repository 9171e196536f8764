import assert from "node:assert/strict";
import type { BranchRoute, SessionEffect } from "../../../../../src/call/model/index.ts";
import { CallWorld } from "./session-world.ts";

const SDP = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nm=audio 4000 RTP/AVP 8\r\n";
const RELAYED = SDP.replace("4000", "5000");
const PHONE: BranchRoute = { kind: "branches", groups: [{ branchIds: ["phone"], ringMs: 1_000 }] };

/** A call to an application without media, while the relay has the caller's offer. */
function offered(diverts: BranchRoute["diverts"] = []): { world: CallWorld; effects: SessionEffect[] } {
  const world = new CallWorld();
  const group = { branchIds: ["desk"], ringMs: 1_000, offerMs: 5_000, takesNoMedia: true };
  const effects = world.send({ type: "offered", sdp: SDP, route: { kind: "branches", groups: [group], diverts } });
  return { world, effects };
}

function relayed(world: CallWorld): SessionEffect[] {
  return world.send({ type: "media-done", ticket: world.media.shift() ?? 0, sdp: RELAYED });
}

function invited(effects: readonly SessionEffect[]): (readonly [string, string | undefined])[] {
  return effects.flatMap((effect) => (effect.type === "invite" ? [[effect.branchId, effect.sdp] as const] : []));
}

describe("a call to a device that takes no media", () => {
  it("given an offer, when the call is made, then the device is told at once, and the relay meanwhile has the offer", () => {
    const { world, effects } = offered();
    assert.deepEqual(
      effects.map(({ type }) => type),
      ["media", "invite", "start-timer"],
    );
    assert.deepEqual(invited(effects), [["desk", undefined]]);
    assert.deepEqual(relayed(world), []);
  });

  it("given a redirect before the relay has the offer, when it has, then the next one is called, once, with it", () => {
    const { world } = offered();
    const redirected = world.send({ type: "redirected", route: PHONE });
    assert.deepEqual(invited(redirected), []);
    assert.ok(redirected.some(({ type }) => type === "cancel"));
    assert.deepEqual(invited(relayed(world)), [["phone", RELAYED]]);
  });

  it("given a redirect after that, when it is made, then the next one is called at once", () => {
    const { world } = offered();
    relayed(world);
    const redirected = world.send({ type: "redirected", route: PHONE });
    assert.deepEqual(invited(redirected), [["phone", RELAYED]]);
    assert.deepEqual(redirected.at(-1), { type: "ring", status: 181, sdp: undefined });
  });

  it("given a failure before the relay has the offer, when the call is diverted, then it waits for that, too", () => {
    const { world } = offered(["on-failure", "busy"]);
    world.send({ type: "branch-failed", branchId: "desk", status: 486 });
    assert.deepEqual(invited(world.send({ type: "diverted", route: PHONE })), []);
    assert.deepEqual(invited(relayed(world)), [["phone", RELAYED]]);
  });

  it("given a service that takes the call before that, when the relay has the offer of before, then nothing comes of it", () => {
    const { world } = offered();
    world.send({ type: "redirected", route: { kind: "endpoint" } });
    const [former, answer] = world.media;
    assert.deepEqual(world.send({ type: "media-done", ticket: former ?? 0, sdp: RELAYED }), []);
    const answered = world.send({ type: "media-done", ticket: answer ?? 0, sdp: RELAYED });
    assert.ok(answered.some(({ type }) => type === "answer"));
  });

  it("given an offer that the relay refuses, when it says so, then the call ends, and the device is told", () => {
    const { world } = offered();
    const failed = world.send({ type: "media-failed", ticket: world.media[0] ?? 0, status: 488 });
    assert.ok(failed.some((effect) => effect.type === "reject" && effect.status === 488));
    assert.ok(failed.some((effect) => effect.type === "cancel" && effect.branchId === "desk"));
  });

  it("given somebody who picks the call up before that, when the relay has the offer, then that leg gets it", () => {
    const { world } = offered();
    assert.deepEqual(invited(world.send({ type: "picked", branchId: "picker" })), []);
    assert.deepEqual(invited(relayed(world)), [["picker", RELAYED]]);
  });

  it("given somebody who picks the call up after that, when that leg has answered, then the call is its own", () => {
    const { world } = offered();
    relayed(world);
    assert.deepEqual(invited(world.send({ type: "picked", branchId: "picker" })), [["picker", RELAYED]]);
    world.branches.set("picker", "answered");
    const answered = world.send({ type: "branch-answered", branchId: "picker", sdp: SDP });
    assert.ok(answered.some((effect) => effect.type === "adopt" && effect.branchId === "picker"));
    assert.ok(answered.some((effect) => effect.type === "cancel" && effect.branchId === "desk"));
  });

  it("given a device that answers all the same, when it does, then its answer is declined", () => {
    const { world } = offered();
    relayed(world);
    world.branches.set("desk", "answered");
    const answered = world.send({ type: "branch-answered", branchId: "desk", sdp: SDP });
    assert.deepEqual(answered[0], { type: "decline", branchId: "desk" });
  });
});
