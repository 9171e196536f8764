import assert from "node:assert/strict";
import type { CallCommand, CommandResult, ModelEvent, Why } from "../../../../../src/call/model/index.ts";
import { CallStory, phoneLeg, placeOf } from "../../../../support/call-story.ts";
import { effectsOf, endOf, failed, hangsUp, originated, ring, rung, talk } from "../../../../support/story-calls.ts";

type Redirecting = Partial<Extract<CallCommand, { type: "redirect" }>>;

const BUSY: Why = { cause: 17, sip: { status: 486 }, feature: "redirect", by: "party" };
const CANCELLED: Why = { cause: 16, sip: { status: 487 }, feature: "normal", by: "party" };

const redirect = (more: Redirecting = {}, commandId = "r1"): ModelEvent => ({
  type: "command",
  commandId,
  command: { type: "redirect", device: "b-phone", to: "C", ...more },
});
const refused = (sessionId: string, why = BUSY): ModelEvent => ({ type: "reroute-refused", sessionId, why });

describe("a call that is redirected", () => {
  let story: CallStory;
  beforeEach(() => {
    story = new CallStory();
  });

  const resultOf = (commandId = "r1"): string | undefined => {
    const found = story.effects.filter((effect) => effect.type === "result" && effect.commandId === commandId);
    assert.ok(found.length <= 1, "it is told once");
    const [effect] = found;
    const result: CommandResult | undefined = effect?.type === "result" ? effect.result : undefined;
    return result === undefined || !result.ok ? result?.failure : "ok";
  };

  const released = (): string[] =>
    story.effects.flatMap((effect) => (effect.type === "release" ? [effect.sessionId] : []));

  describe("while it is offered or rings", () => {
    it("given a call that is offered, and has not rung, when it is redirected, then it goes elsewhere as asked, and is done when it rings there", () => {
      story.tell(
        { type: "offered", sessionId: "c1", leg: phoneLeg("A"), called: "B" },
        { type: "offering", sessionId: "c1", places: [placeOf("B")] },
      );
      const wanted = { searchSpace: "calling", originalCalled: "reset", callingNumber: "4711" } as const;
      const [reroute] = effectsOf(story, "reroute", redirect(wanted));
      assert.deepEqual(reroute?.redirection, {
        by: "b-phone",
        number: "B",
        to: "C",
        as: "a-phone",
        originalCalled: "reset",
        callingNumber: "4711",
        isKept: true,
      });
      assert.equal(resultOf(), undefined);
      assert.match(story.tell(...rung("c1", "C")), /^B disconnected\n/);
      assert.equal(resultOf(), "ok");
      assert.equal(story.world.redirects.size, 0);
    });

    it("given a call that rings, when the new destination answers at once, then it is done, and the changes are of redirection", () => {
      ring(story, "c1", ["A", "B"]);
      story.tell(redirect());
      const changes = story.changesOf({ type: "offering", sessionId: "c1", places: [placeOf("C")] });
      assert.ok(changes.length > 0 && changes.every((change) => "why" in change && change.why.feature === "redirect"));
      story.tell({ type: "answered", sessionId: "c1", leg: phoneLeg("C") });
      assert.deepEqual([resultOf(), story.world.redirects.size], ["ok", 0]);
      assert.equal(story.world.sessions.get("c1")?.callee, "leg-C");
    });

    it("given normal mode, when the new destination cannot be had, then it is told, nothing is released, and it may be redirected again", () => {
      ring(story, "c1", ["A", "B"]);
      story.tell(redirect(), refused("c1"));
      assert.deepEqual([resultOf(), released()], ["destination-busy", []]);
      story.tell({ type: "offering", sessionId: "c1", places: [placeOf("B")] });
      assert.equal(effectsOf(story, "reroute", redirect({}, "r2")).length, 1);
    });

    it("given drop mode, when the new destination cannot be had, then it is told, and the call is released with that cause", () => {
      ring(story, "c1", ["A", "B"]);
      const [reroute] = effectsOf(story, "reroute", redirect({ failureMode: "drop" }));
      assert.equal(reroute?.redirection.isKept, false);
      const [release] = effectsOf(story, "release", refused("c1"));
      assert.deepEqual([release?.sessionId, release?.why.cause, release?.why.feature], ["c1", 17, "redirect"]);
      assert.equal(resultOf(), "destination-busy");
    });

    it("given a redirection that has not rung yet, when its device asks for another, then that is pending until it rings", () => {
      ring(story, "c1", ["A", "B"]);
      story.tell(redirect(), redirect({}, "r2"));
      story.tell({ type: "offering", sessionId: "c1", places: [placeOf("C")] });
      story.tell(redirect({}, "r3"));
      assert.deepEqual([resultOf("r2"), resultOf("r3")], ["redirect-pending", "redirect-pending"]);
      story.tell({ type: "ringing", sessionId: "c1" });
      assert.equal(resultOf(), "ok");
      assert.equal(effectsOf(story, "reroute", redirect({ device: "c-phone", to: "D" }, "r4")).length, 1);
    });

    it("given a redirection that has not rung yet, when the device that is offered the call sends it on, then the first is done, and the second goes its way", () => {
      ring(story, "c1", ["A", "B"]);
      story.tell(redirect(), { type: "offering", sessionId: "c1", places: [placeOf("C")] });
      const [reroute] = effectsOf(story, "reroute", redirect({ device: "c-phone", to: "D" }, "r2"));
      assert.deepEqual([reroute?.redirection.by, reroute?.redirection.to], ["c-phone", "D"]);
      assert.deepEqual([resultOf(), resultOf("r2")], ["ok", undefined]);
      story.tell(...rung("c1", "D"));
      assert.equal(resultOf("r2"), "ok");
      assert.equal(story.world.redirects.size, 0);
    });

    it("given the caller has hung up meanwhile, or the call fails, when it ends, then it is told which", () => {
      ring(story, "c1", ["A", "B"]);
      ring(story, "c2", ["D", "B"]);
      story.tell(redirect({ callId: "c1" }), redirect({ callId: "c2" }, "r2"));
      story.tell(endOf("c1", CANCELLED), failed("c2", 404, 1));
      assert.deepEqual([resultOf(), resultOf("r2")], ["party-gone", "destination-unknown"]);
      assert.deepEqual([story.world.redirects.size, story.world.calls.size], [0, 0]);
    });

    it("given the phone has answered before, when the redirection comes to it, then the call is sent elsewhere as an established one", () => {
      ring(story, "c1", ["A", "B"]);
      story.tell({ type: "answered", sessionId: "c1", leg: phoneLeg("B") });
      assert.deepEqual(effectsOf(story, "reroute", redirect()), []);
      assert.equal(originated(story).to, "C");
    });
  });

  describe("once it is established", () => {
    beforeEach(() => talk(story, "c1", ["A", "B"]));

    for (const hasRung of [true, false]) {
      it(`given an established call that is redirected, and ${hasRung ? "rings" : "is offered"} there, when it is sent on and then to a third, then each redirection is done in turn, and who answers has the call`, () => {
        story.tell(redirect());
        const { sessionId } = originated(story);
        const at = (name: string): ModelEvent => ({ type: "offering", sessionId, places: [placeOf(name)] });
        const ringing: ModelEvent = { type: "ringing", sessionId };
        story.tell(at("C"), ...(hasRung ? [ringing] : []));
        const [on] = effectsOf(story, "reroute", redirect({ device: "c-phone", to: "D" }, "r2"));
        assert.deepEqual([on?.sessionId, on?.redirection.to, resultOf()], [sessionId, "D", "ok"]);
        story.tell(at("D"));
        const [further] = effectsOf(story, "reroute", redirect({ device: "d-phone", to: "E" }, "r3"));
        assert.deepEqual([further?.redirection.to, resultOf("r2")], ["E", "ok"]);
        story.tell(at("E"), ringing);
        assert.equal(resultOf("r3"), "ok");
        const joined = effectsOf(story, "join", { type: "answered", sessionId, leg: phoneLeg("E") });
        assert.deepEqual(
          joined.map(({ caller, callee }) => [caller, callee].sort()),
          [["leg-A", "leg-E"]],
        );
        assert.equal(story.world.redirects.size, 0);
      });
    }

    it("given an established call that is redirected and sent on from there, when it ends before it rings, then the other party is released, and nothing is left", () => {
      story.tell(redirect());
      const { sessionId } = originated(story);
      story.tell({ type: "offering", sessionId, places: [placeOf("C")] });
      story.tell(redirect({ device: "c-phone", to: "D" }, "r2"), endOf(sessionId, BUSY));
      assert.equal(resultOf("r2"), "destination-busy");
      assert.ok(released().length > 0);
      assert.equal(story.world.redirects.size, 0);
    });

    it("given a redirection that goes on, when the application of the device is lost and the destination cannot be had, then the other party is released", () => {
      story.tell(redirect());
      const { sessionId } = originated(story);
      story.tell({ type: "owner-lost", legId: "leg-B", to: "V" });
      const released = effectsOf(story, "release", endOf(sessionId));
      assert.deepEqual(
        released.map((effect) => effect.sessionId),
        ["c1"],
      );
    });

    it("given two who talk, when one is redirected, then it hears it ring once that does, the other is out, and both are connected when it is answered", () => {
      story.tell(redirect({ searchSpace: "calling", callingNumber: "4711", originalCalled: "reset" }));
      const { sessionId, from, by, callingNumber, diverted } = originated(story);
      assert.deepEqual(diverted, { by: "b-phone", number: "B", feature: "redirect", originalCalled: "reset" });
      assert.deepEqual([from, by, callingNumber], [{ legId: "leg-A" }, "a-phone", "4711"]);
      const [attached] = effectsOf(story, "attach", ...rung(sessionId, "C"));
      assert.deepEqual([attached?.legId, attached?.endpoint, resultOf()], ["leg-A", "ringback", "ok"]);
      assert.match(story.tell(endOf("c1")), /B disconnected/);
      const [joined] = effectsOf(story, "join", { type: "answered", sessionId, leg: phoneLeg("C") });
      assert.deepEqual([joined?.caller, joined?.callee], ["leg-A", "leg-C"]);
      assert.equal(story.world.redirects.size, 0);
    });

    it("given a number of a service, when the call is redirected there, then the party is connected with it, and the other is out", () => {
      story.tell(redirect({ to: "9196" }));
      const { sessionId } = originated(story);
      const [attached] = effectsOf(story, "attach", { type: "answered", sessionId, endpoint: "echo" });
      assert.deepEqual([attached?.legId, attached?.endpoint, resultOf()], ["leg-A", "echo", "ok"]);
      story.tell(endOf("c1"));
      assert.deepEqual([...story.world.legs.keys()], ["leg-A"]);
      assert.deepEqual(
        [...story.world.sessions.values()].map(({ endpoint }) => endpoint),
        ["echo"],
      );
      story.tell(...hangsUp(story, "leg-A"));
      assert.deepEqual([story.world.calls.size, story.world.redirects.size], [0, 0]);
    });

    for (const failureMode of ["normal", "drop"] as const) {
      it(`given ${failureMode} mode, when the new destination is busy, then it is told, and the call ${failureMode === "drop" ? "is released" : "goes on"}`, () => {
        story.tell(redirect({ failureMode }));
        story.tell(failed(originated(story).sessionId, 486, 17));
        assert.equal(resultOf(), "destination-busy");
        assert.deepEqual(released(), failureMode === "drop" ? ["c1"] : []);
        assert.equal(story.world.redirects.size, 0);
      });
    }

    it("given a redirection, when another feature is asked for by either phone, then that is pending", () => {
      story.tell(redirect(), redirect({}, "r2"), redirect({ device: "a-phone" }, "r3"));
      const transfer = { type: "transfer", device: "b-phone", to: "D" } as const;
      story.tell({ type: "command", commandId: "t1", command: transfer });
      assert.deepEqual([resultOf("r2"), resultOf("r3"), resultOf("t1")], ["redirect-pending", "pending", "pending"]);
    });

    it("given the party hangs up before it rings, when that is told, then what rings is released, and who asked is told", () => {
      story.tell(redirect());
      const { sessionId } = originated(story);
      story.tell(...hangsUp(story, "leg-A"));
      assert.deepEqual([resultOf(), released().includes(sessionId)], ["party-gone", true]);
      story.tell(endOf(sessionId));
      assert.deepEqual([story.world.calls.size, story.world.redirects.size], [0, 0]);
    });

    it("given who redirects hangs up before it rings, when it fails then, then the party is released; when it is answered, it is connected", () => {
      story.tell(redirect());
      const { sessionId } = originated(story);
      const [waiting] = effectsOf(story, "attach", ...hangsUp(story, "leg-B"));
      assert.deepEqual([waiting?.legId, waiting?.endpoint], ["leg-A", "ringback"]);
      story.tell(failed(sessionId, 486, 17));
      assert.equal(resultOf(), "destination-busy");
      assert.deepEqual(released(), [waiting?.sessionId]);
    });

    it("given it rang, when nobody answers, then the party, who is alone, is released with the cause", () => {
      story.tell(redirect());
      const { sessionId } = originated(story);
      const [waiting] = effectsOf(story, "attach", ...rung(sessionId, "C"));
      const [release] = effectsOf(story, "release", failed(sessionId, 408, 19));
      assert.deepEqual([release?.sessionId, release?.why.cause], [waiting?.sessionId, 19]);
    });

    it("given it was answered in the moment in which the party left, when both are told, then who answered is released", () => {
      story.tell(redirect());
      const { sessionId } = originated(story);
      story.tell({ type: "leaving", legId: "leg-A", why: CANCELLED });
      story.tell({ type: "answered", sessionId, leg: phoneLeg("C") }, endOf("c1"));
      assert.ok(released().includes(sessionId));
      story.tell(endOf(sessionId));
      assert.deepEqual([resultOf(), story.world.calls.size, story.world.legs.size], ["party-gone", 0, 0]);
    });
  });

  it("given a device without a call, or a call that there is none of, when it is to be redirected, then it is told so", () => {
    story.tell(redirect(), redirect({ callId: "c9" }, "r2"));
    assert.deepEqual([resultOf(), resultOf("r2")], ["wrong-state", "call-not-found"]);
  });
});
