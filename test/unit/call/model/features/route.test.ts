import assert from "node:assert/strict";
import type { CommandResult, ModelEffect, ModelEvent, Why } from "../../../../../src/call/model/index.ts";
import { endLostRoutes } from "../../../../../src/call/model/features/route.ts";
import { removeSession } from "../../../../../src/call/model/world.ts";
import type { RouteDestination } from "../../../../../src/signals/index.ts";
import { CallStory, phoneLeg, placeOf } from "../../../../support/call-story.ts";
import { effectsOf, endOf, rung } from "../../../../support/story-calls.ts";

const BUSY: Why = { cause: 17, sip: { status: 486 }, feature: "redirect", by: "party" };
const CANCELLED: Why = { cause: 16, sip: { status: 487 }, feature: "normal", by: "party" };
const DEVICE = "b-phone";

const request = (more: Partial<Extract<ModelEvent, { type: "route-request" }>> = {}): ModelEvent => ({
  type: "route-request",
  sessionId: "c1",
  device: DEVICE,
  selectMs: 5_000,
  callerAddress: "192.0.2.7",
  ...more,
});
const select = (to: readonly string[], commandId = "s1", routeId = "c1-r1"): ModelEvent => {
  const destinations: RouteDestination[] = to.map((one) => ({ to: one }));
  return { type: "command", commandId, command: { type: "route-select", device: DEVICE, routeId, destinations } };
};
const endIt = (commandId = "e1"): ModelEvent => ({
  type: "command",
  commandId,
  command: { type: "route-end", device: DEVICE, routeId: "c1-r1" },
});
const offeredAt = (name: string): ModelEvent => ({ type: "offering", sessionId: "c1", places: [placeOf(name)] });
const refused: ModelEvent = { type: "reroute-refused", sessionId: "c1", why: BUSY };
const timer: ModelEvent = { type: "timer", timerId: "route select c1" };

