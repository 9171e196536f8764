import assert from "node:assert/strict";
import { isTrunkFailure } from "../../../../../src/call/model/session/fail-over.ts";
import type { BranchRoute, SessionEffect } from "../../../../../src/call/model/index.ts";
import { CallWorld } from "./session-world.ts";

const SDP = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nm=audio 4000 RTP/AVP 8\r\n";

/** A call with an offer, at its first group. */
function offered(route: BranchRoute): { world: CallWorld; effects: SessionEffect[] } {
  const world = new CallWorld();
  world.send({ type: "offered", sdp: SDP, route });
  return { world, effects: world.send({ type: "media-done", ticket: world.media.shift() ?? 0, sdp: SDP }) };
}

function trunks(...names: string[]): BranchRoute {
  const groups = names.map((name) => ({ branchIds: [name], ringMs: 60_000, tryMs: 4_000 }));
  return { kind: "branches", groups };
}

function invited(effects: readonly SessionEffect[]): string[] {
  return effects.flatMap((effect) => (effect.type === "invite" ? [effect.branchId] : []));
}

function rejected(effects: readonly SessionEffect[]): readonly [number, number] | undefined {
  const reject = effects.find((effect) => effect.type === "reject");
  return reject === undefined ? undefined : [reject.status, reject.outcome.cause];
}

describe("isTrunkFailure", () => {
  const q850 = (cause: number): { told: { text: string; cause: number } } => ({
    told: { text: `Q.850;cause=${cause}`, cause },
  });
  it("given a status alone, when it is the trunk's or that of nobody, then the next trunk is tried, else not", () => {
    for (const status of [408, 430, 500, 502, 503, 504]) assert.equal(isTrunkFailure({ status }), true, `${status}`);
    const callees = [302, 400, 401, 403, 404, 407, 410, 480, 484, 486, 487, 488, 501, 600, 603, 604, 606];
    for (const status of callees) assert.equal(isTrunkFailure({ status }), false, `${status}`);
  });

  it("given a Q.850 cause, when it says otherwise than the status, then it decides", () => {
    for (const cause of [2, 3, 34, 38, 41, 42, 44, 47]) {
      assert.equal(isTrunkFailure({ status: 404, ...q850(cause) }), true, String(cause));
    }
    for (const cause of [1, 16, 17, 18, 19, 20, 21, 22, 28]) {
      assert.equal(isTrunkFailure({ status: 503, ...q850(cause) }), false, String(cause));
    }
    assert.equal(isTrunkFailure({ status: 503, ...q850(27) }), true);
    assert.equal(isTrunkFailure({ status: 404, ...q850(27) }), false);
  });

  it("given a trunk that the switch did not ask, when it is passed over, then the next one is tried", () => {
    assert.equal(isTrunkFailure({ status: 403, isOurs: true }), true);
  });
});

describe("trunks in turn", () => {
  it("given trunks that fail, when one answers, then the call is up and no timer of the hunt is left", () => {
    const { world, effects } = offered(trunks("a", "b", "c"));
    assert.deepEqual(invited(effects), ["a"]);
    assert.deepEqual([...world.timers], ["ring", "try", "hunt"]);
    assert.deepEqual(invited(world.send({ type: "branch-failed", branchId: "a", status: 503 })), ["b"]);
    world.timers.delete("try");
    const silent = world.send({ type: "timer", timer: "try" });
    assert.deepEqual(invited(silent), ["c"]);
    assert.deepEqual(
      silent.filter(({ type }) => type === "cancel"),
      [{ type: "cancel", branchId: "b", elsewhere: false }],
    );
    world.branches.set("c", "answered");
    world.send({ type: "branch-answered", branchId: "c", sdp: SDP });
    assert.deepEqual([...world.timers], []);
    // RFC 3261 9.1: the CANCEL may have come too late.
    world.branches.set("b", "answered");
    const late = world.send({ type: "branch-answered", branchId: "b", sdp: SDP });
    assert.deepEqual(late, [{ type: "decline", branchId: "b" }]);
  });

  it("given 100 only, when the trunk is slow beyond it, then it is waited for, and what it says then counts", () => {
    const { world } = offered(trunks("a", "b"));
    assert.deepEqual(world.send({ type: "branch-progress", branchId: "a", status: 100, sdp: undefined }), [
      { type: "stop-timer", timer: "try" },
    ]);
    assert.equal(world.call.state, "initiated");
    assert.deepEqual(invited(world.send({ type: "branch-failed", branchId: "a", status: 500 })), ["b"]);
  });

  for (const [what, status, sdp] of [
    ["rings", 180, undefined],
    ["is heard", 183, SDP],
  ] as const) {
    it(`given a callee that ${what}, when the trunk fails then, then no other is tried`, () => {
      const { world } = offered(trunks("a", "b"));
      world.send({ type: "branch-progress", branchId: "a", status, sdp });
      const failed = world.send({ type: "branch-failed", branchId: "a", status: 503 });
      assert.deepEqual([invited(failed), rejected(failed)], [[], [480, 42]]);
    });
  }

  it("given progress without sound, when the trunk fails then, then the next one is tried", () => {
    const { world } = offered(trunks("a", "b"));
    world.send({ type: "branch-progress", branchId: "a", status: 183, sdp: undefined });
    assert.deepEqual(invited(world.send({ type: "branch-failed", branchId: "a", status: 503 })), ["b"]);
  });

  it("given a busy callee behind the first trunk, when it says so, then the caller is told at once", () => {
    const { world } = offered(trunks("a", "b"));
    const failed = world.send({ type: "branch-failed", branchId: "a", status: 486 });
    assert.deepEqual([invited(failed), rejected(failed)], [[], [486, 17]]);
  });

  it("given trunks that all fail, when the last has, then the best of their refusals is told", () => {
    const { world } = offered(trunks("a", "b"));
    world.send({ type: "branch-failed", branchId: "a", status: 503 });
    const failed = world.send({ type: "branch-failed", branchId: "b", status: 500 });
    assert.deepEqual(rejected(failed), [500, 41]);
  });

  it("given a callee that does not answer, when it has rung long enough, then no other trunk is tried", () => {
    const { world } = offered(trunks("a", "b"));
    world.send({ type: "branch-progress", branchId: "a", status: 180, sdp: undefined });
    world.timers.delete("ring");
    const over = world.send({ type: "timer", timer: "ring" });
    assert.deepEqual([invited(over), rejected(over)], [[], [480, 19]]);
  });

  it("given that trying has taken its time, when the trunk that is tried fails, then that was the last one", () => {
    const { world } = offered(trunks("a", "b"));
    world.timers.delete("hunt");
    assert.deepEqual(world.send({ type: "timer", timer: "hunt" }), []);
    const failed = world.send({ type: "branch-failed", branchId: "a", status: 502 });
    assert.deepEqual([invited(failed), rejected(failed)], [[], [502, 27]]);
  });
});

