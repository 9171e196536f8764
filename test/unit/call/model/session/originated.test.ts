import assert from "node:assert/strict";
import type { SessionEffect } from "../../../../../src/call/model/index.ts";
import { CallWorld } from "./session-world.ts";

const SDP = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nm=audio 4000 RTP/AVP 8\r\n";

function names(effects: readonly SessionEffect[]): string[] {
  return effects.map((effect) => ("side" in effect ? `${effect.type} ${effect.side}` : effect.type));
}

function done(world: CallWorld, sdp = SDP): SessionEffect[] {
  const ticket = world.media.shift();
  assert.ok(ticket !== undefined, "nothing asked of the relay");
  return world.send({ type: "media-done", ticket, sdp });
}

/** The switch rings somebody. */
function ringing(): CallWorld {
  const world = new CallWorld();
  world.caller = "over";
  world.send({
    type: "originated",
    route: { kind: "branches", groups: [{ branchIds: ["a", "b"], ringMs: 1_000 }] },
  });
  done(world);
  return world;
}

function answered(world: CallWorld, branchId = "a"): SessionEffect[] {
  world.branches.set(branchId, "answered");
  return world.send({ type: "branch-answered", branchId, sdp: SDP });
}

function failed(world: CallWorld, branchId: string, status: number): SessionEffect[] {
  world.branches.delete(branchId);
  return world.send({ type: "branch-failed", branchId, status });
}

describe("a call of the switch itself", () => {
  it("given it rings at two, when one answers, then the other is given up and who has answered is in the caller's place", () => {
    const world = ringing();
    assert.deepEqual(
      names(answered(world)).filter((name) => name !== "stop-timer"),
      ["adopt", "cancel", "ack callee", "media"],
    );
    assert.deepEqual(names(done(world, "")), ["persist", "picked-up"]);
    assert.equal(world.call.caller.connection, "established");
    assert.equal(world.call.hasEndpoint, true);
    // It answers, too: too late.
    assert.deepEqual(names(answered(world, "b")), ["decline"]);
  });

  it("given who has answered hangs up before the relay has its answer, when it does, then it gets no BYE", () => {
    const world = ringing();
    answered(world);
    world.callee = "over";
    const effects = world.send({
      type: "gone",
      side: "caller",
      outcome: { by: "callee", reason: "normal", status: 200, cause: 16 },
    });
    assert.equal(names(effects).includes("bye caller"), false);
    assert.equal(world.ended, 1);
  });

  it("given the relay refuses the answer, when it does, then who has answered gets a BYE", () => {
    const world = ringing();
    answered(world);
    const ticket = world.media.shift() ?? 0;
    const effects = world.send({ type: "media-failed", ticket, status: 488 });
    assert.ok(names(effects).includes("bye caller"));
  });

  it("given early media, when it comes, then nobody is told", () => {
    const world = ringing();
    const effects = world.send({ type: "branch-progress", branchId: "a", status: 183, sdp: SDP });
    assert.deepEqual(names(effects), ["ring"]);
  });

  for (const status of [302, 404, 486, 603]) {
    it(`given ${status} from everybody, when the last has refused, then it is over`, () => {
      const world = ringing();
      failed(world, "a", status);
      failed(world, "b", status);
      assert.equal(world.ended, 1);
      assert.equal(world.closed, 1);
    });
  }

  for (const [what, event] of [
    ["nobody answers", { type: "timer", timer: "ring" }],
    ["it is given up", { type: "hang-up", outcome: { by: "switch", reason: "normal", status: 480, cause: 16 } }],
  ] as const) {
    it(`given it rings, when ${what}, then all are cancelled, and one that answers all the same is declined`, () => {
      const world = ringing();
      world.timers.clear();
      assert.deepEqual(
        names(world.send(event)).filter((name) => name === "cancel"),
        ["cancel", "cancel"],
      );
      assert.deepEqual(names(answered(world)), ["decline"]);
      failed(world, "b", 487);
      assert.equal(world.closed, 1);
    });
  }

  it("given it rings, when the edge is lost, then it is over at once", () => {
    const world = ringing();
    assert.ok(names(world.send({ type: "edge-lost" })).includes("closed"));
  });

  it("given a relay that makes no offer, when it refuses, then nobody is rung", () => {
    const world = new CallWorld();
    world.caller = "over";
    world.send({ type: "originated", route: { kind: "branches", groups: [{ branchIds: ["a"], ringMs: 1_000 }] } });
    const ticket = world.media.shift() ?? 0;
    world.send({ type: "media-failed", ticket, status: 503 });
    assert.equal(world.closed, 1);
    assert.equal(world.branches.size, 0);
  });
});
