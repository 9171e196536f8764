import assert from "node:assert/strict";
import type { ModelEvent, Why } from "../../../../src/call/model/index.ts";
import { CallStory, phoneLeg, placeOf, trunkLeg, trunkPlace } from "../../../support/call-story.ts";

const BY_PARTY: Why = { cause: 16, feature: "normal", by: "party" };

const offered = (sessionId: string, from: string, to: string, legId = `leg-${from}`): ModelEvent => ({
  type: "offered",
  sessionId,
  leg: phoneLeg(from, { legId }),
  called: to,
});
const leaving = (legId: string): ModelEvent => ({ type: "leaving", legId, why: BY_PARTY });
const ended = (sessionId: string, why: Why = BY_PARTY): ModelEvent => ({ type: "ended", sessionId, why });

/** One who calls, and one who answers. */
function established(story: CallStory, sessionId: string, from: string, to: string, legId = `leg-${from}`): void {
  story.tell(
    offered(sessionId, from, to, legId),
    { type: "offering", sessionId, places: [placeOf(to)] },
    { type: "ringing", sessionId },
    { type: "answered", sessionId, leg: phoneLeg(to) },
  );
}

/** Lines of a table, without its margin. */
function table(text: string): string {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .join("\n");
}

describe("order of the changes of calls", () => {
  it("given a plain call A to B, when it is made, answered and released, then observers are told in the order that is promised", () => {
    const story = new CallStory();
    const told = story.tell(
      offered("c1", "A", "B"),
      { type: "offering", sessionId: "c1", places: [placeOf("B")] },
      { type: "ringing", sessionId: "c1" },
      { type: "answered", sessionId: "c1", leg: phoneLeg("B") },
      leaving("leg-A"),
      ended("c1"),
    );
    assert.equal(
      told,
      table(`
        call c1 active
        A created, connected, initiated
        a-phone created, active, talking
        A dialing
        A established
        B created, in-progress, offered
        B alerting
        b-phone created, ringing
        B connected, established
        b-phone active, talking
        a-phone dropped
        A disconnected
        b-phone dropped
        B disconnected
        call c1 invalid
      `),
    );
    assert.equal(story.world.calls.size + story.world.legs.size + story.world.sessions.size, 0);
  });

  it("given a phone that answers without having rung, when that is told, then it alerts in the same step", () => {
    const story = new CallStory();
    story.tell(offered("c1", "A", "B"), { type: "offering", sessionId: "c1", places: [placeOf("B")] });
    assert.equal(
      story.tell({ type: "answered", sessionId: "c1", leg: phoneLeg("B") }),
      table(`
        B alerting
        b-phone created, ringing
        B connected, established
        b-phone active, talking
      `),
    );
  });

  it("given a call to a service of the switch, when it answers, then there is one connection", () => {
    const story = new CallStory();
    assert.equal(
      story.tell(
        offered("c1", "A", "600"),
        { type: "answered", sessionId: "c1", endpoint: "echo" },
        leaving("leg-A"),
        ended("c1"),
      ),
      table(`
        call c1 active
        A created, connected, initiated
        a-phone created, active, talking
        A dialing
        A established
        a-phone dropped
        A disconnected
        call c1 invalid
      `),
    );
  });

  it("given a call by a trunk, when it rings and is answered there, then the number is reached by the network and has no phone that rings", () => {
    const story = new CallStory();
    story.tell(offered("c1", "A", "555"));
    assert.equal(
      story.tell(
        { type: "offering", sessionId: "c1", places: [trunkPlace("555")] },
        { type: "ringing", sessionId: "c1" },
        { type: "answered", sessionId: "c1", leg: trunkLeg("555") },
        leaving("leg-555"),
        ended("c1"),
      ),
      table(`
        A established
        555 created, connected, network-reached
        555 network-alerting
        555 established
        trunk created, active, talking
        a-phone dropped
        A disconnected
        trunk dropped
        555 disconnected
        call c1 invalid
      `),
    );
  });

  for (const [what, why] of [
    ["nobody answers", { cause: 19, sip: { status: 480 }, feature: "normal", by: "timer" }],
    ["the callee is busy", { cause: 17, sip: { status: 486 }, feature: "normal", by: "party" }],
    ["the caller hangs up", { cause: 16, sip: { status: 487 }, feature: "normal", by: "party" }],
  ] as const) {
    it(`given a call that rings, when ${what}, then the callee is out before the caller is`, () => {
      const story = new CallStory();
      story.tell(
        offered("c1", "A", "B"),
        { type: "offering", sessionId: "c1", places: [placeOf("B")] },
        { type: "ringing", sessionId: "c1" },
      );
      assert.equal(
        story.tell(ended("c1", why)),
        table(`
          b-phone dropped
          B disconnected
          a-phone dropped
          A disconnected
          call c1 invalid
        `),
      );
    });
  }

  it("given a call that is forwarded, when it rings elsewhere, then who did not answer is out before the new party is in", () => {
    const story = new CallStory();
    story.tell(
      offered("c1", "A", "B"),
      { type: "offering", sessionId: "c1", places: [placeOf("B")] },
      { type: "ringing", sessionId: "c1" },
    );
    assert.equal(
      story.tell(
        { type: "offering", sessionId: "c1", places: [placeOf("C")], feature: "forward-no-answer" },
        { type: "ringing", sessionId: "c1" },
      ),
      table(`
        b-phone dropped
        B disconnected
        C created, in-progress, offered
        C alerting
        c-phone created, ringing
      `),
    );
  });

  for (const [feature, told, by] of [
    ["forward-no-answer", "timer", "timer"],
    ["hunt", "timer", "timer"],
    ["hunt", undefined, "system"],
    ["forward-no-answer", undefined, "system"],
    ["forward-busy", undefined, "system"],
    ["redirection-3xx", undefined, "party"],
  ] as const) {
    it(`given a call that goes on by ${feature}${told === undefined ? "" : " since its time is over"}, when that is told, then it is by the ${by}`, () => {
      const story = new CallStory();
      story.tell(
        offered("c1", "A", "B"),
        { type: "offering", sessionId: "c1", places: [placeOf("B")] },
        { type: "ringing", sessionId: "c1" },
      );
      const said = told === undefined ? { feature } : { feature, by: told };
      const changes = story.changesOf({ type: "offering", sessionId: "c1", places: [placeOf("C")], ...said });
      const why = changes.flatMap((change) => ("why" in change ? [`${change.why.feature} ${change.why.by}`] : []));
      assert.ok(why.length > 2);
      assert.deepEqual([...new Set(why)], [`${feature} ${by}`]);
    });
  }

  it("given a shared line, when one of its devices answers, then the others are bridged, and go with it", () => {
    const story = new CallStory();
    const places = [placeOf("B", ["b-desk", "b-phone"])];
    story.tell(offered("c1", "A", "B"));
    assert.equal(
      story.tell(
        { type: "offering", sessionId: "c1", places },
        { type: "ringing", sessionId: "c1" },
        { type: "answered", sessionId: "c1", leg: phoneLeg("B") },
        leaving("leg-B"),
        ended("c1"),
      ),
      table(`
        A established
        B created, in-progress, offered
        B alerting
        b-desk created, ringing
        b-phone created, ringing
        B connected, established
        b-phone active, talking
        b-desk passive, bridged
        a-phone dropped
        A disconnected
        b-phone dropped
        b-desk dropped
        B disconnected
        call c1 invalid
      `),
    );
  });

  it("given a call, when B holds by its phone and A by command, then each device is held until it takes the call back", () => {
    const story = new CallStory();
    established(story, "c1", "A", "B");
    assert.equal(
      story.tell(
        { type: "held", legId: "leg-B", isHolding: true },
        { type: "command", commandId: "x1", command: { type: "hold", device: "a-phone" } },
        { type: "held", legId: "leg-B", isHolding: false },
        { type: "command", commandId: "x2", command: { type: "retrieve", device: "a-phone" } },
      ),
      table(`
        b-phone held
        a-phone held
        b-phone talking
        a-phone talking
      `),
    );
  });

  it("given a blind transfer of A by B to C, when C answers, then A keeps its connection, C is in and B goes", () => {
    const story = new CallStory();
    established(story, "c1", "A", "B");
    const refer: ModelEvent = { type: "refer", refer: { referId: "r1", legId: "leg-B", to: "C" } };
    assert.equal(story.tell(refer), "");
    const originated = story.effects.find(({ type }) => type === "originate");
    assert.ok(originated?.type === "originate");
    const { sessionId } = originated;
    assert.equal(
      story.tell(
        { type: "offering", sessionId, places: [placeOf("C")] },
        { type: "ringing", sessionId },
        { type: "answered", sessionId, leg: phoneLeg("C"), endpoint: "silence" },
        ended(sessionId, { cause: 16, feature: "normal", by: "system" }),
        ended("c1", { cause: 16, feature: "normal", by: "system" }),
      ),
      table(`
        C created, in-progress, offered
        C alerting
        c-phone created, ringing
        C connected, established
        c-phone active, talking
        transfer start: c1 survives
        b-phone dropped
        B disconnected
        transfer end: c1 survives
      `),
    );
    assert.deepEqual([...story.world.calls.keys()], ["c1"]);
    assert.equal(story.world.sessions.size, 1);
  });

  it("given A in a call with B, and B in one with C, when B connects them, then C moves, B goes and the second call is invalid last", () => {
    const story = new CallStory();
    established(story, "c1", "A", "B");
    established(story, "c2", "B", "C", "leg-B2");
    const told = story.tell(
      { type: "refer", refer: { referId: "r1", legId: "leg-B", to: "C", replaces: "leg-C" } },
      ended("c1", { cause: 16, feature: "normal", by: "system" }),
      ended("c2", { cause: 16, feature: "normal", by: "system" }),
    );
    assert.equal(
      told,
      table(`
        transfer start: c1 survives, c2 dissolves
        C moved from c2 to c1
        b-phone dropped
        B disconnected
        b-phone dropped
        B disconnected
        call c2 invalid
        transfer end: c1 survives, c2 dissolves
      `),
    );
    assert.deepEqual(story.world.calls.get("c1")?.mergedFrom, ["c2"]);
  });
});
