import assert from "node:assert/strict";
import type { CommandResult, ModelEvent, Why } from "../../../../../src/call/model/index.ts";
import { addressOf, CallStory, phoneLeg, placeOf, trunkLeg } from "../../../../support/call-story.ts";
import {
  effectsOf,
  endOf,
  failed,
  hangsUp,
  hears,
  notified,
  originated,
  refer,
  ring,
  rung,
  talk,
} from "../../../../support/story-calls.ts";

const BUSY: Why = { cause: 17, sip: { status: 486 }, feature: "normal", by: "party" };

const answered = (sessionId: string, name: string): ModelEvent => ({
  type: "answered",
  sessionId,
  leg: phoneLeg(name),
  endpoint: "silence",
});
const results = (story: CallStory): CommandResult[] =>
  story.effects.flatMap((effect) => (effect.type === "result" ? [effect.result] : []));
const failures = (story: CallStory): unknown[] => results(story).map((one) => (one.ok ? "ok" : one.failure));
const sessionOf = (story: CallStory, legId: string): string => story.world.legs.get(legId)?.sessionId ?? "";

/** Nothing of a feature is left, and no call. */
function assertForgotten(story: CallStory): void {
  const { transfers, legs, sessions, calls } = story.world;
  assert.deepEqual(
    [transfers, legs, sessions, calls].map((table) => [...table.keys()]),
    [[], [], [], []],
  );
}

