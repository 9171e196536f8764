import assert from "node:assert/strict";
import type { BranchRoute, SessionEffect } from "../../../../../src/call/model/index.ts";
import { CallWorld } from "./session-world.ts";

const SDP = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nm=audio 4000 RTP/AVP 8\r\n";

function hunted(...groups: readonly (readonly string[])[]): BranchRoute {
  return {
    kind: "branches",
    groups: groups.map((branchIds) => ({ branchIds, ringMs: 10_000, isHunted: true })),
    diverts: ["no-coverage"],
    wholeMs: 60_000,
  };
}

function offered(route: BranchRoute, hasOffer = true): { world: CallWorld; effects: SessionEffect[] } {
  const world = new CallWorld();
  const first = world.send({ type: "offered", sdp: hasOffer ? SDP : undefined, route });
  if (!hasOffer) return { world, effects: first };
  return { world, effects: world.send({ type: "media-done", ticket: world.media.shift() ?? 0, sdp: SDP }) };
}

const types = (effects: readonly SessionEffect[]): string[] => effects.map(({ type }) => type);
const invited = (effects: readonly SessionEffect[]): string[] =>
  effects.flatMap((effect) => (effect.type === "invite" ? [effect.branchId] : []));
const timers = (effects: readonly SessionEffect[]): unknown[] =>
  effects.flatMap((effect) => (effect.type === "start-timer" ? [[effect.timer, effect.delayMs]] : []));

describe("a call that is hunted", () => {
  it("given members in turn, when one declines for all places, then the next one rings, and the whole time runs once", () => {
    const { world, effects } = offered(hunted(["a"], ["b"]));
    assert.deepEqual(timers(effects), [
      ["ring", 10_000],
      ["whole", 60_000],
    ]);
    const next = world.send({ type: "branch-failed", branchId: "a", status: 603 });
    assert.deepEqual([invited(next), timers(next)], [["b"], [["ring", 10_000]]]);
  });

  it("given members at a time, when one declines for all places, then the others ring on", () => {
    const { world } = offered(hunted(["a", "b"]));
    assert.deepEqual(world.send({ type: "branch-failed", branchId: "a", status: 600 }), []);
    world.branches.set("b", "answered");
    const answered = world.send({ type: "branch-answered", branchId: "b", sdp: SDP });
    assert.ok(types(answered).includes("adopt"));
    assert.equal(world.timers.size, 0);
  });

  for (const [how, status, cause] of [
    ["all are busy", 486, 17],
    ["all decline", 603, 21],
  ] as const) {
    it(`given members, when ${how} and there is nowhere to go, then the caller is told so as of one member`, () => {
      const { world } = offered(hunted(["a"]));
      const over = world.send({ type: "branch-failed", branchId: "a", status });
      assert.deepEqual(over.at(-1), { type: "divert", reason: "no-coverage" });
      const rejected = world.send({ type: "diverted", route: undefined }).find(({ type }) => type === "reject");
      assert.ok(rejected?.type === "reject");
      assert.deepEqual(
        [rejected.status, status === 486 ? rejected.outcome.cause : cause],
        [status === 486 ? 486 : 480, cause],
      );
    });
  }

  it("given a hunt, when its whole time has passed, then all that ring are given up, and it is diverted", () => {
    const { world } = offered(hunted(["a", "b"], ["c"]));
    world.timers.delete("whole");
    const over = world.send({ type: "timer", timer: "whole" });
    assert.deepEqual(
      types(over).filter((type) => type !== "stop-timer"),
      ["cancel", "cancel", "divert"],
    );
    assert.deepEqual(world.send({ type: "timer", timer: "whole" }), []);
  });

  for (const hasOffer of [true, false]) {
    it(`given a caller ${hasOffer ? "with" : "without"} an offer, when a service takes it after the hunt, then it is answered by that`, () => {
      const { world } = offered(hunted(["a"]), hasOffer);
      world.send({ type: "branch-progress", branchId: "a", status: 180, sdp: undefined });
      world.send({ type: "branch-failed", branchId: "a", status: 486 });
      const served = world.send({ type: "diverted", route: { kind: "endpoint" } });
      assert.deepEqual(served, [
        {
          type: "media",
          ticket: world.media[0] ?? 0,
          operation: hasOffer ? { kind: "endpoint-answer", sdp: SDP } : { kind: "endpoint-offer" },
        },
      ]);
      const answered = world.send({ type: "media-done", ticket: world.media.shift() ?? 0, sdp: SDP });
      assert.deepEqual(types(answered), ["persist", "answer"]);
      assert.equal(world.call.hasEndpoint, true);
    });
  }

  it("given nobody to ring, when the call is offered, then it is diverted as soon as the relay has its offer", () => {
    const { effects } = offered(hunted());
    assert.deepEqual(effects.at(-1), { type: "divert", reason: "no-coverage" });
  });

  it("given a call of the switch itself, when a service would take it, then it ends: there is no caller to serve", () => {
    const world = new CallWorld();
    world.send({ type: "originated", route: hunted() });
    world.send({ type: "media-done", ticket: world.media.shift() ?? 0, sdp: SDP });
    const ended = types(world.send({ type: "diverted", route: { kind: "endpoint" } }));
    assert.ok(ended.includes("ended"));
  });
});
