import assert from "node:assert/strict";
import { NO_SETTINGS, type ModelEvent, type ModelSettings } from "../../../../../src/call/model/index.ts";
import type { CallCommand } from "../../../../../src/signals/index.ts";
import { CallStory, phoneLeg } from "../../../../support/call-story.ts";
import { effectsOf, endOf, originated, ring } from "../../../../support/story-calls.ts";

const SETTINGS: ModelSettings = {
  ...NO_SETTINGS,
  pickupMembers: (group) => (group === "desk" ? ["B@internal", "C@internal"] : []),
  pickupGroupOf: (line) => (line === "B@internal" || line === "C@internal" ? "desk" : undefined),
};
const dials = (sessionId: string, name: string): readonly ModelEvent[] => [
  {
    type: "dialed",
    sessionId,
    leg: phoneLeg(name, { legId: `pick-${name}` }),
    called: "*80",
    feature: { kind: "code", code: "group-pickup", argument: "" },
  },
  { type: "answered", sessionId, endpoint: "silence" },
  { type: "acknowledged", sessionId },
];
const redirects = (commandId: string): ModelEvent => ({
  type: "command",
  commandId,
  command: { type: "redirect", device: "b-phone", callId: "c1", to: "E" },
});

describe("a call that is picked up", () => {
  let story: CallStory;
  beforeEach(() => {
    story = new CallStory(SETTINGS);
    ring(story, "c1", ["A", "B"]);
    ring(story, "c2", ["D", "B"]);
  });

  it("given two calls that ring, when one is picked up, then it is the older one, and its changes say why", () => {
    const [picked] = effectsOf(story, "pick-up", ...dials("c3", "C"));
    assert.deepEqual([picked?.sessionId, picked?.legId], ["c1", "pick-C"]);
    const told = story.tell(endOf("c3"), {
      type: "answered",
      sessionId: "c1",
      leg: phoneLeg("C", { legId: "pick-C" }),
    });
    assert.match(told, /^call c3 invalid\nb-phone dropped\nB disconnected$/);
    assert.equal(story.world.pickups.size, 0);
    assert.equal(story.world.sessions.get("c1")?.callee, "pick-C");
  });

  it("given calls that ring at several lines of a group, when one is picked up, then it is the one that rings longest, and no others are looked at", () => {
    const others = new CallStory({ ...SETTINGS, pickupMembers: () => ["E@internal", "C@internal", "B@internal"] });
    ring(others, "c1", ["A", "B"]);
    ring(others, "c2", ["D", "E"]);
    Object.defineProperty(others.world.sessions, "values", { value: () => assert.fail("all sessions are looked at") });
    assert.equal(effectsOf(others, "pick-up", ...dials("c3", "C"))[0]?.sessionId, "c1");
    assert.equal(effectsOf(others, "pick-up", ...dials("c4", "C"))[0]?.sessionId, "c2");
    others.tell(endOf("c1"), endOf("c2"), endOf("c3"), endOf("c4"));
    assert.deepEqual([others.world.ringingFor.size, others.world.ringingAt.size], [0, 0]);
  });

  it("given a call that is being sent elsewhere, when one is picked up, then it is the next one", () => {
    story.tell(redirects("r1"));
    assert.equal(effectsOf(story, "pick-up", ...dials("c3", "C"))[0]?.sessionId, "c2");
  });

  it("given a call that is being picked up, when the device that rings sends it elsewhere, then that has to wait", () => {
    story.tell(...dials("c3", "C"));
    assert.deepEqual(effectsOf(story, "reroute", redirects("r1")), []);
    const [result] = story.effects.flatMap((effect) => (effect.type === "result" ? [effect.result] : []));
    assert.ok(result?.ok === false && result.failure === "pending");
  });

  it("given calls that ring at a number, when a device dials for them, then only those of lines that it reaches are taken, in a group or not", () => {
    const reaching = new CallStory({
      ...NO_SETTINGS,
      reaches: (device, line) => `${device} ${line}` === "d-phone B@internal",
    });
    ring(reaching, "c1", ["A", "B"]);
    const directed = (sessionId: string, name: string): readonly ModelEvent[] =>
      dials(sessionId, name).map((event) =>
        event.type === "dialed"
          ? { ...event, feature: { kind: "code", code: "directed-pickup", argument: "B" } }
          : event,
      );
    const refused = effectsOf(reaching, "refuse", ...directed("c3", "C").slice(0, 1));
    assert.deepEqual([refused[0]?.status, refused[0]?.reason], [404, "pickup-nothing"]);
    assert.equal(effectsOf(reaching, "pick-up", ...directed("c4", "D"))[0]?.sessionId, "c1");
  });

  const COMMANDED: readonly (readonly [string, Omit<Extract<CallCommand, { type: "pickup" }>, "type">, boolean])[] = [
    ["the group of the device's line", { device: "c-phone" }, true],
    ["the group of the device's line, by name", { device: "c-phone", group: "desk" }, true],
    ["the group of another line of the device", { device: "c-phone", line: "C2@internal" }, false],
    ["the group of somebody else's line", { device: "d-phone", line: "B@internal" }, false],
    ["a group whose number the device may dial", { device: "d-phone", group: "desk" }, true],
    ["a group whose number the device may not dial", { device: "e-phone", group: "desk" }, false],
    ["a group without a number", { device: "d-phone", group: "mute" }, false],
    ["a number that the device may dial", { device: "d-phone", number: "B" }, true],
    ["a number that the device may not dial", { device: "e-phone", number: "B" }, false],
  ];

  for (const [what, command, isTaken] of COMMANDED) {
    it(`given ${what}, when a command is to pick up, then the call ${isTaken ? "is" : "is not"} the device's, as if it had dialed`, () => {
      const judged = new CallStory({
        ...SETTINGS,
        pickupMembers: (group) => (group === "none" ? [] : ["B@internal", "C@internal"]),
        pickupNumberOf: (group) => (group === "desk" ? "5@desks" : undefined),
        linesOf: (device) => {
          const own = `${device.slice(0, 1).toUpperCase()}@internal`;
          return device === "c-phone" ? [own, "C2@internal"] : [own];
        },
        addressOf: (device) => phoneLeg(device.slice(0, 1).toUpperCase()).address,
        reaches: (device) => device === "d-phone",
      });
      ring(judged, "c1", ["A", "B"]);
      judged.tell({ type: "command", commandId: "p1", command: { type: "pickup", ...command } });
      const [result] = judged.effects.flatMap((effect) => (effect.type === "result" ? [effect.result] : []));
      const isRung = judged.effects.some(({ type }) => type === "originate");
      assert.deepEqual([isRung, result?.ok === false && result.failure], [isTaken, isTaken ? false : "pickup-nothing"]);
    });
  }

  for (const [what, numbers, expected] of [
    ["all numbers", undefined, "c1"],
    ["the number of the older one", { allow: ["B"] }, "c1"],
    ["the number of the younger one", { deny: ["B"] }, "c2"],
    ["neither", { deny: ["B", "C"] }, "pickup-barred"],
  ] as const) {
    it(`given who may have to do with ${what}, when a command picks up in its group, then it has ${expected}`, () => {
      const limited = new CallStory({
        ...SETTINGS,
        isAmong: ({ allow, deny = [] }, number) => !deny.includes(number) && (allow?.includes(number) ?? true),
        addressOf: (device) => phoneLeg(device.slice(0, 1).toUpperCase()).address,
        linesOf: () => ["B@internal"],
      });
      ring(limited, "c1", ["A", "B"]);
      ring(limited, "c2", ["D", "C"]);
      const command: CallCommand = {
        type: "pickup",
        device: "b2-phone",
        ...(numbers === undefined ? {} : { numbers }),
      };
      limited.tell({ type: "command", commandId: "p1", command });
      const [refused] = limited.effects.flatMap((effect) => (effect.type === "result" ? [effect.result] : []));
      if (refused !== undefined) return assert.equal(!refused.ok && refused.failure, expected);
      const { sessionId } = originated(limited);
      const leg = phoneLeg("B", { legId: "pick-B", device: "b2-phone" });
      const [taken] = effectsOf(limited, "pick-up", { type: "answered", sessionId, leg, endpoint: "silence" });
      assert.equal(taken?.sessionId, expected);
    });
  }

  it("given the only call that may be taken is over before the device answers, when it answers, then it has no other one", () => {
    const limited = new CallStory({
      ...SETTINGS,
      isAmong: ({ deny = [] }, number) => !deny.includes(number),
      addressOf: (device) => phoneLeg(device.slice(0, 1).toUpperCase()).address,
      linesOf: () => ["B@internal"],
    });
    ring(limited, "c1", ["A", "B"]);
    ring(limited, "c2", ["D", "C"]);
    const command: CallCommand = { type: "pickup", device: "b2-phone", numbers: { deny: ["C"] } };
    limited.tell({ type: "command", commandId: "p1", command });
    const { sessionId } = originated(limited);
    limited.tell(endOf("c1"));
    const leg = phoneLeg("B", { legId: "pick-B", device: "b2-phone" });
    assert.deepEqual(effectsOf(limited, "pick-up", { type: "answered", sessionId, leg, endpoint: "silence" }), []);
  });

  it("given two who pick up, when both do, then each has a call of its own, and a third is told that there is none", () => {
    story.tell(...dials("c3", "C"), endOf("c3"));
    const [second] = effectsOf(story, "pick-up", ...dials("c4", "B"), endOf("c4"));
    assert.equal(second?.sessionId, "c2");
    const third = effectsOf(story, "refuse", ...dials("c5", "C").slice(0, 1));
    assert.deepEqual([third[0]?.status, third[0]?.reason], [404, "pickup-nothing"]);
  });

  it("given it was answered meanwhile, when the pickup comes to it, then who picks up is out, and released", () => {
    story.tell(...dials("c3", "C"), endOf("c3"));
    const told = story.tell({ type: "answered", sessionId: "c1", leg: phoneLeg("B") });
    assert.match(told, /C disconnected/);
    const released = story.effects.filter(({ type }) => type === "release");
    assert.equal(released.length, 1);
    assert.deepEqual(story.tell({ type: "pick-up-failed", sessionId: "c1", legId: "pick-C" }), "");
  });

  it("given the caller has hung up meanwhile, when the pickup comes to it, then the next call is taken, or there is none", () => {
    const [dialed, answered, acknowledged] = dials("c3", "C");
    assert.ok(dialed && answered && acknowledged);
    story.tell(dialed, endOf("c1"));
    assert.equal(effectsOf(story, "pick-up", answered, acknowledged)[0]?.sessionId, "c2");
    story.tell(endOf("c3"), endOf("c2"));
    assert.equal(story.world.pickups.size, 0);
    assert.equal(story.world.legs.size, 0);
  });
});
