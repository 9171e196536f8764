import assert from "node:assert/strict";
import { NO_SETTINGS, type ModelEvent, type ModelSettings } from "../../../../../src/call/model/index.ts";
import { addressOf, CallStory, phoneLeg } from "../../../../support/call-story.ts";
import { effectsOf, endOf, failed, hangsUp, hears, originated, rung, talk } from "../../../../support/story-calls.ts";

const RANGE = "70X@internal";
const settings = (forwardTo?: string): ModelSettings => ({
  ...NO_SETTINGS,
  parkRange: () => ({
    numbers: ["701", "702"],
    reminderSeconds: 60,
    periodicSeconds: 30,
    giveUpSeconds: 300,
    ...(forwardTo === undefined ? {} : { forwardTo }),
  }),
  parkRangesFor: () => [RANGE],
  addressOf: (device) => addressOf(device[0]?.toUpperCase() ?? ""),
});
const park = (device: string, slot?: string): ModelEvent => ({
  type: "command",
  commandId: `park ${device} ${slot ?? ""}`,
  command: { type: "park", device, ...(slot === undefined ? {} : { slot }) },
});
const timer = (name: string): ModelEvent => ({ type: "timer", timerId: `park ${name} ${RANGE} 701` });
const answered = (sessionId: string, name: string): ModelEvent => ({
  type: "answered",
  sessionId,
  leg: phoneLeg(name, { legId: `again-${name}` }),
  endpoint: "silence",
});
const results = (story: CallStory): string[] =>
  story.effects.flatMap((effect) => {
    if (effect.type !== "result") return [];
    return [effect.result.ok ? (effect.result.slot ?? "ok") : effect.result.failure];
  });

describe("a parked call", () => {
  let story: CallStory;
  const parked = (forwardTo?: string): void => {
    story = new CallStory(settings(forwardTo));
    talk(story, "c1", ["A", "B"]);
    story.tell(park("b-phone"), endOf("c1"));
  };

  it("given an established call, when one parks the other, then that hears music, the first is out because of it, and timers run", () => {
    story = new CallStory(settings());
    talk(story, "c1", ["A", "B"]);
    const told = story.tell(park("b-phone"), endOf("c1"));
    assert.equal(told, "b-phone dropped\nB disconnected");
    assert.deepEqual(results(story), ["701"]);
    assert.deepEqual(effectsOf(story, "attach").length, 0);
    const attach = story.effects.find(({ type }) => type === "attach");
    assert.ok(attach?.type === "attach" && attach.endpoint === "music" && attach.musicOf === "b-phone");
    const delays = story.effects.flatMap((one) => (one.type === "start-timer" ? [one.delayMs / 1_000] : []));
    assert.deepEqual(delays, [60, 300]);
  });

  it("given all slots taken, when another call is parked, then there is none, and a slot that is taken is told so", () => {
    parked();
    for (const [from, to] of [
      ["C", "D"],
      ["E", "F"],
    ] as const) {
      talk(story, `c-${from}`, [from, to]);
      story.tell(park(`${from.toLowerCase()}-phone`), park(`${from.toLowerCase()}-phone`, "701"));
    }
    assert.deepEqual(results(story), ["701", "702", "device-not-in-call", "park-no-slot", "park-slot-taken"]);
  });

  it("given a reminder, when nobody answers, then it is parked still and comes again; when one answers, then both are connected", () => {
    parked();
    story.tell(timer("reminder"));
    const first = originated(story);
    assert.deepEqual([first.to, first.onlyDevice, first.feature], ["B", "b-phone", "park-reminder"]);
    assert.equal(effectsOf(story, "release", timer("stop-ringing"))[0]?.sessionId, first.sessionId);
    story.tell(endOf(first.sessionId));
    story.tell(timer("reminder"));
    const second = originated(story);
    assert.notEqual(second.sessionId, first.sessionId);
    const [join] = effectsOf(story, "join", ...rung(second.sessionId, "B"), answered(second.sessionId, "B"));
    assert.deepEqual([join?.caller, join?.callee], ["leg-A", "again-B"]);
    assert.equal(story.world.parked.size, 0);
  });

  it("given nobody takes it in time, when it is forwarded, then its party hears it ring; when that fails, then who parked is called", () => {
    parked("C");
    story.tell(timer("give-up"));
    const forwarded = originated(story);
    assert.deepEqual([forwarded.to, forwarded.onlyDevice], ["C", undefined]);
    story.tell(...rung(forwarded.sessionId, "C"));
    assert.equal(hears(story, "leg-A"), "ringback");
    story.tell(failed(forwarded.sessionId, 486, 17));
    const returned = originated(story);
    assert.equal(returned.to, "B");
    const [released] = effectsOf(story, "release", failed(returned.sessionId, 480, 19));
    assert.deepEqual([released?.why.cause, released?.why.by], [19, "timer"]);
    assert.equal(story.world.parked.size, 0);
  });

  it("given a phone that is rung to retrieve it, when another has had it before, then it is told, and released", () => {
    parked();
    const unpark = (device: string): ModelEvent => ({
      type: "command",
      commandId: device,
      command: { type: "unpark", device, slot: "701" },
    });
    story.tell(unpark("c-phone"));
    const first = originated(story);
    story.tell(unpark("d-phone"));
    const second = originated(story);
    const released = effectsOf(story, "release", answered(second.sessionId, "D"));
    assert.deepEqual(
      released.map(({ sessionId }) => sessionId),
      [first.sessionId],
    );
    assert.deepEqual(results(story), ["701", "701", "park-empty"]);
    story.tell(answered(first.sessionId, "C"));
    assert.equal(story.effects.findLast(({ type }) => type === "release")?.type, "release");
  });

  it("given its party hangs up while who parked is reminded, when it does, then the slot is free, and nothing rings", () => {
    parked();
    story.tell(timer("reminder"));
    const { sessionId } = originated(story);
    const released = effectsOf(story, "release", ...hangsUp(story, "leg-A"));
    assert.deepEqual(
      released.map((one) => one.sessionId),
      [sessionId],
    );
    assert.equal(story.world.parked.size, 0);
    story.tell(endOf(sessionId));
    assert.equal(story.world.calls.size, 0);
  });
});
