import assert from "node:assert/strict";
import type { BranchRoute, SessionEffect } from "../../../../../src/call/model/index.ts";
import { CallWorld } from "./session-world.ts";

const OFFER = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nm=audio 4000 RTP/AVP 8\r\n";
const ANSWER = OFFER.replace("192.0.2.1", "192.0.2.2");
const OTHER = OFFER.replace("192.0.2.1", "192.0.2.3");
const OUT = OFFER.replace("4000", "5000");
const PHONE: BranchRoute = { kind: "branches", groups: [{ branchIds: ["phone"], ringMs: 1_000 }] };

/** A call that rings at an application, and beside it at a phone. */
function ringing({ hasOffer = true } = {}): CallWorld {
  const world = new CallWorld();
  const group = { branchIds: ["port", "beside"], ringMs: 1_000 };
  world.send({ type: "offered", sdp: hasOffer ? OFFER : undefined, route: { kind: "branches", groups: [group] } });
  relayed(world);
  return world;
}

/** The relay has done what it was asked first. */
function relayed(world: CallWorld): SessionEffect[] {
  const ticket = world.media.shift();
  return ticket === undefined ? [] : world.send({ type: "media-done", ticket, sdp: OUT });
}

function foreseen(world: CallWorld): SessionEffect[] {
  return world.send({ type: "branch-foreseen", branchId: "port", sdp: ANSWER });
}

function answered(world: CallWorld, branchId: string, sdp: string): SessionEffect[] {
  world.branches.set(branchId, "answered");
  return world.send({ type: "branch-answered", branchId, sdp });
}

const types = (effects: readonly SessionEffect[]): string[] => effects.map(({ type }) => type);

describe("an answer that is foreseen", () => {
  it("given a call that rings, when the answer of a branch is foreseen, then the relay is asked, and the caller hears nothing", () => {
    const world = ringing();
    const [media, ...others] = foreseen(world);
    assert.ok(media?.type === "media" && media.operation.kind === "answer");
    assert.equal(media.operation.branchId, "port");
    assert.deepEqual(others, []);
    assert.deepEqual(relayed(world), []);
  });

  it("given that the relay has it, when the branch answers so, then the caller has its answer at once", () => {
    const world = ringing();
    foreseen(world);
    relayed(world);
    const effects = answered(world, "port", ANSWER);
    assert.ok(!types(effects).includes("media"));
    assert.deepEqual(effects.at(-1), { type: "answer", sdp: OUT });
  });

  it("given that the relay is at it still, when the branch answers so, then it is not asked again, and the caller is answered when it has done", () => {
    const world = ringing();
    foreseen(world);
    const effects = answered(world, "port", ANSWER);
    assert.ok(!types(effects).includes("media") && !types(effects).includes("answer"));
    assert.deepEqual(relayed(world).at(-1), { type: "answer", sdp: OUT });
  });

  it("given that the relay refuses it, when the branch has answered meanwhile, then the call ends; before that, nothing comes of it", () => {
    const world = ringing();
    foreseen(world);
    const before = world.media.shift() ?? 0;
    assert.deepEqual(world.send({ type: "media-failed", ticket: before, status: 488 }), []);
    foreseen(world);
    answered(world, "port", ANSWER);
    const failed = world.send({ type: "media-failed", ticket: world.media.shift() ?? 0, status: 488 });
    assert.ok(failed.some((effect) => effect.type === "reject" && effect.status === 488));
  });

  it("given another answer than was foreseen, of the same branch or another, when it comes, then the relay gets that", () => {
    for (const branchId of ["port", "beside"]) {
      const world = ringing();
      foreseen(world);
      relayed(world);
      assert.ok(types(answered(world, branchId, OTHER)).includes("media"));
      assert.deepEqual(relayed(world).at(-1), { type: "answer", sdp: OUT });
    }
  });

  it("given early media of another branch, when it comes after that, then the caller hears it; when it was first, nothing is foreseen", () => {
    const world = ringing();
    foreseen(world);
    relayed(world);
    assert.deepEqual(types(world.send({ type: "branch-progress", branchId: "beside", status: 183, sdp: OTHER })), [
      "media",
    ]);
    assert.deepEqual(relayed(world), [{ type: "ring", status: 183, sdp: OUT }]);
    assert.deepEqual(foreseen(world), []);
  });

  it("given the same as early media, when it comes before the relay has it, or after, then the caller gets it once", () => {
    for (const isDone of [false, true]) {
      const world = ringing();
      foreseen(world);
      if (isDone) relayed(world);
      const progress = world.send({ type: "branch-progress", branchId: "port", status: 183, sdp: ANSWER });
      const effects = isDone ? progress : relayed(world);
      assert.deepEqual(effects, [{ type: "ring", status: 183, sdp: OUT }]);
    }
  });

  it("given a redirect, when the next party answers, then the relay is asked anew", () => {
    const world = ringing();
    foreseen(world);
    relayed(world);
    world.send({ type: "redirected", route: PHONE });
    assert.ok(types(answered(world, "phone", ANSWER)).includes("media"));
  });

  it("given a relay that has lost all since, when the branch answers, then it is asked again", () => {
    const world = ringing();
    foreseen(world);
    relayed(world);
    assert.deepEqual(world.send({ type: "media-lost" }), []);
    assert.ok(types(answered(world, "port", ANSWER)).includes("media"));
  });

  it("given a caller without an offer, or a branch that is gone, when an answer is foreseen, then nothing comes of it", () => {
    assert.deepEqual(foreseen(ringing({ hasOffer: false })), []);
    const world = ringing();
    world.send({ type: "branch-failed", branchId: "port", status: 486 });
    assert.deepEqual(foreseen(world), []);
  });
});
