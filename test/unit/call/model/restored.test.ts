import assert from "node:assert/strict";
import {
  emptyWorld,
  featureTables,
  NO_SETTINGS,
  takeUp,
  type ModelEvent,
  type World,
} from "../../../../src/call/model/index.ts";
import { CallStory, phoneLeg, placeOf } from "../../../support/call-story.ts";

describe("features that were under way when call control died", () => {
  let story: CallStory;
  beforeEach(() => {
    story = new CallStory({
      ...NO_SETTINGS,
      reaches: () => true,
      linesOf: (device) => [`${device.slice(0, 1).toUpperCase()}@internal`],
      addressOf: (device) => phoneLeg(device.slice(0, 1).toUpperCase()).address,
    });
    story.tell(
      { type: "offered", sessionId: "c1", leg: phoneLeg("A"), called: "B" },
      { type: "offering", sessionId: "c1", places: [placeOf("B")] },
    );
  });

  /** What the next process makes of it that finds no session up. */
  function afterKill(): World {
    const features = [...featureTables(story.world)].flatMap(([table, entries]) =>
      [...entries].map(([key, value]) => ({ table, key, value })),
    );
    const world = emptyWorld(NO_SETTINGS);
    takeUp(world, { calls: [], features }, []);
    return world;
  }

  it("given a call that rings and is being redirected, when it is not there any more, then neither is its redirect", () => {
    const command = { type: "redirect", device: "b-phone", to: "C" } as const;
    const redirect: ModelEvent = { type: "command", commandId: "r1", command };
    story.tell(redirect, { type: "offering", sessionId: "c1", places: [placeOf("C")] });
    assert.equal(story.world.redirects.size, 1);
    assert.equal(afterKill().redirects.size, 0);
  });

  it("given a call that rings and is being picked up, when it is not there any more, then neither is its pickup", () => {
    const command = { type: "pickup", device: "c-phone", number: "B" } as const;
    story.tell({ type: "command", commandId: "p1", command });
    const [pickupId = ""] = story.world.pickups.keys();
    story.tell({ type: "answered", sessionId: pickupId, leg: phoneLeg("C") });
    assert.deepEqual(
      [...story.world.pickups.values()].map(({ state }) => state),
      ["taking"],
    );
    assert.equal(afterKill().pickups.size, 0);
  });
});
