import assert from "node:assert/strict";
import { ModelBench } from "../../../../support/model-bench.ts";

const CODE = { kind: "code", code: "conference", argument: "" } as const;
const MIXER = "conference:first";

/** Two calls of `a`, the first one on hold: `[a1, b, a2, c]`. */
function twoCalls(bench: ModelBench): [string, string, string, string] {
  const [a1, b] = bench.call("first", "a", "b");
  bench.feed({ type: "held", legId: a1, isHolding: true });
  const [a2, c] = bench.call("second", "a", "c");
  return [a1, b, a2, c];
}

describe("conferences of the call model", () => {
  let bench: ModelBench;
  beforeEach(() => {
    bench = new ModelBench();
  });

  function formed(): [string, string, string, string] {
    const legs = twoCalls(bench);
    assert.deepEqual(bench.command({ type: "conference", device: "a" }), { ok: true, callId: "first" });
    return legs;
  }

  it("given two calls of a device, when it makes them a conference, then three legs are in the mixer and the device's other one is released", () => {
    const [a1, b, a2, c] = formed();
    for (const legId of [b, a2, c]) assert.equal(bench.with(legId), MIXER, legId);
    assert.equal(bench.world.legs.has(a1), false);
    assert.deepEqual([...bench.world.calls.keys()], ["first"]);
    assert.deepEqual(bench.world.calls.get("first")?.mergedFrom, ["second"]);
    assert.equal(bench.connectionOf("first", "a")?.terminals[0]?.legId, a2);
    assert.equal(bench.stateOf("first", "a"), "talking");
  });

  it("given a conference, when its changes are told, then they stand between its start and its end, with the call that dissolves", () => {
    formed();
    const features = bench.changes.flatMap((change, index) => (change.type === "feature" ? [{ change, index }] : []));
    const [start, end] = features;
    const common = { type: "feature", feature: "conference", surviving: "first", dissolved: "second", controller: "a" };
    assert.deepEqual(start?.change, { ...common, moment: "start", isDone: false });
    assert.deepEqual(end?.change, { ...common, moment: "end", isDone: true });
    const between = bench.changes.slice((start?.index ?? 0) + 1, end?.index);
    const moved = between.flatMap((change) => (change.type === "moved" ? [change.connectionId] : []));
    assert.deepEqual(moved, ["second/2"]);
    assert.ok(between.some((one) => one.type === "call" && one.callId === "second" && one.state === "invalid"));
    assert.equal(features.length, 2);
  });

  it("given four calls of a device, when it makes them a conference, then all five parties are in it", () => {
    const legs = ["b", "c", "d", "e"].map((callee, index) => bench.call(`call${index}`, "a", callee));
    assert.equal(bench.command({ type: "conference", device: "a" })?.ok, true);
    const members = bench.world.conferences.get("call0")?.members ?? [];
    assert.equal(members.length, 5);
    for (const [, party] of legs) assert.equal(bench.with(party), "conference:call0");
    assert.equal(bench.world.calls.size, 1);
    assert.equal(bench.world.calls.get("call0")?.connections.length, 5);
  });

  it("given three calls, when two are named, then the third one goes on", () => {
    bench.call("first", "a", "b");
    const [a2, c] = bench.call("second", "a", "c");
    bench.call("third", "a", "d");
    const result = bench.command({ type: "conference", device: "a", callIds: ["first", "third"] });
    assert.equal(result?.ok, true);
    assert.equal(bench.with(a2), c);
    assert.equal(bench.world.conferences.get("first")?.members.length, 3);
  });

  it("given two calls, when the code is dialed, then the dialed leg stays and both others are released", () => {
    const [a1, b, a2, c] = twoCalls(bench);
    bench.feed({ type: "held", legId: a2, isHolding: true });
    const { legId, status } = bench.dial("third", "a", CODE);
    assert.equal(status, undefined);
    for (const one of [b, c, legId]) assert.equal(bench.with(one), MIXER, one);
    for (const one of [a1, a2]) assert.equal(bench.world.legs.has(one), false);
    assert.deepEqual([...bench.world.calls.keys()], ["first"]);
    assert.equal(bench.connectionOf("first", "a")?.terminals[0]?.legId, legId);
  });

  it("given one call only, when the code is dialed, then it is refused and the call goes on", () => {
    const [a1, b] = bench.call("first", "a", "b");
    assert.equal(bench.dial("second", "a", CODE).status, 403);
    assert.equal(bench.with(a1), b);
    assert.equal(bench.world.calls.size, 1);
  });

  it("given a conference, when a party hangs up, then the two others are connected directly, and the mixer is empty", () => {
    const [, b, a2, c] = formed();
    bench.hangUp(c);
    assert.equal(bench.with(b), a2);
    assert.equal(bench.world.conferences.size, 0);
    assert.equal(bench.world.calls.get("first")?.connections.length, 2);
  });

  it("given a conference, when all but one hang up at once, then the last is released with normal clearing", () => {
    const [, b, a2, c] = formed();
    bench.hangUp(c);
    bench.hangUp(a2);
    assert.equal(bench.world.legs.has(b), false);
    assert.equal(bench.left, 0);
  });

  it("given a conference of four, when its controller leaves, then it goes on", () => {
    const parties = ["b", "c", "d"].map((callee, index) => bench.call(`call${index}`, "a", callee)[1]);
    bench.command({ type: "conference", device: "a" });
    const own = [...(bench.world.legsOfDevices.get("a") ?? [])][0] ?? "";
    bench.hangUp(own);
    for (const legId of parties) assert.equal(bench.with(legId), "conference:call0");
  });

  it("given conferences that end with their controllers, when it leaves, then all are released", () => {
    bench = new ModelBench({ endsWithController: () => true });
    const [, , a2] = formed();
    bench.hangUp(a2);
    assert.equal(bench.left, 0);
  });

  it("given two left of whom one holds, when they are connected, then the other hears music", () => {
    const [, b, a2, c] = formed();
    bench.feed({ type: "held", legId: b, isHolding: true });
    bench.hangUp(c);
    const [play] = bench.effectsOf("play").slice(-1);
    assert.deepEqual([play?.legId, play?.source, play?.musicOf], [a2, "music", "b"]);
  });

  describe("parties", () => {
    it("given a conference and another call of its controller, when that is added, then its party is in, and the leg that was held is released", () => {
      const [, , a2] = formed();
      bench.feed({ type: "held", legId: a2, isHolding: true });
      const [a3, d] = bench.call("third", "a", "d");
      assert.deepEqual(bench.command({ type: "add-party", device: "a" }), { ok: true, callId: "first" });
      assert.equal(bench.with(d), MIXER);
      assert.equal(bench.with(a3), MIXER);
      assert.equal(bench.world.legs.has(a2), false);
      assert.equal(bench.world.conferences.get("first")?.members.length, 4);
      assert.deepEqual([...bench.world.calls.keys()], ["first"]);
    });

    it("given a conference and a call of another member, when that one adds it, then it is in", () => {
      const [, b] = formed();
      const [b2, d] = bench.call("third", "b", "d");
      bench.feed({ type: "held", legId: b2, isHolding: true });
      assert.equal(bench.command({ type: "add-party", device: "b", callId: "third" })?.ok, true);
      assert.equal(bench.with(d), MIXER);
      assert.equal(bench.with(b), MIXER);
      assert.equal(bench.world.conferences.get("first")?.controller, "a");
    });

    it("given a conference, when its controller drops a party, by device or by connection, then that is out", () => {
      const [, b, a2] = formed();
      const connectionId = bench.connectionOf("first", "c")?.connectionId ?? "";
      assert.equal(bench.command({ type: "drop-party", device: "a", connectionId })?.ok, true);
      assert.equal(bench.with(b), a2);
    });

    const FAILURES = [
      ["conference-inactive", { type: "drop-party", device: "d", party: "a" }],
      ["conference-inactive", { type: "add-party", device: "d" }],
      ["conference-controller", { type: "drop-party", device: "b", party: "c" }],
      ["conference-party-invalid", { type: "drop-party", device: "a", party: "nobody" }],
      ["conference-party-already", { type: "add-party", device: "a", callId: "first" }],
      ["device-not-in-call", { type: "conference", device: "nobody" }],
      ["wrong-state", { type: "conference", device: "a" }],
    ] as const;
    for (const [failure, command] of FAILURES) {
      it(`given a conference, when ${command.type} is asked for by ${command.device}, then it fails: ${failure}`, () => {
        formed();
        const result = bench.command(command);
        assert.deepEqual([result?.ok, result?.ok === false && result.failure], [false, failure]);
        assert.equal(bench.world.conferences.get("first")?.members.length, 3);
      });
    }

    it("given a party that rings, when a conference names its call, then it fails and both calls are as they were", () => {
      const [a1, b] = bench.call("first", "a", "b");
      const leg = bench.leg("a");
      bench.feed({ type: "offered", sessionId: "second", leg, called: "c" });
      const result = bench.command({ type: "conference", device: "a", callIds: ["first", "second"] });
      assert.equal(result?.ok === false && result.failure, "conference-party-invalid");
      assert.equal(bench.with(a1), b);
    });

    it("given two calls with the same device, when they are to be a conference, then it fails", () => {
      bench.call("first", "a", "b");
      bench.call("second", "a", "b");
      const result = bench.command({ type: "conference", device: "a" });
      assert.equal(result?.ok === false && result.failure, "conference-party-already");
    });

    it("given two numbers behind one trunk, when they are made a conference, then both are in it", () => {
      bench.call("first", "a", "trunk/1", { isTrunk: true });
      bench.call("second", "a", "trunk/2", { isTrunk: true });
      assert.equal(bench.command({ type: "conference", device: "a" })?.ok, true);
      assert.equal(bench.world.conferences.get("first")?.members.length, 3);
    });

    it("given two conferences of a device, when they are to be one, then that is refused and both go on", () => {
      formed();
      const a2 = [...(bench.world.legsOfDevices.get("a") ?? [])][0] ?? "";
      bench.feed({ type: "held", legId: a2, isHolding: true });
      bench.call("third", "a", "d");
      bench.call("fourth", "a", "e");
      assert.equal(bench.command({ type: "conference", device: "a", callIds: ["third", "fourth"] })?.ok, true);
      const result = bench.command({ type: "conference", device: "a" });
      assert.equal(result?.ok === false && result.failure, "conference-exists");
      assert.equal(bench.world.conferences.size, 2);
    });

    it("given 32 parties, when one more is added, then it is full, and the call that was to be added goes on", () => {
      for (let index = 1; index <= 31; index += 1) bench.call(`call${index}`, "a", `b${index}`);
      assert.equal(bench.command({ type: "conference", device: "a" })?.ok, true);
      assert.equal(bench.world.conferences.get("call1")?.members.length, 32);
      const [a2, d] = bench.call("last", "a", "d");
      const result = bench.command({ type: "add-party", device: "a" });
      assert.equal(result?.ok === false && result.failure, "conference-full");
      assert.equal(bench.with(a2), d);
    });
  });

  describe("hold and transfer", () => {
    it("given a conference, when the switch holds for a member, then it is out of the mix, and in it again when it is taken back", () => {
      const [, b] = formed();
      const plays = bench.effectsOf("play").length;
      assert.equal(bench.command({ type: "hold", device: "b" })?.ok, true);
      assert.equal(bench.with(b), "silence");
      assert.equal(bench.stateOf("first", "b"), "held");
      const played = bench.effectsOf("play").slice(plays);
      assert.equal(
        played.some(({ source }) => source === "music"),
        false,
      );
      assert.equal(bench.command({ type: "retrieve", device: "b" })?.ok, true);
      assert.equal(bench.with(b), MIXER);
      assert.equal(bench.stateOf("first", "b"), "talking");
      assert.equal(bench.world.conferences.get("first")?.members.length, 3);
    });

    it("given a member that transfers to a number, when that answers, then it is in the member's place", () => {
      const [, b, , c] = formed();
      bench.feed({ type: "refer", refer: { referId: "r", legId: c, to: "d" } });
      const [originate] = bench.effectsOf("originate");
      assert.equal(originate?.endpoint, MIXER);
      const target = bench.leg("d");
      const { sessionId = "" } = originate ?? {};
      bench.feed({ type: "offering", sessionId, places: [{ kind: "phone", address: target.address, devices: ["d"] }] });
      bench.feed({ type: "ringing", sessionId });
      bench.answer(sessionId, target);
      assert.deepEqual(
        bench.effectsOf("notify").map(({ status }) => status),
        [100, 180, 200],
      );
      assert.equal(bench.world.legs.has(c), false);
      assert.equal(bench.with(target.legId), MIXER);
      assert.equal(bench.with(b), MIXER);
      assert.deepEqual(
        bench.world.calls.get("first")?.connections.map(({ address }) => address.number),
        ["a", "b", "d"],
      );
    });

    it("given a member that transfers and hangs up before it is answered, when nobody answers, then the two others are connected directly", () => {
      const [, b, a2, c] = formed();
      bench.feed({ type: "refer", refer: { referId: "r", legId: c, to: "d" } });
      bench.hangUp(c);
      assert.equal(bench.with(b), MIXER);
      const { sessionId = "" } = bench.effectsOf("originate")[0] ?? {};
      bench.feed({ type: "ended", sessionId, why: { cause: 17, feature: "normal", by: "party" } });
      assert.deepEqual(
        bench.effectsOf("notify").map(({ status }) => status),
        [100, 486],
      );
      assert.equal(bench.with(b), a2);
    });

    it("given a member that transfers to a number, when all others hang up meanwhile, then nobody is rung any more", () => {
      const [, b, a2, c] = formed();
      bench.feed({ type: "refer", refer: { referId: "r", legId: c, to: "d" } });
      for (const legId of [b, a2, c]) bench.hangUp(legId);
      assert.equal(bench.left, 0);
    });

    it("given a member with a second call, when it transfers one to the other, then its party is in the conference and it is out", () => {
      const [, b, a2] = formed();
      bench.feed({ type: "held", legId: a2, isHolding: true });
      const [a3, d] = bench.call("third", "a", "d");
      bench.feed({ type: "refer", refer: { referId: "r", legId: a2, to: "d", replaces: a3 } });
      assert.equal(bench.with(d), MIXER);
      assert.equal(bench.with(b), MIXER);
      for (const legId of [a2, a3]) assert.equal(bench.world.legs.has(legId), false);
      assert.deepEqual([...bench.world.calls.keys()], ["first"]);
      assert.equal(bench.effectsOf("notify").at(-1)?.status, 200);
    });
  });

  it("given a conference that ends with its controller, when that transfers its place to its other call, then it goes on, and ends with the heir", () => {
    bench = new ModelBench({ endsWithController: () => true });
    const [, b, a2, c] = formed();
    bench.feed({ type: "held", legId: a2, isHolding: true });
    const [a3, d] = bench.call("third", "a", "d");
    bench.feed({ type: "refer", refer: { referId: "r", legId: a2, to: "d", replaces: a3 } });
    for (const legId of [b, c, d]) assert.equal(bench.with(legId), MIXER);
    bench.hangUp(d);
    assert.equal(bench.left, 0);
  });

  it("given a member whose place a number is rung for, when it hands that to its other call, then that has to wait", () => {
    const [, , a2] = formed();
    bench.feed({ type: "refer", refer: { referId: "r1", legId: a2, to: "e" } });
    bench.feed({ type: "held", legId: a2, isHolding: true });
    const [a3, d] = bench.call("third", "a", "d");
    bench.feed({ type: "refer", refer: { referId: "r2", legId: a2, to: "d", replaces: a3 } });
    assert.deepEqual(
      bench.effectsOf("notify").map(({ referId, status }) => [referId, status]),
      [
        ["r1", 100],
        ["r2", 491],
      ],
    );
    assert.equal(bench.with(d), a3);
  });

  describe("while it is formed", () => {
    let legs: [string, string, string, string];
    beforeEach(() => {
      legs = twoCalls(bench);
      bench.settles = false;
      assert.equal(bench.command({ type: "conference", device: "a" }, "form"), undefined);
      bench.settles = true;
    });

    function settleAll(): void {
      for (const sessionId of bench.attached) bench.feed({ type: "settled", sessionId });
    }

    function assertAsTheyWere(): void {
      const [a1, b, a2, c] = legs;
      assert.equal(bench.with(b), a1);
      assert.equal(bench.with(c), a2);
      assert.deepEqual([...bench.world.calls.keys()], ["first", "second"]);
      assert.equal(bench.world.conferences.size, 0);
      assert.equal(
        bench.changes.some(({ type }) => type === "feature" || type === "moved"),
        false,
      );
    }

    it("given legs on their way, when all have agreed, then it is done, and not before", () => {
      assert.equal(bench.results.has("form"), false);
      settleAll();
      assert.equal(bench.results.get("form")?.ok, true);
    });

    it("given legs on their way, when the media service refuses one, then the calls are as they were, with their music on hold", () => {
      const [sessionId = ""] = bench.attached;
      bench.feed({ type: "unsettled", sessionId });
      const result = bench.results.get("form");
      assert.equal(result?.ok === false && result.failure, "no-bridge");
      assertAsTheyWere();
      const music = bench.effectsOf("play").findLast(({ source }) => source === "music");
      assert.deepEqual([music?.legId, music?.musicOf], [legs[1], "a"]);
    });

    it("given legs on their way, when one never agrees, then it is done after a while, and that leg is in when it does", () => {
      bench.feed({ type: "timer", timerId: "conference gather first" });
      assert.equal(bench.results.get("form")?.ok, true);
      assert.equal(bench.world.conferences.get("first")?.members.length, 3);
    });

    it("given legs on their way, when a party hangs up, then that fails, and the other call is as it was", () => {
      const [a1, b, a2, c] = legs;
      bench.hangUp(c);
      const result = bench.results.get("form");
      assert.equal(result?.ok === false && result.failure, "party-gone");
      assert.equal(bench.with(b), a1);
      assert.equal(bench.world.legs.has(a2), false);
      assert.deepEqual([...bench.world.calls.keys()], ["first"]);
    });

    it("given legs on their way, when the controller hangs up, then its other call is as it was", () => {
      const [a1, b, a2, c] = legs;
      bench.hangUp(a2);
      assert.equal(bench.with(b), a1);
      assert.equal(bench.world.legs.has(c), false);
    });

    it("given legs on their way, when it is asked for again, or a party holds or transfers, then that is pending or comes later", () => {
      const [, b] = legs;
      const again = bench.command({ type: "conference", device: "a", callIds: ["first", "second"] });
      assert.equal(again?.ok === false && again.failure, "pending");
      bench.command({ type: "hold", device: "b" });
      settleAll();
      assert.equal(bench.with(b), "silence");
      assert.equal(bench.results.get("form")?.ok, true);
    });
  });

  it("given a media service that is away, when a conference is asked for, then nothing is touched", () => {
    const [a1, b, a2, c] = twoCalls(bench);
    bench.hasMedia = false;
    const before = structuredClone([bench.world.sessions, bench.world.legs]);
    const result = bench.command({ type: "conference", device: "a" });
    assert.equal(result?.ok === false && result.failure, "no-bridge");
    assert.deepEqual([bench.world.sessions, bench.world.legs], before);
    assert.deepEqual([bench.with(a1), bench.with(a2)], [b, c]);
  });

  it("given a party lost while four come together, when enough are left, then the conference is made of those", () => {
    const parties = ["b", "c", "d"].map((callee, index) => bench.call(`call${index}`, "a", callee)[1]);
    bench.settles = false;
    bench.command({ type: "conference", device: "a" }, "form");
    bench.hangUp(parties[1] ?? "");
    for (const sessionId of bench.attached) bench.feed({ type: "settled", sessionId });
    assert.equal(bench.results.get("form")?.ok, true);
    assert.equal(bench.world.conferences.get("call0")?.members.length, 3);
    assert.deepEqual([...bench.world.calls.keys()], ["call0"]);
  });
});
