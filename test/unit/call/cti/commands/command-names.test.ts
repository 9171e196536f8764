import assert from "node:assert/strict";
import { namesOf } from "../../../../../src/call/cti/commands/command-names.ts";
import { CallStory, phoneLeg, placeOf } from "../../../../support/call-story.ts";

describe("what commands wait for", () => {
  let story: CallStory;
  beforeEach(() => {
    story = new CallStory();
    story.tell(
      { type: "offered", sessionId: "c1", leg: phoneLeg("A"), called: "B" },
      { type: "offering", sessionId: "c1", places: [placeOf("B")] },
    );
  });

  const answer = { type: "answer", device: "b-phone", callId: "c1" } as const;
  const hold = { type: "hold", device: "b-phone", callId: "c1" } as const;

  it("given a device that is offered a call or rings, when it is told to answer, then that waits for its own commands alone", () => {
    assert.deepEqual(namesOf(answer, story.world), ["call c1 at b-phone"]);
    story.tell({ type: "ringing", sessionId: "c1" });
    assert.deepEqual(namesOf(answer, story.world), ["call c1 at b-phone"]);
  });

  it("given a device that talks, or is not in the call, when something is asked of it, then that waits for all that is done to the call", () => {
    const all = ["call c1", "call c1 at b-phone"];
    assert.deepEqual(namesOf(hold, story.world), all, "it may talk by the time that it has its turn");
    story.tell({ type: "answered", sessionId: "c1", leg: phoneLeg("B") });
    assert.deepEqual(namesOf(hold, story.world), all);
    assert.deepEqual(namesOf({ ...hold, device: "c-phone" }, story.world), ["call c1", "call c1 at c-phone"]);
  });

  it("given a call that is made under a name, when its device is told to answer, then that does not wait for the call to be made", () => {
    const made = { type: "make-call", device: "b-phone", to: "C", newCallId: "c1" } as const;
    const consulted = { ...made, type: "consult", callId: "c2" } as const;
    const own = namesOf(answer, story.world);
    for (const command of [made, consulted]) {
      const names = namesOf(command, story.world);
      assert.ok(names.includes("call c1"));
      assert.ok(names.every((name) => !own.includes(name)));
    }
  });
});