describe("diversions", () => {
  const phone = (...diverts: ("busy" | "no-answer" | "unregistered")[]): BranchRoute => ({
    kind: "branches",
    groups: [{ branchIds: ["a", "b"], ringMs: 12_000 }],
    diverts,
  });

  it("given CFB, when one contact is busy and the other gone, then the call goes elsewhere and the caller gets 181", () => {
    const { world } = offered(phone("busy"));
    world.send({ type: "branch-failed", branchId: "a", status: 486 });
    const failed = world.send({ type: "branch-failed", branchId: "b", status: 408 });
    assert.deepEqual(failed.at(-1), { type: "divert", reason: "busy" });
    const diverted = world.send({ type: "diverted", route: trunks("c") });
    assert.deepEqual(diverted.at(-1), { type: "ring", status: 181, sdp: undefined });
    assert.deepEqual(invited(diverted), ["c"]);
  });

  it("given CFNA, when nobody answers in time, then what rings is given up before the call goes elsewhere", () => {
    const { world } = offered(phone("no-answer"));
    world.timers.delete("ring");
    const over = world.send({ type: "timer", timer: "ring" });
    assert.deepEqual(
      over.filter(({ type }) => type === "cancel" || type === "divert"),
      [
        { type: "cancel", branchId: "a", elsewhere: false },
        { type: "cancel", branchId: "b", elsewhere: false },
        { type: "divert", reason: "no-answer" },
      ],
    );
  });

  it("given CFNA and contacts in turn, when the first has rung out and the last is gone, then nobody has answered", () => {
    const groups = ["a", "b"].map((name) => ({ branchIds: [name], ringMs: 12_000 }));
    for (const [diverts, status] of [[["no-answer"], 0] as const, [["unregistered"], 480] as const]) {
      const { world } = offered({ kind: "branches", groups, diverts });
      world.timers.delete("ring");
      world.send({ type: "timer", timer: "ring" });
      const failed = world.send({ type: "branch-failed", branchId: "b", status: 408 });
      if (status === 0) assert.deepEqual(failed.at(-1), { type: "divert", reason: "no-answer" });
      else assert.deepEqual(rejected(failed), [480, 19]);
    }
  });

  it("given CFB and CFNA, when one contact is busy and the other rings out, then nobody has answered; when that refuses, then it is busy", () => {
    for (const isOut of [true, false]) {
      const { world } = offered(phone("busy", "no-answer"));
      world.send({ type: "branch-failed", branchId: "a", status: 486 });
      if (isOut) world.timers.delete("ring");
      const over = world.send(
        isOut ? { type: "timer", timer: "ring" } : { type: "branch-failed", branchId: "b", status: 480 },
      );
      assert.deepEqual(over.at(-1), { type: "divert", reason: isOut ? "no-answer" : "busy" });
    }
  });

  it("given nowhere to go, when a call would be diverted, then it is refused as it would have been", () => {
    const { world } = offered(phone("unregistered"));
    world.send({ type: "branch-failed", branchId: "a", status: 430 });
    world.send({ type: "branch-failed", branchId: "b", status: 408 });
    assert.deepEqual(rejected(world.send({ type: "diverted", route: undefined })), [480, 27]);
  });

  it("given a caller who has hung up meanwhile, when the call is diverted, then nothing happens", () => {
    const { world } = offered(phone("busy"));
    world.send({ type: "branch-failed", branchId: "a", status: 600 });
    world.caller = "refused";
    world.send({ type: "cancelled" });
    assert.deepEqual(world.send({ type: "diverted", route: trunks("c") }), []);
  });
});
