import assert from "node:assert/strict";
import type { CallCommand } from "../../../../../src/call/model/index.ts";
import { ModelBench } from "../../../../support/model-bench.ts";

const MIXER = "conference:first";
const code = (argument = "") => ({ kind: "code", code: "barge", argument }) as const;

/** `x` and `y` share the line 500; `x` has a line 501 of its own besides; all else has one line each. */
function sharing(others: ConstructorParameters<typeof ModelBench>[0] = {}): ModelBench {
  return new ModelBench({
    devicesOf: (line) => (line === "500@internal" ? ["x", "y"] : [line.split("@")[0] ?? ""]),
    linesOf: (device) => {
      if (device === "x") return ["500@internal", "501@internal"];
      return [device === "y" ? "500@internal" : `${device}@internal`];
    },
    ...others,
  });
}

describe("shared lines of the call model", () => {
  let privacy: Set<string>;
  let bench: ModelBench;
  beforeEach(() => {
    privacy = new Set();
    bench = sharing({ isPrivate: (device) => privacy.has(device) });
  });

  const failureOf = (command: CallCommand): string | undefined => {
    const result = bench.command(command);
    return result?.ok === false ? result.failure : undefined;
  };
  const holds = (legId: string, isHolding = true): void => bench.feed({ type: "held", legId, isHolding });

  describe("what the other devices see", () => {
    it("given a call to the line, when one device answers, then the other one sees it and may enter", () => {
      bench.call("first", "a", "x/500");
      assert.deepEqual([bench.stateOf("first", "x"), bench.stateOf("first", "y")], ["talking", "bridged"]);
    });

    it("given a call from the line, when it begins, then the other device sees it", () => {
      bench.feed({ type: "offered", sessionId: "first", leg: bench.leg("x/500"), called: "b" });
      assert.deepEqual([bench.stateOf("first", "x"), bench.stateOf("first", "y")], ["talking", "bridged"]);
    });

    it("given a call from another line of a device, when it begins, then nobody else sees it", () => {
      bench.call("first", "x/501", "b");
      assert.equal(bench.stateOf("first", "y"), undefined);
    });

    it("given a private device, when it talks, then others see the line in use, and the call itself while it is held", () => {
      privacy.add("x");
      const [x] = bench.call("first", "x/500", "b");
      assert.equal(bench.stateOf("first", "y"), "in-use");
      holds(x);
      assert.deepEqual([bench.stateOf("first", "x"), bench.stateOf("first", "y")], ["held", "bridged"]);
      holds(x, false);
      assert.equal(bench.stateOf("first", "y"), "in-use");
    });

    it("given a private line, when a device talks, then others see it in use", () => {
      bench = sharing({ isPrivateLine: (line) => line === "500@internal" });
      bench.call("first", "x/500", "b");
      assert.equal(bench.stateOf("first", "y"), "in-use");
    });

    it("given a call of the line, when its only device leaves, then the connection ends for the other one, too", () => {
      const [x] = bench.call("first", "x/500", "b");
      bench.hangUp(x);
      const told = bench.changes.flatMap((change) =>
        change.type === "terminal-connection" && change.device === "y" ? [change.change] : [],
      );
      assert.deepEqual(told, ["created", "passive", "bridged", "dropped"]);
      assert.equal(bench.left, 0);
    });

    it("given privacy that is toggled in a call, when the setting has changed, then the others see it", () => {
      bench.call("first", "x/500", "b");
      bench.feed({ type: "command", commandId: "p", command: { type: "privacy", device: "x" } });
      assert.deepEqual(bench.effectsOf("set-privacy"), [
        { type: "set-privacy", device: "x", isPrivate: true, commandId: "p" },
      ]);
      privacy.add("x");
      bench.feed({ type: "privacy-changed", device: "x" });
      assert.equal(bench.stateOf("first", "y"), "in-use");
      assert.deepEqual(bench.command({ type: "privacy", device: "x", isOn: true }), { ok: true, isUnchanged: true });
    });
  });

  describe("entering a call that is talked in", () => {
    it("given a call of the line, when the other device dials the code, then three legs are in a mixer, two of them of one connection", () => {
      const [x, b] = bench.call("first", "x/500", "b");
      const { legId: y, status } = bench.dial("second", "y/500", code());
      assert.equal(status, undefined);
      for (const legId of [x, b, y]) assert.equal(bench.with(legId), MIXER);
      assert.deepEqual([...bench.world.calls.keys()], ["first"]);
      assert.equal(bench.world.calls.get("first")?.connections.length, 2);
      assert.deepEqual([bench.stateOf("first", "x"), bench.stateOf("first", "y")], ["talking", "talking"]);
      assert.deepEqual(bench.world.calls.get("first")?.mergedFrom, ["second"]);
    });

    it("given a call that was entered, when who was there first leaves, then the two others are connected directly and it sees the call", () => {
      const [x, b] = bench.call("first", "x/500", "b");
      const { legId: y } = bench.dial("second", "y/500", code("500"));
      bench.hangUp(x);
      assert.equal(bench.with(b), y);
      assert.deepEqual([bench.stateOf("first", "x"), bench.stateOf("first", "y")], ["bridged", "talking"]);
      bench.hangUp(y);
      assert.equal(bench.left, 0);
    });

    it("given a call that was entered, when the other party leaves, then both devices of the line are released", () => {
      const [, b] = bench.call("first", "x/500", "b");
      bench.dial("second", "y/500", code());
      bench.hangUp(b);
      assert.equal(bench.left, 0);
    });

    it("given a call that was entered, when who entered leaves, then it is as before", () => {
      const [x, b] = bench.call("first", "x/500", "b");
      const { legId: y } = bench.dial("second", "y/500", code());
      bench.hangUp(y);
      assert.equal(bench.with(x), b);
      assert.equal(bench.stateOf("first", "y"), "bridged");
    });

    it("given a conference of the line, when the other device enters, then it is one more in the mixer", () => {
      const [x1] = bench.call("first", "x/500", "b");
      holds(x1);
      bench.call("third", "x/500", "c");
      assert.equal(bench.command({ type: "conference", device: "x" })?.ok, true);
      const { legId: y } = bench.dial("second", "y/500", code());
      assert.equal(bench.with(y), MIXER);
      assert.equal(bench.world.conferences.get("first")?.members.length, 4);
      assert.equal(bench.world.calls.get("first")?.connections.length, 3);
    });

    it("given a call of the line, when a command has the other device enter it, then that rings, and is in when it answers", () => {
      const [x, b] = bench.call("first", "x/500", "b");
      assert.equal(bench.command({ type: "barge", device: "y", callId: "first" }, "enter"), undefined);
      const [originate] = bench.effectsOf("originate");
      assert.deepEqual([originate?.to, originate?.onlyDevice], ["500", "y"]);
      const y = bench.leg("y/500");
      bench.answer(originate?.sessionId ?? "", y);
      assert.deepEqual(bench.results.get("enter"), { ok: true, callId: "first" });
      for (const legId of [x, b, y.legId]) assert.equal(bench.with(legId), MIXER);
      assert.deepEqual([...bench.world.calls.keys()], ["first"]);
    });

    it("given a device that is rung to enter, when it does not answer, then that is told and the call goes on", () => {
      const [x, b] = bench.call("first", "x/500", "b");
      bench.command({ type: "barge", device: "y", callId: "first" }, "enter");
      const { sessionId = "" } = bench.effectsOf("originate")[0] ?? {};
      bench.feed({ type: "ended", sessionId, why: { cause: 19, feature: "normal", by: "timer" } });
      const result = bench.results.get("enter");
      assert.equal(result?.ok === false && result.failure, "destination-no-answer");
      assert.equal(bench.with(x), b);
      assert.deepEqual([...bench.world.calls.keys()], ["first"]);
    });
  });

  describe("taking a held call", () => {
    it("given a held call of the line, when the other device dials the code, then it has the call, and who held it sees that", () => {
      const [x, b] = bench.call("first", "x/500", "b");
      holds(x);
      const { legId: y } = bench.dial("second", "y/500", code());
      assert.equal(bench.with(b), y);
      assert.equal(bench.world.legs.has(x), false);
      assert.deepEqual([bench.stateOf("first", "x"), bench.stateOf("first", "y")], ["bridged", "talking"]);
      assert.equal(bench.world.conferences.size, 0);
    });

    it("given a private device that holds, when the other one retrieves by command, then it may", () => {
      privacy.add("x");
      const [x, b] = bench.call("first", "x/500", "b");
      holds(x);
      assert.equal(bench.command({ type: "retrieve", device: "y", callId: "first" }, "take"), undefined);
      const y = bench.leg("y/500");
      bench.answer(bench.effectsOf("originate")[0]?.sessionId ?? "", y);
      assert.deepEqual(bench.results.get("take"), { ok: true, callId: "first" });
      assert.equal(bench.with(b), y.legId);
    });

    it("given a call that is talked in, when the other device retrieves it, then that is the wrong state", () => {
      bench.call("first", "x/500", "b");
      assert.equal(failureOf({ type: "retrieve", device: "y", callId: "first" }), "wrong-state");
    });

    it("given a held member of a conference, when the other device takes its call, then it is the member", () => {
      const [x1, b] = bench.call("first", "x/500", "b");
      holds(x1);
      const [x2] = bench.call("third", "x/500", "c");
      bench.command({ type: "conference", device: "x" });
      holds(x2);
      const { legId: y } = bench.dial("second", "y/500", code());
      assert.equal(bench.world.legs.has(x2), false);
      for (const legId of [y, b]) assert.equal(bench.with(legId), MIXER);
      assert.equal(bench.world.conferences.get("first")?.members.length, 3);
      assert.equal(bench.stateOf("first", "x"), "bridged");
    });

    it("given a held call and one that is talked in, when the code is dialed, then the one that is talked in is entered", () => {
      const [x1] = bench.call("first", "x/500", "b");
      holds(x1);
      bench.call("third", "x/500", "c");
      const { legId: y } = bench.dial("second", "y/500", code());
      assert.equal(bench.with(y), "conference:third");
    });
  });

  describe("what is refused", () => {
    it("given a private device that talks, when the other one enters, then it may not", () => {
      privacy.add("x");
      const [x, b] = bench.call("first", "x/500", "b");
      assert.equal(bench.dial("second", "y/500", code()).status, 403);
      assert.equal(failureOf({ type: "barge", device: "y", callId: "first" }), "private");
      assert.equal(bench.with(x), b);
      assert.equal(bench.world.calls.size, 1);
    });

    it("given a device without a shared line, when it dials the code, with or without a number, then it may not", () => {
      bench.call("first", "x/500", "b");
      assert.equal(bench.dial("second", "z", code("500")).status, 403);
      assert.equal(bench.dial("third", "z", code()).status, 403);
      assert.equal(bench.dial("fourth", "y/500", code("501")).status, 403);
      assert.equal(failureOf({ type: "barge", device: "z", callId: "first" }), "device-not-in-call");
    });

    it("given no call on the line, when the code is dialed, then there is nothing to enter", () => {
      assert.equal(bench.dial("first", "y/500", code()).status, 404);
      assert.equal(bench.left, 0);
    });

    it("given a call that is not answered yet, when the other device enters, then it may not yet", () => {
      bench.feed({ type: "offered", sessionId: "first", leg: bench.leg("x/500"), called: "b" });
      assert.equal(failureOf({ type: "barge", device: "y", callId: "first" }), "wrong-state");
    });

    it("given a call that is being transferred, when the other device enters, then it has to wait, and the transfer is done", () => {
      const [x] = bench.call("first", "x/500", "b");
      bench.feed({ type: "refer", refer: { referId: "r", legId: x, to: "c" } });
      assert.equal(bench.dial("second", "y/500", code()).status, 491);
      const { sessionId = "" } = bench.effectsOf("originate")[0] ?? {};
      bench.answer(sessionId, bench.leg("c"));
      assert.equal(bench.effectsOf("notify").at(-1)?.status, 200);
      assert.equal(bench.world.legs.has(x), false);
    });
  });

  describe("glares", () => {
    it("given a device that is rung to enter, when the call ends, then it is rung no more", () => {
      const [, b] = bench.call("first", "x/500", "b");
      bench.command({ type: "barge", device: "y", callId: "first" }, "enter");
      bench.hangUp(b);
      const result = bench.results.get("enter");
      assert.equal(result?.ok === false && result.failure, "party-gone");
      assert.equal(bench.left, 0);
    });

    it("given a device that is rung to enter, when the switch ends the call, then it is rung no more", () => {
      bench.call("first", "x/500", "b");
      bench.command({ type: "barge", device: "y", callId: "first" }, "enter");
      bench.feed({ type: "ended", sessionId: "first", why: { cause: 16, feature: "normal", by: "system" } });
      const result = bench.results.get("enter");
      assert.equal(result?.ok === false && result.failure, "party-gone");
      assert.equal(bench.left, 0);
    });

    it("given legs on their way into the mixer, when the other party hangs up, then all are released", () => {
      const [, b] = bench.call("first", "x/500", "b");
      bench.settles = false;
      bench.dial("second", "y/500", code());
      bench.hangUp(b);
      assert.equal(bench.left, 0);
    });

    it("given legs on their way into the mixer, when who enters hangs up, then the call is as it was", () => {
      const [x, b] = bench.call("first", "x/500", "b");
      bench.settles = false;
      const { legId: y } = bench.dial("second", "y/500", code());
      bench.hangUp(y);
      assert.equal(bench.with(x), b);
      assert.equal(bench.stateOf("first", "y"), "bridged");
    });

    it("given legs on their way into the mixer, when who was there hangs up, then the call is over", () => {
      const [x] = bench.call("first", "x/500", "b");
      bench.settles = false;
      bench.dial("second", "y/500", code());
      bench.hangUp(x);
      assert.equal(bench.left, 0);
    });

    it("given a device that is rung to enter, when the call is held before it answers, then it takes the call over", () => {
      const [x, b] = bench.call("first", "x/500", "b");
      bench.command({ type: "barge", device: "y", callId: "first" }, "enter");
      holds(x);
      const y = bench.leg("y/500");
      bench.answer(bench.effectsOf("originate")[0]?.sessionId ?? "", y);
      assert.equal(bench.with(b), y.legId);
      assert.equal(bench.world.legs.has(x), false);
    });

    it("given a media service that is away, when a call is entered, then it goes on, and who enters is released", () => {
      const [x, b] = bench.call("first", "x/500", "b");
      bench.hasMedia = false;
      const { legId: y } = bench.dial("second", "y/500", code());
      assert.equal(bench.with(x), b);
      assert.equal(bench.world.legs.has(y), false);
      assert.equal(bench.world.conferences.size, 0);
    });
  });
});
