import assert from "node:assert/strict";
import { NO_SETTINGS, type ModelEffect, type ModelEvent, type Why } from "../../../../src/call/model/index.ts";
import { addressOf, CallStory, phoneLeg, placeOf } from "../../../support/call-story.ts";

const BY_SWITCH: Why = { cause: 16, feature: "normal", by: "system" };

function established(story: CallStory, sessionId: string, from: string, to: string): void {
  story.tell(
    { type: "offered", sessionId, leg: phoneLeg(from), called: to },
    { type: "offering", sessionId, places: [placeOf(to)] },
    { type: "ringing", sessionId },
    { type: "answered", sessionId, leg: phoneLeg(to, { legId: from === to ? `leg-${to}2` : `leg-${to}` }) },
  );
}

type EffectOf<Type extends ModelEffect["type"]> = Extract<ModelEffect, { type: Type }>;

function effectsOf<Type extends ModelEffect["type"]>(story: CallStory, type: Type): EffectOf<Type>[] {
  return story.effects.filter((one): one is (typeof story.effects)[number] & EffectOf<Type> => one.type === type);
}

function command(story: CallStory, commandId: string, one: Extract<ModelEvent, { type: "command" }>["command"]): void {
  story.tell({ type: "command", commandId, command: one });
}

describe("calls that the switch itself ends or answers", () => {
  for (const [what, why, shown] of [
    ["the session ends", BY_SWITCH, "application"],
    ["a party has hung up at the same moment", { ...BY_SWITCH, by: "party" }, "party"],
  ] as const) {
    it(`given a call that an application drops, when ${what}, then its changes say by whom`, () => {
      const story = new CallStory();
      established(story, "c1", "A", "B");
      command(story, "x1", { type: "drop", device: "a-phone" });
      const changes = story.changesOf({ type: "ended", sessionId: "c1", why });
      const by = changes.map((change) => (change.type === "feature" ? undefined : change.why.by));
      assert.deepEqual(new Set(by), new Set([shown]));
    });
  }

  it("given a transfer whose number rings, when the switch releases the call, then it rings there no longer and who asked is told", () => {
    const story = new CallStory();
    established(story, "c1", "A", "B");
    command(story, "x1", { type: "transfer", device: "b-phone", to: "C" });
    const [originated] = effectsOf(story, "originate");
    assert.ok(originated !== undefined);
    const { sessionId } = originated;
    story.tell(
      { type: "offering", sessionId, places: [placeOf("C")] },
      { type: "ringing", sessionId },
      { type: "ended", sessionId: "c1", why: BY_SWITCH },
    );
    assert.deepEqual(
      effectsOf(story, "release").map((one) => one.sessionId),
      [sessionId],
    );
    const results = effectsOf(story, "result").map(({ result }) => !result.ok && result.failure);
    assert.deepEqual(results, ["party-gone"]);
    story.tell({ type: "ended", sessionId, why: BY_SWITCH });
    assert.equal(story.world.transfers.size + story.world.calls.size + story.world.sessions.size, 0);
  });

  it("given a call made by command whose number rings, when the switch releases the device, then the number is rung no longer", () => {
    const story = new CallStory({ ...NO_SETTINGS, addressOf: () => addressOf("A") });
    command(story, "x1", { type: "make-call", device: "a-phone", to: "B" });
    const [first] = effectsOf(story, "originate");
    story.tell({ type: "answered", sessionId: first?.sessionId ?? "", leg: phoneLeg("A"), endpoint: "ringback" });
    const second = effectsOf(story, "originate")[1]?.sessionId ?? "";
    story.tell({ type: "ended", sessionId: first?.sessionId ?? "", why: BY_SWITCH });
    assert.deepEqual(
      effectsOf(story, "release").map((one) => one.sessionId),
      [second],
    );
    story.tell({ type: "ended", sessionId: second, why: BY_SWITCH });
    assert.equal(effectsOf(story, "result").length, 1);
    assert.equal(story.world.madeCalls.size + story.world.calls.size + story.world.sessions.size, 0);
  });

  it("given a call made by command to a service, when the device's user has answered, then that is connected with the service", () => {
    const story = new CallStory({ ...NO_SETTINGS, addressOf: () => addressOf("A") });
    command(story, "x1", { type: "make-call", device: "a-phone", to: "600" });
    const [first] = effectsOf(story, "originate");
    story.tell({ type: "answered", sessionId: first?.sessionId ?? "", leg: phoneLeg("A"), endpoint: "ringback" });
    const second = effectsOf(story, "originate")[1]?.sessionId ?? "";
    story.tell({ type: "answered", sessionId: second, endpoint: "echo" });
    assert.deepEqual(
      effectsOf(story, "attach").map(({ legId, endpoint }) => [legId, endpoint]),
      [["leg-A", "echo"]],
    );
    assert.equal(story.world.sessions.has(second), false);
    assert.equal(effectsOf(story, "result")[0]?.result.ok, true);
  });

  it("given a call that rings, when a service takes it instead, then who rang is out of the call", () => {
    const story = new CallStory();
    story.tell(
      { type: "offered", sessionId: "c1", leg: phoneLeg("A"), called: "B" },
      { type: "offering", sessionId: "c1", places: [placeOf("B")] },
      { type: "ringing", sessionId: "c1" },
    );
    assert.equal(
      story.tell({ type: "answered", sessionId: "c1", endpoint: "echo" }),
      "b-phone dropped\nB disconnected",
    );
    assert.equal(story.world.calls.get("c1")?.connections.length, 1);
  });

  it("given a phone that has called itself, when it asks to connect its calls, then it is told that it has no other call", () => {
    const story = new CallStory();
    established(story, "c1", "A", "A");
    command(story, "x1", { type: "complete-transfer", device: "a-phone" });
    assert.equal(effectsOf(story, "join").length, 0);
    assert.deepEqual(
      effectsOf(story, "result").map(({ result }) => result.ok),
      [false],
    );
    assert.equal(story.world.legs.size, 2);
  });

  it("given a call that rings at a phone since it is redirected there, when that redirects it on, and answers at the same moment, then it has the call, and nothing waits", () => {
    const story = new CallStory();
    established(story, "c1", "A", "B");
    command(story, "x1", { type: "redirect", device: "b-phone", to: "C" });
    const sessionId = effectsOf(story, "originate")[0]?.sessionId ?? "";
    story.tell({ type: "offering", sessionId, places: [placeOf("C")] }, { type: "ringing", sessionId });
    command(story, "x2", { type: "redirect", device: "c-phone", to: "D" });
    story.tell({ type: "answered", sessionId, leg: phoneLeg("C"), endpoint: "silence" });
    assert.deepEqual(
      effectsOf(story, "join").map(({ caller, callee }) => [caller, callee]),
      [["leg-A", "leg-C"]],
    );
    assert.deepEqual(
      effectsOf(story, "result").map(({ commandId }) => commandId),
      ["x1", "x2"],
    );
    assert.equal(story.world.redirects.size, 0);
  });
});