describe("blind transfer", () => {
  let story: CallStory;
  beforeEach(() => {
    story = new CallStory();
    talk(story, "c1", ["A", "B"]);
  });

  it("given a REFER, when the number rings and answers, then its sender is told 100, 180 and 200, and the parties are joined", () => {
    story.tell(refer("leg-B", "C", { referredBy: "<sip:B@here>" }));
    const { sessionId, from, by, to, referredBy, diverted } = originated(story);
    assert.deepEqual(
      { from, by, to, referredBy, diverted },
      {
        from: { legId: "leg-A" },
        by: "b-phone",
        to: "C",
        referredBy: "<sip:B@here>",
        diverted: { by: "b-phone", number: "B", feature: "transfer" },
      },
    );
    story.tell(...rung(sessionId, "C"), { type: "ringing", sessionId });
    assert.equal(hears(story, "leg-A"), "ringback");
    const [joined] = effectsOf(story, "join", answered(sessionId, "C"));
    assert.deepEqual([joined?.caller, joined?.callee], ["leg-A", "leg-C"]);
    assert.deepEqual(notified(story), [100, 180, 200]);
    assert.equal(sessionOf(story, "leg-A"), joined?.sessionId);
    story.tell(endOf("c1"), endOf(sessionId), ...hangsUp(story, "leg-C"));
    assertForgotten(story);
  });

  for (const [what, event, statuses] of [
    ["is busy", (id: string) => failed(id, 486, 17), [100, 486]],
    ["is unknown", (id: string) => failed(id, 404, 1), [100, 404]],
    ["does not answer", (id: string) => failed(id, 480, 19), [100, 480]],
    ["refuses", (id: string) => failed(id, 603, 21), [100, 603]],
  ] as const) {
    it(`given a number that ${what}, when it is told so, then the call stays, and the held party hears music again`, () => {
      story.tell({ type: "held", legId: "leg-B", isHolding: true }, refer("leg-B", "C"));
      story.tell(event(originated(story).sessionId));
      assert.deepEqual(notified(story), statuses);
      assert.equal(hears(story, "leg-A"), "music");
      assert.equal(story.world.transfers.size, 0);
      assert.equal(sessionOf(story, "leg-A"), "c1");
      story.tell({ type: "held", legId: "leg-B", isHolding: false });
      assert.equal(hears(story, "leg-A"), undefined);
    });
  }

  it("given a party that talks, when the number rang and is busy, then it hears who transferred again", () => {
    story.tell(refer("leg-B", "C"));
    const { sessionId } = originated(story);
    story.tell(...rung(sessionId, "C"), failed(sessionId, 486, 17));
    assert.equal(hears(story, "leg-A"), undefined);
  });

  it("given a phone that hangs up after its REFER, when the number answers later, then the party has heard it ring", () => {
    story.tell(refer("leg-B", "C"));
    const [attached] = effectsOf(story, "attach", ...hangsUp(story, "leg-B"));
    assert.equal(attached?.endpoint, "ringback");
    const { sessionId } = originated(story);
    story.tell(...rung(sessionId, "C"));
    assert.equal(effectsOf(story, "join", answered(sessionId, "C")).length, 1);
    assert.deepEqual(
      [...(story.world.calls.get("c1")?.connections ?? [])].map(({ address }) => address.number),
      ["A", "C"],
    );
  });

  it("given an application that drops the phone after its REFER, when the number answers later, then the party has stayed", () => {
    story.tell(refer("leg-B", "C"));
    const drop: ModelEvent = { type: "command", commandId: "d", command: { type: "drop", device: "b-phone" } };
    const before = story.effects.length;
    story.tell(drop);
    assert.deepEqual(
      story.effects.slice(before).map((effect) => ("legId" in effect ? `${effect.type} ${effect.legId}` : effect.type)),
      ["attach leg-A", "release", "result"],
    );
    assert.deepEqual(failures(story), ["ok"]);
    const { sessionId } = originated(story);
    story.tell(endOf("c1"), ...rung(sessionId, "C"));
    assert.equal(effectsOf(story, "join", answered(sessionId, "C")).length, 1);
    assert.deepEqual(notified(story), [100, 180, 200]);
  });

  it("given a party that hangs up while it rings, when it does, then the number is given up and the phone told 487", () => {
    story.tell(refer("leg-B", "C"));
    const { sessionId } = originated(story);
    story.tell(...rung(sessionId, "C"));
    const released = effectsOf(story, "release", ...hangsUp(story, "leg-A"), endOf(sessionId));
    assert.deepEqual(
      released.map((one) => one.sessionId),
      [sessionId],
    );
    assert.deepEqual(notified(story), [100, 180, 487]);
    assertForgotten(story);
  });

  it("given a party that hangs up in the moment in which the number answers, when that is told last, then it is released", () => {
    story.tell(refer("leg-B", "C"));
    const { sessionId } = originated(story);
    story.tell(...hangsUp(story, "leg-A"));
    const released = effectsOf(story, "release", answered(sessionId, "C"));
    assert.deepEqual(
      released.map((one) => one.sessionId),
      [sessionId],
    );
  });

  it("given a transfer under way, when its phone asks for another, or the party does, then both are refused as pending", () => {
    story.tell(refer("leg-B", "C"));
    story.tell({ type: "refer", refer: { referId: "again", legId: "leg-B", to: "D" } }, refer("leg-A", "D"));
    assert.deepEqual(notified(story), [100, 491, 491]);
    story.tell({ type: "command", commandId: "k", command: { type: "transfer", device: "a-phone", to: "D" } });
    story.tell({ type: "command", commandId: "l", command: { type: "retrieve", device: "b-phone" } });
    assert.deepEqual(failures(story), ["pending", "pending"]);
  });

  it("given a transfer that rings, when the phone takes its call back, then the party goes on to hear the ringing", () => {
    story.tell({ type: "held", legId: "leg-B", isHolding: true }, refer("leg-B", "C"));
    const { sessionId } = originated(story);
    story.tell(...rung(sessionId, "C"), { type: "held", legId: "leg-B", isHolding: false });
    assert.equal(hears(story, "leg-A"), "ringback");
    story.tell(failed(sessionId, 486, 17));
    assert.equal(hears(story, "leg-A"), undefined);
  });

  it("given a phone's own number, when a call is transferred there, then that is refused as busy", () => {
    story.tell(refer("leg-B", "B"));
    assert.deepEqual(notified(story), [486]);
  });

  it("given a call that is not answered, or with a service, when it is transferred, then that is refused", () => {
    ring(story, "c2", ["D", "A"]);
    story.tell({ type: "offered", sessionId: "c3", leg: phoneLeg("E"), called: "echo" });
    story.tell({ type: "answered", sessionId: "c3", endpoint: "echo" });
    story.tell(refer("leg-D", "C"), refer("leg-E", "C"), refer("leg-X", "C"));
    assert.deepEqual(notified(story), [488, 488, 488]);
  });

  it("given a number that is a service, when a call is transferred there, then the party is connected with it and its phone is out", () => {
    story.tell(refer("leg-B", "9196"));
    const { sessionId } = originated(story);
    const [attached] = effectsOf(story, "attach", { type: "answered", sessionId, endpoint: "echo" });
    assert.deepEqual([attached?.legId, attached?.endpoint], ["leg-A", "echo"]);
    assert.deepEqual(notified(story), [100, 200]);
    story.tell(endOf("c1"), ...hangsUp(story, "leg-A"));
    assertForgotten(story);
  });

  it("given a party beyond a trunk, when it is transferred, then it stays beyond it in the same call", () => {
    story.tell({ type: "offered", sessionId: "c2", leg: trunkLeg("0800"), called: "D" });
    story.tell({ type: "offering", sessionId: "c2", places: [placeOf("D")] });
    story.tell({ type: "answered", sessionId: "c2", leg: phoneLeg("D") }, refer("leg-D", "C"));
    const { sessionId, from } = originated(story);
    assert.deepEqual(from, { legId: "leg-0800" });
    story.tell(...rung(sessionId, "C"), answered(sessionId, "C"));
    const numbers = story.world.calls.get("c2")?.connections.map(({ address }) => address.number);
    assert.deepEqual(numbers, ["0800", "C"]);
  });

  it("given a command, when the number answers or does not, then it ends with what has become of it", () => {
    const transfer: ModelEvent = {
      type: "command",
      commandId: "k",
      command: { type: "transfer", device: "b-phone", to: "C" },
    };
    story.tell(transfer);
    story.tell(failed(originated(story).sessionId, 486, 17));
    assert.deepEqual(failures(story), ["destination-busy"]);
    story.tell(transfer);
    const { sessionId } = originated(story);
    story.tell(...rung(sessionId, "C"), answered(sessionId, "C"));
    assert.deepEqual(results(story).at(-1), { ok: true, callId: "c1" });
  });

  it("given what is told of the new party, when it is rung, then the reason is the transfer, and so is that of the one who goes", () => {
    story.tell(refer("leg-B", "C"));
    const { sessionId } = originated(story);
    const reasons = (...events: readonly ModelEvent[]): Set<string> =>
      new Set(
        events
          .flatMap((event) => story.changesOf(event))
          .flatMap((change) => ("why" in change ? [change.why.feature] : [])),
      );
    assert.deepEqual(reasons(...rung(sessionId, "C")), new Set(["blind-transfer"]));
    assert.deepEqual(reasons(answered(sessionId, "C")), new Set(["blind-transfer"]));
  });
});

