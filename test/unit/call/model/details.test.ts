import assert from "node:assert/strict";
import { NO_SETTINGS, type ModelEvent, type ModelSettings, type Why } from "../../../../src/call/model/index.ts";
import type { CallCommand } from "../../../../src/signals/index.ts";
import { addressOf, CallStory, phoneLeg, placeOf } from "../../../support/call-story.ts";
import { ModelBench } from "../../../support/model-bench.ts";
import { endOf, failed, hangsUp, originated, refer, ring, rung, talk } from "../../../support/story-calls.ts";

const SETTINGS: ModelSettings = {
  ...NO_SETTINGS,
  addressOf: (device) => addressOf(device.charAt(0).toUpperCase()),
  reaches: () => true,
  linesOf: (device) => [`${device.charAt(0).toUpperCase()}@internal`],
  pickupMembers: () => ["B@internal", "C@internal"],
  pickupGroupOf: (line) => (line === "C@internal" ? "desk" : undefined),
  pickupNumberOf: () => "5@desks",
  parkRangesFor: () => ["70X@internal"],
  parkRange: () => ({
    numbers: ["701"],
    reminderSeconds: 60,
    periodicSeconds: 30,
    giveUpSeconds: 300,
    forwardTo: "D",
  }),
  huntQueue: () => ({ maxCallers: 2, maxWaitSeconds: 60, noCoverage: "D" }),
};

/** `feature detail/by` of each change, each once. */
function words(changes: readonly { readonly why?: Why }[]): string[] {
  const told = changes.flatMap(({ why }) => (why === undefined ? [] : [why]));
  return [...new Set(told.map(({ feature, detail = "-", by }) => `${feature} ${detail}/${by}`))];
}

