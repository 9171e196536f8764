import assert from "node:assert/strict";
import type { ModelEvent } from "../../../../../src/call/model/index.ts";
import { CallStory, phoneLeg, trunkLeg } from "../../../../support/call-story.ts";
import { effectsOf, endOf, hears, refer, talk } from "../../../../support/story-calls.ts";

let commands = 0;
const command = (type: "hold" | "retrieve" | "swap", device: string, callId?: string): ModelEvent => {
  commands += 1;
  return { type: "command", commandId: `c${commands}`, command: { type, device, ...(callId && { callId }) } };
};
const phone = (legId: string, isHolding: boolean): ModelEvent => ({ type: "held", legId, isHolding });

describe("hold", () => {
  let story: CallStory;
  beforeEach(() => {
    story = new CallStory();
    talk(story, "c1", ["A", "B"]);
  });
  const heardBy = (): (string | undefined)[] => [hears(story, "leg-A"), hears(story, "leg-B")];
  const result = (event: ModelEvent): unknown => effectsOf(story, "result", event)[0]?.result;

  it("given a phone that holds, when it does and takes the call back, then the other hears its music and then it again", () => {
    const [play] = effectsOf(story, "play", phone("leg-A", true));
    assert.deepEqual(play, {
      type: "play",
      sessionId: "c1",
      legId: "leg-B",
      source: "music",
      musicOf: "a-phone",
    });
    assert.equal(story.tell(phone("leg-A", true)), "", "holding once more changes nothing");
    assert.equal(story.tell(phone("leg-A", false)), "a-phone talking");
    assert.deepEqual(heardBy(), [undefined, undefined]);
  });

  it("given a command, when the switch holds, then the user hears nothing and the other music", () => {
    story.tell(command("hold", "a-phone"));
    assert.deepEqual(heardBy(), ["silence", "music"]);
    assert.deepEqual(result(command("hold", "a-phone")), { ok: true, isUnchanged: true });
    story.tell(command("retrieve", "a-phone"));
    assert.deepEqual(heardBy(), [undefined, undefined]);
    assert.deepEqual(result(command("retrieve", "a-phone")), { ok: true, isUnchanged: true });
  });

  const orders: [string, ModelEvent[]][] = [
    [
      "command, phone, command, phone",
      [command("hold", "a-phone"), phone("leg-A", true), command("retrieve", "a-phone"), phone("leg-A", false)],
    ],
    [
      "command, phone, phone, command",
      [command("hold", "a-phone"), phone("leg-A", true), phone("leg-A", false), command("retrieve", "a-phone")],
    ],
    [
      "phone, command, command, phone",
      [phone("leg-A", true), command("hold", "a-phone"), command("retrieve", "a-phone"), phone("leg-A", false)],
    ],
    [
      "phone, command, phone, command",
      [phone("leg-A", true), command("hold", "a-phone"), phone("leg-A", false), command("retrieve", "a-phone")],
    ],
  ];
  for (const [name, events] of orders) {
    it(`given hold and retrieval by ${name}, when they come, then there is music until the last one`, () => {
      for (const event of events.slice(0, 3)) {
        story.tell(event);
        assert.equal(hears(story, "leg-B"), "music");
        assert.equal(story.world.calls.get("c1")?.connections[0]?.terminals[0]?.state, "held");
      }
      assert.equal(story.tell(...events.slice(3)), "a-phone talking");
      assert.deepEqual(heardBy(), [undefined, undefined]);
    });
  }

  it("given a phone that holds by itself, when the switch is to retrieve, then that is refused", () => {
    story.tell(phone("leg-A", true));
    const refused = result(command("retrieve", "a-phone")) as { failure?: string };
    assert.equal(refused.failure, "wrong-state");
  });

  it("given both hold by command, when one after the other takes the call back, then each hears what the other does", () => {
    story.tell(command("hold", "a-phone"), command("hold", "b-phone"));
    assert.deepEqual(heardBy(), ["silence", "silence"]);
    story.tell(command("retrieve", "a-phone"));
    assert.deepEqual(heardBy(), ["music", "silence"]);
    story.tell(command("retrieve", "b-phone"));
    assert.deepEqual(heardBy(), [undefined, undefined]);
  });

  it("given both phones hold, when both take the call back, then nobody is stuck with music", () => {
    story.tell(phone("leg-A", true), phone("leg-B", true));
    assert.deepEqual(heardBy(), ["music", "music"]);
    story.tell(phone("leg-A", false));
    assert.deepEqual(heardBy(), ["music", undefined]);
    story.tell(phone("leg-B", false));
    assert.deepEqual(heardBy(), [undefined, undefined]);
  });

  it("given a call that is talked in and one that is held, when they are swapped, then the music goes over to the other", () => {
    story.tell(command("hold", "a-phone"));
    talk(story, "c2", ["A", "C"], { callerLeg: "leg-A2" });
    story.tell(command("swap", "a-phone"));
    assert.deepEqual([hears(story, "leg-C"), hears(story, "leg-A2")], ["music", "silence"]);
    assert.deepEqual(heardBy(), [undefined, undefined]);
    story.tell(command("swap", "a-phone"));
    assert.deepEqual([hears(story, "leg-C"), hears(story, "leg-A2")], [undefined, undefined]);
    assert.deepEqual(heardBy(), ["silence", "music"]);
  });

  it("given a call that waits and is being transferred, when it is to be swapped with the other, then that has to wait", () => {
    story.tell(command("hold", "a-phone"), refer("leg-A", "D"));
    talk(story, "c2", ["A", "C"], { callerLeg: "leg-A2" });
    assert.equal((result(command("swap", "a-phone")) as { failure?: string }).failure, "pending");
  });

  it("given a trunk with two calls, when it is asked for what would touch both or any of them, then that is refused", () => {
    for (const [index, name] of ["C", "D"].entries()) {
      const sessionId = `t${index}`;
      story.tell(
        { type: "offered", sessionId, leg: trunkLeg(`90${index}`), called: name },
        { type: "answered", sessionId, leg: phoneLeg(name) },
      );
    }
    for (const type of ["hold", "swap", "drop", "complete-transfer", "conference"] as const) {
      const refused = result({ type: "command", commandId: "t", command: { type, device: "trunk" } });
      assert.equal((refused as { failure?: string }).failure, "device-not-in-call", type);
    }
    const held = { type: "hold", device: "trunk", callId: "t1" } as const;
    assert.deepEqual(result({ type: "command", commandId: "t", command: held }), { ok: true, callId: "t1" });
  });

  it("given one call only, or a second one that its phone holds, when they are to be swapped, then that is refused", () => {
    assert.equal((result(command("swap", "a-phone")) as { failure?: string }).failure, "wrong-state");
    story.tell(phone("leg-A", true));
    talk(story, "c2", ["A", "C"], { callerLeg: "leg-A2" });
    assert.equal((result(command("swap", "a-phone")) as { failure?: string }).failure, "wrong-state");
  });

  it("given a party that holds by command, when it is transferred, then it goes on to hear nothing and the new one music", () => {
    talk(story, "c2", ["B", "C"], { callerLeg: "leg-B2" });
    story.tell(command("hold", "a-phone"), refer("leg-B", "C", { replaces: "leg-B2" }), endOf("c1"), endOf("c2"));
    assert.deepEqual([hears(story, "leg-A"), hears(story, "leg-C")], ["silence", "music"]);
    story.tell(command("retrieve", "a-phone"));
    assert.deepEqual([hears(story, "leg-A"), hears(story, "leg-C")], [undefined, undefined]);
  });

  it("given a party whose phone holds, when it is transferred, then the new one hears its music until it takes the call back", () => {
    talk(story, "c2", ["B", "C"], { callerLeg: "leg-B2" });
    story.tell(phone("leg-A", true), refer("leg-B", "C", { replaces: "leg-B2" }), endOf("c1"), endOf("c2"));
    assert.equal(hears(story, "leg-C"), "music");
    story.tell(phone("leg-A", false));
    assert.equal(hears(story, "leg-C"), undefined);
  });
});