describe("recall after a blind transfer", () => {
  let story: CallStory;
  beforeEach(() => {
    story = new CallStory();
    talk(story, "c1", ["A", "B"]);
    story.tell(refer("leg-B", "C"));
    const { sessionId } = originated(story);
    story.tell(...hangsUp(story, "leg-B"), ...rung(sessionId, "C"), { type: "ended", sessionId, why: BUSY });
  });

  it("given a phone that has left, when its transfer fails, then it is rung alone, because of the transfer", () => {
    const { to, onlyDevice, feature, from } = originated(story);
    assert.deepEqual(
      { to, onlyDevice, feature, from },
      { to: "B", onlyDevice: "b-phone", feature: "transfer", from: { legId: "leg-A" } },
    );
  });

  it("given it is called back, when it answers, then both talk again in the same call", () => {
    const { sessionId } = originated(story);
    story.tell(...rung(sessionId, "B"));
    const event: ModelEvent = {
      type: "answered",
      sessionId,
      leg: phoneLeg("B", { legId: "leg-B2" }),
      endpoint: "silence",
    };
    const [joined] = effectsOf(story, "join", event);
    assert.deepEqual([joined?.caller, joined?.callee], ["leg-A", "leg-B2"]);
    assert.deepEqual([...story.world.calls.keys()], ["c1"]);
  });

  it("given it is called back, when nobody answers, then the party is released with what became of the transfer", () => {
    const { sessionId } = originated(story);
    const last = sessionOf(story, "leg-A");
    const released = effectsOf(story, "release", ...rung(sessionId, "B"), failed(sessionId, 480, 19), endOf(last));
    assert.deepEqual(released, [
      { type: "release", sessionId: last, why: { ...BUSY, feature: "transfer", detail: "recall" } },
    ]);
    assertForgotten(story);
  });

  it("given it is called back, when the party hangs up, then that is given up", () => {
    const { sessionId } = originated(story);
    const released = effectsOf(story, "release", ...hangsUp(story, "leg-A"), endOf(sessionId));
    assert.deepEqual(
      released.map((one) => one.sessionId),
      [sessionId],
    );
    assertForgotten(story);
  });
});