describe("what exactly a call changes for", () => {
  let story: CallStory;
  let told: { readonly why?: Why }[];
  beforeEach(() => {
    told = [];
    story = new CallStory(SETTINGS);
    story.onStep = (_event, effects) => {
      for (const effect of effects) if (effect.type === "change") told.push(effect.change as { why?: Why });
    };
  });

  const commands = (command: CallCommand | Extract<ModelEvent, { type: "command" }>["command"]): void => {
    story.tell({ type: "command", commandId: `x-${command.type}`, command });
  };
  const since = (act: () => void): string[] => {
    told = [];
    act();
    return words(told);
  };
  const answers = (name: string, endpoint: "silence" | "ringback" = "silence"): void => {
    const { sessionId } = originated(story);
    story.tell(...rung(sessionId, name), {
      type: "answered",
      sessionId,
      leg: phoneLeg(name, { legId: `new-${name}` }),
      endpoint,
    });
  };

  for (const [what, ask, expected] of [
    ["an application asks", () => commands({ type: "transfer", device: "b-phone", to: "C" }), "-/application"],
    ["a phone asks by REFER", () => story.tell(refer("leg-B", "C")), "refer/party"],
  ] as const) {
    it(`given a call, when ${what} to transfer it, then it is ${expected}`, () => {
      talk(story, "c1", ["A", "B"]);
      const blind = since(() => {
        ask();
        answers("C");
      });
      assert.deepEqual(blind, [`blind-transfer ${expected}`]);
    });
  }

  it("given two calls, when a phone asks by REFER to connect them, then it is so told", () => {
    talk(story, "c1", ["A", "B"]);
    talk(story, "c2", ["B", "C"], { callerLeg: "leg-B2" });
    const transfer = since(() => story.tell(refer("leg-B", "C", { replaces: "leg-B2" })));
    assert.deepEqual(transfer, ["transfer refer/party"]);
  });

  it("given a transfer whose phone has left, when the number is busy, then who transferred is recalled", () => {
    talk(story, "c1", ["A", "B"]);
    story.tell(refer("leg-B", "C"));
    const { sessionId } = originated(story);
    story.tell(...hangsUp(story, "leg-B"));
    const recall = since(() => {
      story.tell(failed(sessionId, 486, 17));
      answers("B");
    });
    assert.deepEqual(recall, ["transfer recall/system"]);
  });

  it("given a call, when an application consults beside it, then that is a consultation, and a call that it makes is none", () => {
    talk(story, "c1", ["A", "B"]);
    const consulting = since(() => {
      commands({ type: "consult", device: "b-phone", to: "C", newCallId: "c2" });
    });
    assert.deepEqual(consulting, ["hold -/application", "make-call consultation/application"]);
    const making = since(() => {
      commands({ type: "make-call", device: "d-phone", to: "C", newCallId: "c3" });
    });
    assert.deepEqual(making, ["make-call -/application"]);
  });

  it("given a call that is offered, when an application redirects it, or a route dialogue does, then it says which", () => {
    for (const [sessionId, isRoute] of [
      ["c1", true],
      ["c2", false],
    ] as const) {
      story.tell(
        { type: "offered", sessionId, leg: phoneLeg("A", { legId: `leg-${sessionId}` }), called: "B" },
        { type: "offering", sessionId, places: [placeOf("B")] },
      );
      if (isRoute) {
        story.tell({ type: "route-request", sessionId, device: "b-phone", selectMs: 5_000 });
        const destinations = [{ to: "C" }];
        commands({ type: "route-select", device: "b-phone", routeId: `${sessionId}-r1`, destinations });
      } else commands({ type: "redirect", device: "b-phone", callId: sessionId, to: "C" });
      const moved = since(() => {
        story.tell({ type: "offering", sessionId, places: [placeOf("C")] });
      });
      assert.deepEqual(moved, [`redirect ${isRoute ? "route" : "-"}/application`]);
      story.tell(endOf(sessionId));
    }
  });

  for (const [what, device, more, detail] of [
    ["of its own group", "c-phone", {}, "-"],
    ["of another group", "d-phone", { group: "desk" }, "other-group"],
    ["at a number", "d-phone", { number: "B" }, "directed"],
  ] as const) {
    it(`given a call that rings ${what}, when an application picks it up, then the detail is ${detail}`, () => {
      ring(story, "c1", ["A", "B"]);
      const name = device.charAt(0).toUpperCase();
      const taken = since(() => {
        commands({ type: "pickup", device, ...more });
        answers(name);
      });
      assert.ok(taken.includes(`pickup ${detail}/application`), taken.join());
      assert.ok(
        taken.every((one) => one.startsWith("normal") || one.startsWith(`pickup ${detail}/`)),
        taken.join(),
      );
    });
  }

  it("given a call, when it is parked on a slot that is named, and on any, then only the first is directed", () => {
    for (const [sessionId, slot] of [
      ["c1", { slot: "701" }],
      ["c2", {}],
    ] as const) {
      talk(story, sessionId, ["A", "B"]);
      const parked = since(() => {
        commands({ type: "park", device: "b-phone", ...slot });
      });
      assert.deepEqual(parked, [`park ${"slot" in slot ? "directed" : "-"}/application`]);
      story.tell(...hangsUp(story, "leg-A"));
    }
  });

  it("given a parked call, when nobody takes it in time, then that it is forwarded is told", () => {
    talk(story, "c1", ["A", "B"]);
    commands({ type: "park", device: "b-phone" });
    const reminded = since(() => {
      story.tell({ type: "timer", timerId: "park reminder 70X@internal 701" });
      const { sessionId } = originated(story);
      story.tell(...rung(sessionId, "B"), endOf(sessionId, { cause: 19, feature: "park-reminder", by: "timer" }));
    });
    assert.deepEqual(reminded, ["park-reminder -/timer"]);
    const forwarded = since(() => {
      story.tell({ type: "timer", timerId: "park give-up 70X@internal 701" });
      answers("D");
    });
    assert.deepEqual(forwarded, ["park-reminder no-retrieve/timer"]);
  });

  it("given a caller in a queue, when its time is over, then it goes where the pilot says, by a timer", () => {
    story.tell(
      { type: "offered", sessionId: "c1", leg: phoneLeg("A"), called: "5000" },
      { type: "queued", sessionId: "c1", pilot: "5000@internal", number: "5000", leftMs: 60_000 },
      { type: "answered", sessionId: "c1", endpoint: "music" },
    );
    const left = since(() => {
      story.tell({ type: "timer", timerId: "hunt wait c1" });
      const { sessionId } = originated(story);
      story.tell(...rung(sessionId, "D"));
    });
    assert.deepEqual(left, ["forward-no-answer no-coverage/timer"]);
  });

  describe("with several devices of a line, or parties", () => {
    const bench = (): ModelBench =>
      new ModelBench({
        devicesOf: (line) => (line === "500@internal" ? ["x", "y"] : []),
        linesOf: () => ["500@internal"],
      });
    const wordsOf = (one: ModelBench, act: () => void): string[] => {
      const before = one.changes.length;
      act();
      return words(one.changes.slice(before) as { why?: Why }[]);
    };

    it("given a call on hold, when another device takes it, then it is taken over; one that is talked in is only entered", () => {
      for (const isHeld of [true, false]) {
        const one = bench();
        const [x] = one.call("first", "x/500", "b");
        if (isHeld) one.feed({ type: "held", legId: x, isHolding: true });
        const entered = wordsOf(one, () => {
          one.dial("second", "y/500", { kind: "code", code: "barge", argument: "" });
        });
        const barges = entered.filter((word) => word.startsWith("barge"));
        assert.deepEqual(barges, [`barge ${isHeld ? "take-over" : "-"}/party`]);
      }
    });

    it("given a device in a call, when its privacy changes, then what the others see says so", () => {
      let isPrivate = false;
      const one = new ModelBench({
        devicesOf: (line) => (line === "500@internal" ? ["x", "y"] : []),
        isPrivate: () => isPrivate,
      });
      one.call("first", "x/500", "b");
      const seen = wordsOf(one, () => {
        isPrivate = true;
        one.feed({ type: "privacy-changed", device: "x" });
      });
      assert.deepEqual(seen, ["normal privacy/system"]);
    });

    it("given a conference, when a party is dropped, then it says so", () => {
      const one = new ModelBench();
      one.call("first", "a", "b");
      one.call("second", "a", "c");
      one.command({ type: "conference", device: "a" });
      const dropped = wordsOf(one, () => {
        one.command({ type: "drop-party", device: "a", party: "c" });
      });
      assert.ok(dropped.includes("conference drop-party/application"), dropped.join());
    });
  });
});
