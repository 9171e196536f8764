import assert from "node:assert/strict";
import { NO_SETTINGS, type CommandResult, type ModelEvent, type Why } from "../../../../../src/call/model/index.ts";
import { addressOf, CallStory, phoneLeg, placeOf } from "../../../../support/call-story.ts";

const PARTY: Why = { cause: 16, feature: "normal", by: "party" };
const BUSY: Why = { cause: 17, sip: { status: 486 }, feature: "normal", by: "party" };

const made = {
  type: "command",
  commandId: "m",
  command: { type: "make-call", device: "a-phone", to: "B" },
} as const satisfies ModelEvent;
const deviceRings = [
  { type: "offering", sessionId: "m.1", places: [placeOf("A")] },
  { type: "ringing", sessionId: "m.1" },
] as const satisfies readonly ModelEvent[];
const deviceAnswers: ModelEvent = { type: "answered", sessionId: "m.1", leg: phoneLeg("A"), endpoint: "ringback" };

describe("a call made by command", () => {
  let story: CallStory;
  beforeEach(() => {
    story = new CallStory({
      ...NO_SETTINGS,
      addressOf: (device) => (device === "a-phone" ? addressOf("A") : undefined),
    });
  });

  function results(): CommandResult[] {
    return story.effects.flatMap((effect) => (effect.type === "result" ? [effect.result] : []));
  }
  function target(): string {
    const effect = story.effects.findLast(({ type }) => type === "originate");
    assert.ok(effect?.type === "originate");
    return effect.sessionId;
  }
  const isEmpty = (): boolean => {
    const { calls, legs, sessions, legsOfDevices, ringingAt, madeCalls } = story.world;
    return [calls, legs, sessions, legsOfDevices, ringingAt, madeCalls].every(({ size }) => size === 0);
  };

  it("given header fields, when the device has answered, then they are for the number, and stand with what outlives the process", () => {
    const headers = [{ name: "X-A", value: "1" }];
    story.tell({ ...made, command: { ...made.command, headers } });
    const first = story.effects.at(-1);
    assert.ok(first?.type === "originate" && first.headers === undefined);
    assert.deepEqual(story.world.madeCalls.get("m")?.headers, headers);
    story.tell(...deviceRings, deviceAnswers);
    const second = story.effects.at(-1);
    assert.ok(second?.type === "originate");
    assert.deepEqual([second.to, second.headers], ["B", headers]);
  });

  it("given both answer, when they do, then the device is rung alone, then the number, and the two are joined", () => {
    story.tell(made);
    const first = story.effects.at(-1);
    assert.ok(first?.type === "originate" && first.onlyDevice === "a-phone" && first.endpoint === "ringback");
    story.tell(...deviceRings, deviceAnswers);
    const second = story.effects.at(-1);
    assert.ok(second?.type === "originate");
    assert.deepEqual([second.to, second.by, second.from], ["B", "a-phone", { legId: "leg-A" }]);
    assert.deepEqual(results(), []);
    story.tell(
      { type: "offering", sessionId: second.sessionId, places: [placeOf("B")] },
      { type: "answered", sessionId: second.sessionId, leg: phoneLeg("B"), endpoint: "silence" },
    );
    const join = story.effects.find(({ type }) => type === "join");
    assert.ok(join?.type === "join");
    assert.deepEqual([join.caller, join.callee], ["leg-A", "leg-B"]);
    assert.deepEqual(results(), [{ ok: true, callId: "m" }]);
    story.tell(
      { type: "ended", sessionId: "m.1", why: PARTY },
      { type: "ended", sessionId: second.sessionId, why: PARTY },
      { type: "ended", sessionId: join.sessionId, why: PARTY },
    );
    assert.ok(isEmpty());
  });

  it("given a device that is not there, when a call is made, then that is said and nothing is rung", () => {
    story.tell({ ...made, command: { type: "make-call", device: "x-phone", to: "B" } });
    const [result] = results();
    assert.ok(result?.ok === false && result.failure === "destination-unknown");
    assert.ok(isEmpty());
  });

  it("given a device whose number leads to a service, when that answers, then the command has failed, and nothing is left", () => {
    story.tell(made, { type: "answered", sessionId: "m.1", endpoint: "echo" });
    const [result] = results();
    assert.ok(result?.ok === false && result.failure === "destination-out-of-order");
    assert.ok(isEmpty());
  });

  it("given a device that does not answer, when its ringing is over, then the command has failed, and nothing is left", () => {
    story.tell(made, ...deviceRings, { type: "ended", sessionId: "m.1", why: { ...BUSY, cause: 19 } });
    const [result] = results();
    assert.ok(result?.ok === false && result.failure === "destination-no-answer");
    assert.ok(isEmpty());
  });

  it("given a number that is busy, when it is tried, then the command has failed and the device is released", () => {
    story.tell(made, ...deviceRings, deviceAnswers);
    story.tell({ type: "ended", sessionId: target(), why: BUSY });
    const [result] = results();
    assert.ok(result?.ok === false && result.failure === "destination-busy");
    assert.deepEqual(story.effects.at(-1), { type: "release", sessionId: "m.1", why: BUSY });
    story.tell({ type: "ended", sessionId: "m.1", why: PARTY });
    assert.ok(isEmpty());
  });

  it("given a user who hangs up while the number rings, when that is told, then it is rung no longer", () => {
    story.tell(made, ...deviceRings, deviceAnswers);
    const ringing = target();
    story.tell({ type: "leaving", legId: "leg-A", why: PARTY });
    assert.deepEqual(story.effects.at(-1), { type: "release", sessionId: ringing, why: PARTY });
    assert.deepEqual(results().length, 1);
    story.tell({ type: "ended", sessionId: "m.1", why: PARTY }, { type: "ended", sessionId: ringing, why: PARTY });
    const [result] = results();
    assert.equal(results().length, 1);
    assert.ok(result?.ok === false);
    assert.ok(isEmpty());
  });

  it("given both hang up in the same moment as the number answers, when all is told, then nothing is left and one result", () => {
    story.tell(made, ...deviceRings, deviceAnswers);
    const ringing = target();
    story.tell(
      { type: "leaving", legId: "leg-A", why: PARTY },
      { type: "ended", sessionId: "m.1", why: PARTY },
      { type: "answered", sessionId: ringing, leg: phoneLeg("B"), endpoint: "silence" },
      { type: "ended", sessionId: ringing, why: PARTY },
    );
    assert.equal(results().length, 1);
    assert.ok(isEmpty());
  });
});