describe("transfer after a consultation", () => {
  let story: CallStory;
  beforeEach(() => {
    story = new CallStory();
    talk(story, "c1", ["A", "B"]);
  });
  const assertJoined = (one: string, other: string, surviving: string, dissolved: string): void => {
    const joined = story.effects.findLast((effect) => effect.type === "join");
    assert.ok(joined?.type === "join");
    assert.deepEqual([joined.caller, joined.callee], [one, other]);
    assert.deepEqual(story.world.calls.get(surviving)?.mergedFrom, [dissolved]);
    assert.equal(story.world.calls.has(dissolved), false);
    story.tell(endOf("c1"), endOf("c2"), ...hangsUp(story, one));
    assertForgotten(story);
  };

  for (const inFirst of [true, false]) {
    for (const isCaller of [true, false]) {
      const which = `${inFirst ? "the first" : "the second"} call, and the consulting phone ${isCaller ? "has called" : "was called"} in it`;
      it(`given a REFER in ${which}, when it comes, then the other parties are joined in the call it came in`, () => {
        if (isCaller) talk(story, "c2", ["B", "C"], { callerLeg: "leg-B2" });
        else talk(story, "c2", ["C", "B"], { calleeLeg: "leg-B2" });
        const [one, other] = inFirst ? ["leg-B", "leg-B2"] : ["leg-B2", "leg-B"];
        story.tell(refer(one, "C", { replaces: other }));
        assert.deepEqual(notified(story), [200]);
        if (inFirst) assertJoined("leg-A", "leg-C", "c1", "c2");
        else assertJoined("leg-C", "leg-A", "c2", "c1");
      });
    }
  }

  it("given two calls that become one, when the second ends, then it is told which one it is a part of, and that has it, too", () => {
    talk(story, "c2", ["B", "C"], { callerLeg: "leg-B2" });
    const changes = story.changesOf(refer("leg-B", "C", { replaces: "leg-B2" }));
    const invalid = changes.filter((change) => change.type === "call");
    assert.deepEqual(
      invalid.map(({ callId, state, mergedInto }) => [callId, state, mergedInto]),
      [["c2", "invalid", "c1"]],
    );
    assert.deepEqual(story.world.calls.get("c1")?.mergedFrom, ["c2"]);
  });

  it("given a consultation that is not answered yet, when its phone transfers, then it is given up and its number rung for the party", () => {
    ring(story, "c2", ["B", "C"], "leg-B2");
    const before = story.effects.length;
    story.tell(refer("leg-B", "C", { replaces: "leg-B2" }));
    const kinds = story.effects.slice(before).map(({ type }) => type);
    assert.deepEqual(kinds, ["release", "notify", "originate"]);
    const { sessionId, to } = originated(story);
    assert.equal(to, "C");
    story.tell(endOf("c2"), ...rung(sessionId, "C"), answered(sessionId, "C"));
    assert.deepEqual(notified(story), [100, 180, 200]);
  });

  it("given a dialog that is to be early, when it has been answered, then nothing is replaced and 486 told", () => {
    talk(story, "c2", ["B", "C"], { callerLeg: "leg-B2" });
    story.tell(refer("leg-B", "C", { replaces: "leg-B2", isEarlyOnly: true }));
    assert.deepEqual(notified(story), [486]);
    assert.equal(story.world.legs.size, 4);
  });

  it("given a dialog of another phone, or the same one twice, when it is to be replaced, then that is refused", () => {
    talk(story, "c2", ["C", "D"]);
    story.tell(refer("leg-B", "C", { replaces: "leg-C" }), refer("leg-B", "C", { replaces: "leg-B" }));
    assert.deepEqual(notified(story), [488, 488]);
    assert.equal(story.world.legs.size, 4);
  });

  it("given a call with a service, when it is the other one, then the party is connected with the service and both legs end", () => {
    story.tell({ type: "offered", sessionId: "c2", leg: phoneLeg("B", { legId: "leg-B2" }), called: "9196" });
    story.tell({ type: "answered", sessionId: "c2", endpoint: "echo" });
    const before = story.effects.length;
    story.tell({ type: "command", commandId: "k", command: { type: "complete-transfer", device: "b-phone" } });
    const [attached] = story.effects.slice(before).filter((effect) => effect.type === "attach");
    assert.deepEqual([attached?.legId, attached?.endpoint], ["leg-A", "echo"]);
    const released = story.effects
      .slice(before)
      .flatMap((effect) => (effect.type === "release" ? [effect.sessionId] : []));
    assert.deepEqual(released, ["c2"]);
    story.tell(endOf("c1"), endOf("c2"), ...hangsUp(story, "leg-A"));
    assertForgotten(story);
  });

  it("given one call, when it is to be completed, then there is no consultation; with one party of it being transferred it is pending", () => {
    const complete: ModelEvent = {
      type: "command",
      commandId: "k",
      command: { type: "complete-transfer", device: "b-phone" },
    };
    story.tell(complete);
    talk(story, "c2", ["B", "C"], { callerLeg: "leg-B2" });
    story.tell(refer("leg-C", "D"), complete);
    assert.deepEqual(failures(story), ["no-consultation", "pending"]);
  });

  it("given both parties of a call transfer it at once, when the second comes, then its sender has no dialog any more", () => {
    talk(story, "c2", ["B", "C"], { callerLeg: "leg-B2" });
    story.tell(refer("leg-B", "C", { replaces: "leg-B2" }), refer("leg-B2", "A", { replaces: "leg-B" }));
    assert.deepEqual(notified(story), [200, 488]);
  });
});

