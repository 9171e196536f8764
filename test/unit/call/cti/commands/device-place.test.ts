import assert from "node:assert/strict";
import { placeOf } from "../../../../../src/call/cti/commands/device-place.ts";
import type { World } from "../../../../../src/call/model/index.ts";
import { CallStory, phoneLeg, placeOf as lineOf } from "../../../../support/call-story.ts";

describe("where a device is in calls", () => {
  let story: CallStory;
  beforeEach(() => {
    story = new CallStory();
    for (const [callId, from, to] of [
      ["c1", "A", "B"],
      ["c2", "C", "D"],
      ["c3", "E", "B"],
    ] as const) {
      story.tell(
        { type: "offered", sessionId: callId, leg: phoneLeg(from), called: to },
        { type: "offering", sessionId: callId, places: [lineOf(to)] },
      );
    }
  });

  /** A route point has few of very many calls: these are not searched for those. */
  function unsearched(): World {
    const refuse = (): never => assert.fail("all sessions were looked at");
    const { world } = story;
    Object.assign(world.sessions, { values: refuse, entries: refuse, keys: refuse, forEach: refuse });
    return world;
  }

  it("given calls that are offered to a device, when none is named, then it is the first of them, and no other call is looked at", () => {
    const world = unsearched();
    assert.equal(placeOf(world, "b-phone", undefined)?.callId, "c1");
    assert.equal(placeOf(world, "d-phone", undefined)?.callId, "c2");
    assert.equal(placeOf(world, "nobody", undefined), undefined);
  });

  it("given a call that has had very many sessions, when a device is looked for in it, then only those that are there are looked at", () => {
    const { world } = story;
    const call = world.calls.get("c1") ?? assert.fail();
    world.calls.set("c1", { ...call, named: 1_000_000 });
    let looks = 0;
    const { sessions } = world;
    const get = sessions.get.bind(sessions);
    Object.assign(sessions, { get: (name: string) => ((looks += 1), get(name)) });
    assert.equal(placeOf(world, "nobody", "c1"), undefined);
    assert.equal(placeOf(world, "b-phone", "c1")?.callId, "c1");
    assert.ok(looks < 10, `${looks} were looked at`);
  });

  it("given a call that is offered no more, when none is named, then it is the next one", () => {
    story.tell({ type: "offering", sessionId: "c1", places: [lineOf("F")] });
    assert.equal(placeOf(unsearched(), "b-phone", undefined)?.callId, "c3");
    assert.equal(placeOf(story.world, "f-phone", undefined)?.callId, "c1");
  });

  it("given calls that end, when they have, then nothing is left of them", () => {
    for (const sessionId of ["c1", "c2", "c3"]) {
      story.tell({ type: "ended", sessionId, why: { cause: 16, feature: "normal", by: "party" } });
    }
    assert.deepEqual([story.world.sessions.size, story.world.ringingAt.size], [0, 0]);
  });

  it("given a call that is offered, when the device redirects without naming one, then that is redirected, and no other call is looked at", () => {
    unsearched();
    story.tell({ type: "command", commandId: "1", command: { type: "redirect", device: "d-phone", to: "B" } });
    assert.ok(story.effects.some((effect) => "sessionId" in effect && effect.sessionId.startsWith("c2")));
    assert.equal(story.world.redirects.size, 1);
  });
});