describe("a route dialogue", () => {
  let story: CallStory;
  beforeEach(() => {
    story = new CallStory();
    story.tell({ type: "offered", sessionId: "c1", leg: phoneLeg("A"), called: "B" }, offeredAt("B"), request());
  });

  const routes = (): Extract<ModelEffect, { type: "route" }>[] =>
    story.effects.filter((effect) => effect.type === "route");
  const moments = (): string[] =>
    routes().map(({ moment, route }) => {
      const to = moment === "attempt" || moment === "failed" || moment === "used" ? ` ${route.destination?.to}` : "";
      return `${moment}${to}${moment === "end" ? ` ${route.ended}` : ""}`;
    });
  const resultOf = (commandId: string): string | undefined => {
    const found = story.effects.filter((effect) => effect.type === "result" && effect.commandId === commandId);
    assert.ok(found.length <= 1, "it is told once");
    const [effect] = found;
    const result: CommandResult | undefined = effect?.type === "result" ? effect.result : undefined;
    return result === undefined || !result.ok ? result?.failure : "ok";
  };

  it("given a call at a route point, when it is offered, then the application is asked, with who calls, and the timer runs", () => {
    const [effect] = routes();
    assert.deepEqual(effect?.route, {
      routeId: "c1-r1",
      ver: 1,
      callId: "c1",
      device: DEVICE,
      line: "B@internal",
      callingNumber: "A",
      calledNumber: "B",
      callerAddress: "192.0.2.7",
      state: "routing",
    });
    assert.equal(effect?.selectMs, 5_000);
    assert.ok(story.effects.some((one) => one.type === "start-timer" && one.delayMs === 5_000));
  });

  it("given a selection, when its first destination rings, then it is used, the dialogue ends, and the selection is done", () => {
    const [reroute] = effectsOf(story, "reroute", select(["C"]));
    assert.deepEqual([reroute?.redirection.to, reroute?.redirection.isKept], ["C", true]);
    assert.equal(resultOf("s1"), undefined);
    story.tell(...rung("c1", "C"));
    assert.deepEqual(moments(), ["request", "attempt C", "used C", "end used"]);
    assert.equal(resultOf("s1"), "ok");
    assert.ok(story.effects.every((one) => one.type !== "result" || one.commandId === "s1"));
  });

  it("given a list, when one cannot be had at once, then the next is tried without the call moving", () => {
    story.tell(select(["C", "D"]));
    const [reroute] = effectsOf(story, "reroute", refused);
    assert.equal(reroute?.redirection.to, "D");
    assert.deepEqual(moments(), ["request", "attempt C", "failed C", "attempt D"]);
    assert.deepEqual(routes()[2]?.route.why, BUSY);
  });

  it("given a destination that is a route point with an application of its own, when that is asked, then the first dialogue has been used, and the second goes on by itself", () => {
    story.tell(select(["C", "D"]), offeredAt("C"), request({ device: "c-phone" }));
    assert.deepEqual(moments(), ["request", "attempt C", "used C", "end used", "request"]);
    assert.equal(resultOf("s1"), "ok");
    const destinations = [{ to: "E" }];
    const command = { type: "route-select", device: "c-phone", routeId: "c1-r2", destinations } as const;
    const [reroute] = effectsOf(story, "reroute", { type: "command", commandId: "s2", command });
    assert.deepEqual([reroute?.redirection.by, reroute?.redirection.to], ["c-phone", "E"]);
    story.tell(...rung("c1", "E"));
    assert.equal(resultOf("s2"), "ok");
    assert.equal(story.world.redirects.size, 0);
  });

  it("given a destination that turns out to be busy, when the call is back at the route point, then the next is tried, not before", () => {
    story.tell(select(["C", "D"]), offeredAt("C"));
    assert.deepEqual(effectsOf(story, "reroute", refused), []);
    const [reroute] = effectsOf(story, "reroute", offeredAt("B"), request());
    assert.equal(reroute?.redirection.to, "D");
    story.tell(...rung("c1", "D"));
    assert.deepEqual(moments(), ["request", "attempt C", "failed C", "attempt D", "used D", "end used"]);
  });

  it("given header fields of one destination, when the next one is tried, then it has its own, or none", () => {
    const [own, other] = [
      { name: "X-A", value: "1" },
      { name: "X-B", value: "2" },
    ];
    const destinations = [{ to: "C", headers: [own] }, { to: "D" }, { to: "E", headers: [other] }];
    const command = { type: "route-select", device: DEVICE, routeId: "c1-r1", destinations } as const;
    const tried = [{ type: "command", commandId: "s1", command } as const, refused, refused].map((event) => {
      const [reroute] = effectsOf(story, "reroute", event);
      return [reroute?.redirection.to, reroute?.redirection.headers];
    });
    assert.deepEqual(tried, [
      ["C", [own]],
      ["D", undefined],
      ["E", [other]],
    ]);
  });

  it("given a list of which all fail, when the last has, then the selection says so, and the application is asked again, with a new timer", () => {
    story.tell(select(["C"]), refused);
    assert.deepEqual(moments(), ["request", "attempt C", "failed C", "re-route"]);
    assert.equal(resultOf("s1"), "route-exhausted");
    story.tell(select(["D"], "s2"), ...rung("c1", "D"));
    assert.equal(resultOf("s2"), "ok");
  });

  it("given no selection, when the time is over, then the dialogue ends, the call is treated as if nobody were there, and a late one is refused", () => {
    const [unroute] = effectsOf(story, "unroute", timer);
    assert.equal(unroute?.reason, "expired");
    assert.deepEqual(moments(), ["request", "end timer-expired"]);
    story.tell(select(["C"]));
    assert.equal(resultOf("s1"), "route-expired");
  });

  it("given no selection in time, when the call has been answered elsewhere and one comes, then it is told that it is late, until the call is over", () => {
    story.tell(timer, offeredAt("V"), { type: "answered", sessionId: "c1", leg: phoneLeg("V") }, select(["C"]));
    assert.equal(resultOf("s1"), "route-expired");
    story.tell(endOf("c1"), select(["C"], "s2"));
    assert.equal(resultOf("s2"), "route-unknown");
    assert.equal(story.world.routes.size, 0);
  });

  it("given an application that ends the dialogue, when it does, then the call stays offered, and a selection is refused", () => {
    const [unroute] = effectsOf(story, "unroute", endIt());
    assert.deepEqual([unroute?.reason, resultOf("e1")], ["ended", "ok"]);
    story.tell(select(["C"]));
    assert.equal(resultOf("s1"), "route-state");
    assert.equal(story.world.sessions.get("c1")?.ringing.length, 1);
  });

  it("given a caller that hangs up, when it is being routed or tried, then the dialogue is abandoned, and the selection is told", () => {
    story.tell(select(["C"]), offeredAt("C"), endOf("c1", CANCELLED));
    assert.deepEqual(moments(), ["request", "attempt C", "end abandoned"]);
    assert.equal(resultOf("s1"), "party-gone");
    assert.equal(story.world.routes.size, 0);
  });

  it("given an application that has failed, when its call goes to where such calls go, then the dialogue ends for that reason", () => {
    story.tell({ type: "offering", sessionId: "c1", places: [placeOf("V")], feature: "forward-on-failure" });
    assert.deepEqual(moments(), ["request", "end owner-lost"]);
  });

  for (const [what, event, ended] of [
    ["its line forwards it", { ...offeredAt("V"), feature: "forward-busy" }, "application"],
    ["its application is gone", { ...offeredAt("V"), feature: "forward-no-answer", detail: "not-open" }, "owner-lost"],
    ["a service answers it", { type: "answered", sessionId: "c1", endpoint: "voice-mail" }, "application"],
  ] as readonly (readonly [string, ModelEvent, string])[]) {
    it(`given a destination that is busy, when the call does not come back since ${what}, then the selection has failed and the dialogue is over`, () => {
      story.tell(select(["C"]), offeredAt("C"), refused, event);
      assert.deepEqual(moments(), ["request", "attempt C", "failed C", `end ${ended}`]);
      assert.equal(resultOf("s1"), "route-exhausted");
      story.tell(endOf("c1"));
      assert.equal(resultOf("s1"), "route-exhausted");
    });
  }

  it("given a call that is redirected, accepted or answered beside the dialogue, when that is done, then the dialogue ends", () => {
    story.tell({ type: "ringing", sessionId: "c1" });
    assert.deepEqual(moments(), ["request", "end application"]);
    story.tell({ type: "answered", sessionId: "c1", leg: phoneLeg("B") }, endOf("c1"));
    assert.equal(story.world.routes.size, 0);
  });

  it("given a dialogue, when another device or an unknown one is answered, then there is no such dialogue", () => {
    story.tell(select(["C"], "s1", "c1-r2"), select(["C"], "s2", "c9-r1"));
    assert.deepEqual([resultOf("s1"), resultOf("s2")], ["route-unknown", "route-unknown"]);
  });

  it("given a selection under way, when another comes, then it is refused", () => {
    story.tell(select(["C"]), select(["D"], "s2"));
    assert.equal(resultOf("s2"), "route-state");
  });

  it("given a second dialogue about the same call, when it comes to the route point again, then it has a name of its own", () => {
    story.tell(endIt(), request());
    assert.equal(routes().at(-1)?.route.routeId, "c1-r2");
  });

  it("given lists that all fail, when the tenth has, then the dialogue is over, and the call is treated as if nobody were there", () => {
    for (let list = 1; list <= 10; list += 1) story.tell(select(["C"], `s${list}`), refused);
    assert.equal(resultOf("s10"), "route-exhausted");
    assert.equal(moments().at(-1), "end exhausted");
    assert.ok(story.effects.some((effect) => effect.type === "unroute" && effect.reason === "expired"));
  });

  it("given a process that died, when its calls are taken up, then dialogues about calls that are gone are over", () => {
    removeSession(story, "c1");
    const effects: ModelEffect[] = [];
    endLostRoutes({ world: story.world, effects });
    assert.ok(effects.some((one) => one.type === "route" && one.route.ended === "abandoned"));
    assert.equal(story.world.routes.size, 0);
  });
});