describe("transfer that is dialed", () => {
  let story: CallStory;
  beforeEach(() => {
    story = new CallStory();
    talk(story, "c1", ["A", "B"]);
  });
  const dial = (argument: string, sessionId = "c3"): ModelEvent => ({
    type: "dialed",
    sessionId,
    leg: phoneLeg("B", { legId: "leg-B3" }),
    called: `*4${argument}`,
    feature: { kind: "code", code: "transfer", argument },
  });
  const done: ModelEvent = { type: "answered", sessionId: "c3", endpoint: "silence" };

  it("given two calls, when the code is dialed, then their other parties talk and all of the phone's calls end", () => {
    talk(story, "c2", ["B", "C"], { callerLeg: "leg-B2" });
    const [accepted] = effectsOf(story, "accept", dial(""));
    assert.equal(accepted?.endpoint, "silence");
    const before = story.effects.length;
    story.tell(done);
    assert.deepEqual(
      story.effects.slice(before).map(({ type }) => type),
      ["release", "join"],
    );
    assert.equal(story.world.legsOfDevices.has("b-phone"), false);
    story.tell(endOf("c1"), endOf("c2"), endOf("c3"), ...hangsUp(story, "leg-A"));
    assertForgotten(story);
  });

  it("given a number behind the code, when it is dialed, then the call goes there", () => {
    story.tell(dial("C"), done, endOf("c3"));
    const { sessionId, to } = originated(story);
    assert.equal(to, "C");
    story.tell(...rung(sessionId, "C"));
    assert.equal(effectsOf(story, "join", answered(sessionId, "C")).length, 1);
  });

  it("given too few calls, or one that is being transferred, when the code is dialed, then the INVITE is refused", () => {
    const statusOf = (event: ModelEvent): unknown => effectsOf(story, "refuse", event)[0]?.status;
    assert.equal(statusOf(dial("")), 480);
    story.tell(refer("leg-B", "D"));
    assert.equal(statusOf(dial("C", "c4")), 491);
    assert.equal(story.world.legs.has("leg-B3"), false);
    assert.equal(story.world.transfers.size, 1);
  });

  it("given it hangs up before it is answered, when it does, then nothing is transferred", () => {
    talk(story, "c2", ["B", "C"], { callerLeg: "leg-B2" });
    story.tell(dial(""), endOf("c3"));
    assert.equal(story.world.transfers.size, 0);
    assert.equal(story.world.legs.size, 4);
  });
});

