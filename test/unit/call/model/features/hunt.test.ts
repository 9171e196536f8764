import assert from "node:assert/strict";
import {
  hasQueued,
  NO_SETTINGS,
  placeInQueue,
  type HuntQueue,
  type HuntStep,
  type ModelEvent,
} from "../../../../../src/call/model/index.ts";
import { HUNT_TRANSITIONS, type HuntState } from "../../../../../src/call/model/features/hunt-state.ts";
import { isTransition } from "../../../../../src/call/model/transition-table.ts";
import { CallStory, phoneLeg, placeOf, trunkLeg } from "../../../../support/call-story.ts";
import { effectsOf, endOf, failed, hangsUp, originated, talk } from "../../../../support/story-calls.ts";

const PILOT = "5000@internal";
const QUEUE: HuntQueue = { maxCallers: 2, maxWaitSeconds: 60 };
const NAMES = ["M", "N"];
const stepOf = (...names: readonly string[]): HuntStep => ({
  group: "sales",
  lines: names.map((name) => `${name}@internal`),
  ringMs: 10_000,
});

describe("queue of a hunt pilot", () => {
  let story: CallStory;
  let queue: HuntQueue | undefined;
  let free: readonly HuntStep[];
  /** States of callers, one after the other, as they have been seen. */
  let states: Map<string, HuntState>;

  beforeEach(() => {
    queue = QUEUE;
    free = [];
    states = new Map();
    story = new CallStory({
      ...NO_SETTINGS,
      huntQueue: (pilot) => (pilot === PILOT ? queue : undefined),
      huntSteps: (pilot) => (pilot === PILOT ? free : []),
    });
  });

  /** Tells events, each of which leads callers from state to state as the figure says. */
  function tell(...events: readonly ModelEvent[]): string {
    const told = events.map((event) => {
      const lines = story.tell(event);
      for (const { queueId, state } of story.world.queued.values()) {
        const before = states.get(queueId) ?? "arriving";
        // A step may lead over the state in between.
        const isNext = before === state || isTransition(HUNT_TRANSITIONS, before, state);
        const isBeyond = HUNT_TRANSITIONS[before].some((one) => isTransition(HUNT_TRANSITIONS, one, state));
        assert.ok(isNext || isBeyond, `${before} to ${state}`);
        states.set(queueId, state);
      }
      return lines;
    });
    return told.filter((lines) => lines !== "").join("\n");
  }

  const queued = (sessionId: string, leftMs = 600_000): Extract<ModelEvent, { type: "queued" }> => ({
    type: "queued",
    sessionId,
    pilot: PILOT,
    number: "5000",
    leftMs,
  });
  const calls = (name: string, sessionId: string): string =>
    tell({ type: "offered", sessionId, leg: phoneLeg(name), called: "5000" }, queued(sessionId), {
      type: "answered",
      sessionId,
      endpoint: "music",
    });
  const answers = (name: string): readonly ModelEvent[] => {
    const { sessionId } = originated(story);
    return [
      { type: "offering", sessionId, places: [placeOf(name)] },
      { type: "answered", sessionId, leg: phoneLeg(name), endpoint: "silence" },
    ];
  };
  const frees = (...steps: readonly HuntStep[]): void => {
    free = steps;
    tell({ type: "freed" });
  };

  it("given nobody free, when a caller comes, then the pilot is queued in its call, and it is answered to wait", () => {
    assert.equal(placeInQueue(story.world, PILOT), "music");
    assert.equal(
      calls("A", "c1"),
      [
        "call c1 active",
        "A created, connected, initiated",
        "a-phone created, active, talking",
        "A dialing",
        "5000 created, in-progress, queued",
        "A established",
      ].join("\n"),
    );
    assert.deepEqual(story.effects, [{ type: "start-timer", timerId: "hunt wait c1", delayMs: 60_000 }]);
    assert.equal(hasQueued(story.world, PILOT), true);
  });

  it("given an announcement, when it is over, then the caller hears music", () => {
    queue = { ...QUEUE, announcement: "welcome" };
    assert.equal(placeInQueue(story.world, PILOT), "announcement:music:welcome");
    calls("A", "c1");
    const [attached] = effectsOf(story, "attach", { type: "prompt-ended", sessionId: "c1" });
    assert.deepEqual([attached?.legId, attached?.endpoint], ["leg-A", "music"]);
    assert.equal(story.tell(endOf("c1")), "");
    assert.equal(hasQueued(story.world, PILOT), true);
  });

  it("given members that rang before, when the caller is to wait, then they are out of its call", () => {
    tell({ type: "offered", sessionId: "c1", leg: phoneLeg("A"), called: "5000" });
    tell({ type: "offering", sessionId: "c1", places: [placeOf("M")], feature: "hunt" });
    assert.equal(tell(queued("c1")), "M disconnected\n5000 created, in-progress, queued");
  });

  it("given two callers, when one member becomes free, then who came first is offered to it, and joined when it answers", () => {
    calls("A", "c1");
    calls("B", "c2");
    frees(stepOf("M"));
    const offer = originated(story);
    assert.deepEqual(
      { from: offer.from, by: offer.by, to: offer.to, hunt: offer.hunt, feature: offer.feature },
      {
        from: { legId: "leg-A" },
        by: "a-phone",
        to: "5000",
        hunt: { pilot: PILOT, step: stepOf("M") },
        feature: "de-queueing",
      },
    );
    assert.equal(story.effects.filter(({ type }) => type === "originate").length, 1);
    const told = tell(...answers("M"));
    assert.match(told, /5000 disconnected/);
    const joined = story.effects.findLast(({ type }) => type === "join");
    assert.ok(joined?.type === "join");
    assert.deepEqual([joined.caller, joined.callee], ["leg-A", "leg-M"]);
    assert.deepEqual([...story.world.queued.keys()], ["c2"]);
  });

  it("given two members free, when two callers wait, then each is offered one, and no member twice", () => {
    calls("A", "c1");
    calls("B", "c2");
    frees(stepOf("M"), stepOf("N"));
    tell({ type: "freed" });
    const offers = story.effects.flatMap((one) => (one.type === "originate" ? [one.hunt?.step.lines] : []));
    assert.deepEqual(offers, [["M@internal"], ["N@internal"]]);
  });

  it("given broadcast, when members are free, then all are rung at once", () => {
    calls("A", "c1");
    frees(stepOf(...NAMES));
    assert.deepEqual(originated(story).hunt?.step.lines, ["M@internal", "N@internal"]);
  });

  it("given a member that does not answer, when another is free, then that is next, and after all of them a pause before the first again", () => {
    calls("A", "c1");
    frees(stepOf("M"), stepOf("N"));
    tell(failed(originated(story).sessionId, 486, 17));
    assert.deepEqual(originated(story).hunt?.step.lines, ["N@internal"]);
    tell(failed(originated(story).sessionId, 480, 19));
    assert.deepEqual(story.effects.at(-1), { type: "start-timer", timerId: "hunt pause c1", delayMs: 5_000 });
    const before = story.effects.length;
    tell({ type: "freed" });
    assert.equal(story.effects.length, before);
    tell({ type: "timer", timerId: "hunt pause c1" });
    assert.deepEqual(originated(story).hunt?.step.lines, ["M@internal"]);
  });

  it("given a caller, when it hangs up while a member rings, then that is given up, and nothing is left", () => {
    calls("A", "c1");
    frees(stepOf("M"));
    const { sessionId } = originated(story);
    const released = effectsOf(story, "release", ...hangsUp(story, "leg-A"));
    assert.deepEqual(
      released.map((one) => one.sessionId),
      [sessionId],
    );
    tell(endOf(sessionId));
    const { queued: left, calls: callsLeft, sessions, legs } = story.world;
    assert.deepEqual([left.size, callsLeft.size, sessions.size, legs.size], [0, 0, 0, 0]);
  });

  it("given glare: the caller has hung up when the member answers, when that is told, then the member is released", () => {
    calls("A", "c1");
    frees(stepOf("M"));
    tell(...hangsUp(story, "leg-A"));
    const before = story.effects.length;
    tell(...answers("M"));
    assert.equal(
      story.effects.slice(before).some(({ type }) => type === "join"),
      false,
    );
  });

  it("given a caller by a trunk that takes its INVITE back before it is answered, when that is told, then it is in no queue", () => {
    tell({ type: "offered", sessionId: "c1", leg: trunkLeg("200"), called: "5000" }, queued("c1"), endOf("c1"));
    assert.deepEqual([story.world.queued.size, story.world.calls.size], [0, 0]);
  });

  it("given a caller that another feature has taken, when a member is free, then it is offered no more", () => {
    calls("A", "c1");
    talk(story, "c2", ["B", "C"]);
    const leg = story.world.legs.get("leg-A") ?? assert.fail();
    story.world.legs.set("leg-A", { ...leg, sessionId: "c2" });
    frees(stepOf("M"));
    assert.equal(hasQueued(story.world, PILOT), false);
    assert.equal(
      story.effects.some(({ type }) => type === "originate"),
      false,
    );
  });

  it("given the longest wait, when it has passed, then the number for calls without coverage is rung, and who answers is joined", () => {
    queue = { ...QUEUE, noCoverage: "D" };
    calls("A", "c1");
    tell({ type: "timer", timerId: "hunt wait c1" });
    const offer = originated(story);
    assert.deepEqual([offer.to, offer.by, offer.hunt, offer.feature], ["D", "a-phone", undefined, "forward-no-answer"]);
    assert.ok(story.effects.some((one) => one.type === "play" && one.source === "ringback"));
    tell(...answers("D"));
    assert.equal(story.effects.at(-1)?.type, "join");
    assert.equal(hasQueued(story.world, PILOT), false);
  });

  it("given a service for calls without coverage, when the longest wait has passed, then the caller is connected with it", () => {
    queue = { ...QUEUE, noCoverage: "9197" };
    calls("A", "c1");
    tell({ type: "timer", timerId: "hunt wait c1" });
    const { sessionId } = originated(story);
    const attached = effectsOf(story, "attach", { type: "answered", sessionId, endpoint: "announcement:closed" });
    assert.deepEqual(
      attached.map(({ legId, endpoint }) => [legId, endpoint]),
      [["leg-A", "announcement:closed"]],
    );
    assert.equal(story.world.sessions.has(sessionId), false);
    assert.equal(hasQueued(story.world, PILOT), false);
  });

  it("given the longest wait, when it passes while a member rings, then that may answer still, and else the wait is over", () => {
    calls("A", "c1");
    frees(stepOf("M"));
    tell({ type: "timer", timerId: "hunt wait c1" });
    const released = effectsOf(story, "release", failed(originated(story).sessionId, 480, 19));
    assert.deepEqual(
      released.map(({ sessionId, why }) => [sessionId, why.cause, why.feature]),
      [["c1", 19, "queueing"]],
    );
    assert.equal(story.world.queued.size, 0);
  });

  it("given a number without coverage that refuses, when that is told, then the caller is released for its reason", () => {
    queue = { ...QUEUE, noCoverage: "D" };
    calls("A", "c1");
    tell({ type: "timer", timerId: "hunt wait c1" });
    const released = effectsOf(story, "release", failed(originated(story).sessionId, 404, 1));
    assert.deepEqual(
      released.map(({ why }) => why.cause),
      [1],
    );
  });

  it("given what is left of the hunt, when it is less than the longest wait, then that is the wait", () => {
    tell({ type: "offered", sessionId: "c1", leg: phoneLeg("A"), called: "5000" });
    tell(queued("c1", 7_000), { type: "answered", sessionId: "c1", endpoint: "music" });
    assert.deepEqual(story.effects, [{ type: "start-timer", timerId: "hunt wait c1", delayMs: 7_000 }]);
  });

  it("given a leg that is up and on music, when it is to wait, then it does, as one that has called; one that talks does not", () => {
    talk(story, "c1", ["A", "B"]);
    tell({ ...queued("c1"), legId: "leg-A" });
    assert.equal(story.world.queued.size, 0);
    tell({ type: "offered", sessionId: "c2", leg: phoneLeg("C"), called: "9196" });
    tell({ type: "answered", sessionId: "c2", endpoint: "music" }, { ...queued("other"), legId: "leg-C" });
    assert.deepEqual(
      [...story.world.queued.values()].map(({ queueId, state }) => [queueId, state]),
      [["c2", "waiting"]],
    );
    frees(stepOf("M"));
    assert.deepEqual(originated(story).from, { legId: "leg-C" });
  });

  it("given a full queue, or none, when a caller would wait, then there is no place", () => {
    calls("A", "c1");
    calls("B", "c2");
    assert.equal(placeInQueue(story.world, PILOT), undefined);
    assert.equal(placeInQueue(story.world, "5001@internal"), undefined);
  });

  it("given a pilot whose queue is taken away, when a caller comes to it, then it is not queued", () => {
    queue = undefined;
    tell({ type: "offered", sessionId: "c1", leg: phoneLeg("A"), called: "5000" }, queued("c1"));
    assert.equal(story.world.queued.size, 0);
  });
});

describe("setting that is dialed", () => {
  let story: CallStory;
  beforeEach(() => {
    story = new CallStory();
    story.tell({
      type: "dialed",
      sessionId: "c1",
      leg: phoneLeg("A"),
      called: "*78",
      feature: { kind: "setting" },
    });
    story.tell({ type: "answered", sessionId: "c1", endpoint: "announcement:confirmed" });
  });

  it("given a setting that is changed, when its announcement is over, then the call ends", () => {
    assert.deepEqual(story.effects, [
      { type: "accept", sessionId: "c1", endpoint: "announcement:confirmed" },
      { type: "start-timer", timerId: "setting end c1", delayMs: 10_000 },
    ]);
    const [released] = effectsOf(story, "release", { type: "prompt-ended", sessionId: "c1" });
    assert.deepEqual([released?.sessionId, released?.why.cause], ["c1", 16]);
    assert.deepEqual(effectsOf(story, "stop-timer", endOf("c1")), [{ type: "stop-timer", timerId: "setting end c1" }]);
  });

  it("given an announcement whose end is not told, when its time has passed, then the call ends", () => {
    const [released] = effectsOf(story, "release", { type: "timer", timerId: "setting end c1" });
    assert.equal(released?.sessionId, "c1");
  });
});