describe("INVITE with Replaces", () => {
  let story: CallStory;
  beforeEach(() => {
    story = new CallStory();
    talk(story, "c1", ["A", "B"]);
  });
  const replace = (legId: string, sessionId = "c2"): ModelEvent => ({
    type: "dialed",
    sessionId,
    leg: phoneLeg("B", { legId: "leg-B2", device: "b-desk" }),
    called: "A",
    feature: { kind: "replaces", legId },
  });

  it("given a call, when another phone of the line takes the place of its dialog, then that phone is in the call and the first is out", () => {
    story.tell(replace("leg-B"));
    const [joined] = effectsOf(story, "join", { type: "answered", sessionId: "c2", endpoint: "silence" });
    assert.deepEqual([joined?.caller, joined?.callee], ["leg-B2", "leg-A"]);
    const call = story.world.calls.get("c1");
    assert.deepEqual(
      call?.connections.map(({ address }) => address),
      [addressOf("A"), addressOf("B")],
    );
    assert.deepEqual(call?.mergedFrom, ["c2"]);
    story.tell(endOf("c1"), endOf("c2"), ...hangsUp(story, "leg-A"));
    assertForgotten(story);
  });

  it("given a dialog that is gone or being transferred, when it is to be replaced, then the INVITE is refused", () => {
    assert.equal(effectsOf(story, "refuse", replace("leg-X"))[0]?.status, 481);
    story.tell(refer("leg-B", "D"));
    assert.equal(effectsOf(story, "refuse", replace("leg-B", "c3"))[0]?.status, 491);
  });

  it("given a dialog that ends before the INVITE is answered, when it is answered, then that leg is released", () => {
    story.tell(replace("leg-B"), ...hangsUp(story, "leg-A"));
    const released = effectsOf(
      story,
      "release",
      { type: "answered", sessionId: "c2", endpoint: "silence" },
      endOf("c2"),
    );
    assert.deepEqual(
      released.map(({ why }) => why.cause),
      [24],
    );
    assertForgotten(story);
  });
});
