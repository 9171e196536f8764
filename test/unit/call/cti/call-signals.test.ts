import assert from "node:assert/strict";
import type { RouteFacts } from "../../../../src/call/cti/call-parties.ts";
import { NO_SETTINGS } from "../../../../src/call/model/index.ts";
import type { CtiSnapshot } from "../../../../src/signals/index.ts";
import { phoneLeg, placeOf, trunkLeg, trunkPlace } from "../../../support/call-story.ts";
import { MANAGER, NO_FACTS, partiesText, SignalStory, signalsTo, SignalWords } from "../../../support/signal-story.ts";
import { endOf, hangsUp, originated, refer, ring, rung, talk } from "../../../support/story-calls.ts";
import type { CtiReader } from "../../../support/cti-reader.ts";

/** Lines of a table, without its margin. */
function table(text: string): string {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .join("\n");
}

describe("signals of calls", () => {
  let story: SignalStory;
  let reader: CtiReader;
  let words: SignalWords;
  beforeEach(() => {
    story = new SignalStory();
    reader = story.observe();
    words = new SignalWords();
  });

  const told = async (): Promise<string> => words.of(await signalsTo(reader));
  const snapshot = (): CtiSnapshot => story.feed.snapshot(MANAGER);
  /** Who calls whom in a call that goes on. */
  const parties = (callId: string): string => {
    const call = snapshot().calls.find((one) => one.callId === callId);
    return call === undefined ? "gone" : partiesText(call);
  };

  it("given a plain call A to B, when it is made, answered and released, then there is a signal for each step, in the order of JTAPI", async () => {
    talk(story.calls, "c1", ["A", "B"]);
    story.calls.tell(...hangsUp(story.calls, "leg-A"));
    assert.equal(
      await told(),
      table(`
        c1.1: call active, A new initiated, a-phone talking, A dialing
        c1.2: A established, B new offered, parties A>B now A>B
        c1.3: B alerting, b-phone ringing
        c1.4: B established, b-phone talking
        c1.5: a-phone dropped, A disconnected, b-phone dropped, B disconnected, call invalid
      `),
    );
  });

  it("given steps of one turn, when they are sent, then they are one event, written before", async () => {
    talk(story.calls, "c1", ["A", "B"]);
    assert.equal(story.flushes, 0);
    await signalsTo(reader);
    assert.deepEqual([reader.events, story.flushes], [[4], 1]);
  });

  it("given a call by a trunk, when it rings there, then the network is reached and no device rings", async () => {
    story.calls.tell(
      { type: "offered", sessionId: "c1", leg: phoneLeg("A"), called: "555" },
      { type: "offering", sessionId: "c1", places: [trunkPlace("555")] },
      { type: "ringing", sessionId: "c1" },
      { type: "answered", sessionId: "c1", leg: trunkLeg("555") },
    );
    assert.equal(
      await told(),
      table(`
        c1.1: call active, A new initiated, a-phone talking, A dialing
        c1.2: A established, 555 new network-reached, parties A>555 now A>555
        c1.3: 555 network-alerting
        c1.4: 555 established, trunk talking
      `),
    );
  });

  it("given no CTIManager that observes calls, when calls are made, then nothing is put on file and nothing is told", async () => {
    const quiet = new SignalStory();
    talk(quiet.calls, "c1", ["A", "B"]);
    assert.deepEqual([quiet.store.puts, quiet.feed.viewOf("c1")], [0, undefined]);
    const one = quiet.observe();
    assert.deepEqual(await signalsTo(one), []);
    assert.deepEqual(
      quiet.feed.snapshot(MANAGER).calls.map(({ callId, ver, connections }) => [callId, ver, connections.length]),
      [["c1", 1, 2]],
    );
  });

  it("given a consultation call, when B transfers A to C, then the surviving call says who moved, and who is left is on both sides", async () => {
    talk(story.calls, "c1", ["A", "B"]);
    talk(story.calls, "c2", ["B", "C"], { callerLeg: "leg-B2" });
    await told();
    story.calls.tell(refer("leg-B", "C", { replaces: "leg-C" }));
    assert.equal(
      await told(),
      table(`
        c1.5: transfer start, C moved from c2, b-phone dropped, B disconnected, transfer end, parties A>B now A>C by B
        c2.5: b-phone dropped, B disconnected, call invalid in c1
      `),
    );
    assert.deepEqual(
      snapshot().calls.map(({ callId, mergedFrom }) => [callId, mergedFrom]),
      [["c1", ["c2"]]],
    );
    assert.equal(story.feed.finalViewOf("c2")?.mergedInto, "c1");
  });

  it("given a party that comes from another call, when that is told, then it says how the party is there now", async () => {
    talk(story.calls, "c1", ["A", "B"]);
    talk(story.calls, "c2", ["B", "C"], { callerLeg: "leg-B2" });
    await told();
    story.calls.tell(refer("leg-B", "C", { replaces: "leg-C" }));
    const signals = await signalsTo(reader);
    const moved = signals.flatMap(({ signal }) =>
      signal.kind === "call" ? signal.changes.filter((change) => change.type === "moved") : [],
    );
    assert.deepEqual(
      moved.map(({ from, state, terminals }) => [from, state, terminals]),
      [["c2", "established", [{ device: "c-phone", state: "talking" }]]],
    );
  });

  it("given a call, when its caller transfers it to a number, then who is transferred is on both sides in turn, and who did it is told", async () => {
    talk(story.calls, "c1", ["A", "B"]);
    await told();
    story.calls.tell(refer("leg-A", "C"));
    assert.equal(parties("c1"), "A>B now A>B");
    story.calls.tell(...rung(originated(story.calls).sessionId, "C"));
    assert.equal(parties("c1"), "A>B now A>B");
    story.calls.tell({ type: "answered", sessionId: originated(story.calls).sessionId, leg: phoneLeg("C") });
    assert.equal(parties("c1"), "A>B now B>C by A");
    await told();
    story.calls.tell(...hangsUp(story.calls, "leg-B"));
    assert.equal(parties("c1"), "gone");
  });

  it("given a call that rings, when it goes to another line, then that is the called side, and the first one is out", async () => {
    ring(story.calls, "c1", ["A", "B"]);
    await told();
    story.calls.tell({ type: "offering", sessionId: "c1", places: [placeOf("C")], feature: "forward-no-answer" });
    assert.equal(await told(), "c1.4: b-phone dropped, B disconnected, C new offered, parties A>B now A>C");
  });

  it("given a call that rings at several lines, when one answers, then there is a called side", async () => {
    story.calls.tell(
      { type: "offered", sessionId: "c1", leg: phoneLeg("A"), called: "9" },
      { type: "offering", sessionId: "c1", places: [placeOf("B"), placeOf("C")] },
      { type: "ringing", sessionId: "c1" },
    );
    assert.equal(parties("c1"), "A>9 now A>-");
    story.calls.tell({ type: "answered", sessionId: "c1", leg: phoneLeg("C") });
    assert.equal(parties("c1"), "A>9 now A>C");
  });

  it("given a call that rings, when another device picks it up, then that is the called side, and the call that it dialed for that is over", async () => {
    const group = { pickupMembers: () => ["B@internal", "C@internal"], pickupGroupOf: () => "desk" };
    story = new SignalStory({ settings: { ...NO_SETTINGS, ...group } });
    reader = story.observe();
    ring(story.calls, "c1", ["A", "B"]);
    const picks = phoneLeg("C", { legId: "pick-C" });
    story.calls.tell(
      {
        type: "dialed",
        sessionId: "c3",
        leg: picks,
        called: "*80",
        feature: { kind: "code", code: "group-pickup", argument: "" },
      },
      { type: "answered", sessionId: "c3", endpoint: "silence" },
      { type: "acknowledged", sessionId: "c3" },
      endOf("c3"),
      { type: "answered", sessionId: "c1", leg: picks },
    );
    assert.equal(parties("c1"), "A>B now A>C");
    assert.equal(parties("c3"), "gone");
    assert.match(await told(), /c1\.4: C moved from c3.*\nc3\.\d: .*call invalid in c1/s);
  });

  it("given a parked call, when a phone dials its slot, then that is told to have come to the call before its own call is over", async () => {
    const range = "70X@internal";
    story = new SignalStory({
      settings: {
        ...NO_SETTINGS,
        parkRange: () => ({ numbers: ["701"], reminderSeconds: 60, periodicSeconds: 30, giveUpSeconds: 300 }),
        parkRangesFor: () => [range],
      },
    });
    reader = story.observe();
    talk(story.calls, "c1", ["A", "B"]);
    story.calls.tell({ type: "command", commandId: "park", command: { type: "park", device: "b-phone" } }, endOf("c1"));
    await told();
    story.calls.tell(
      {
        type: "dialed",
        sessionId: "c2",
        leg: phoneLeg("C"),
        called: "701",
        feature: { kind: "park-slot", range, slot: "701" },
      },
      { type: "answered", sessionId: "c2", endpoint: "silence" },
      { type: "acknowledged", sessionId: "c2" },
      endOf("c2"),
    );
    assert.equal(
      await told(),
      table(`
        c2.1: call active, C new initiated, c-phone talking, C dialing
        c2.2: C established
        c1.6: C moved from c2, parties A>B now A>C by B
        c2.3: C moved from c2, parties C>701 now ->-
        c2.4: call invalid in c1
      `),
    );
  });

  it("given a conference, when it is formed, then its call has no sides, and each party is in it once", async () => {
    talk(story.calls, "c1", ["A", "B"]);
    talk(story.calls, "c2", ["A", "C"], { callerLeg: "leg-A2" });
    await told();
    story.calls.tell({ type: "command", commandId: "x", command: { type: "conference", device: "a-phone" } });
    for (const { sessionId, endpoint } of [...story.calls.world.sessions.values()]) {
      if (endpoint?.startsWith("conference:") === true) story.calls.tell({ type: "settled", sessionId });
    }
    assert.equal(parties("c1"), "A>B now ->-");
    const [call] = snapshot().calls;
    assert.deepEqual(call?.connections.map(({ party }) => party.number).sort(), ["A", "B", "C"]);
    assert.match(await told(), /conference start, .*C moved from c2.*conference end/s);
  });

  it("given names in UTF-8, and a number that is not to be shown, when the call is told, then they are Unicode, and say so", () => {
    const name = Buffer.from("Zoë", "utf8").toString("latin1");
    const leg = { ...phoneLeg("A"), address: { number: "+4930", name, isNumberHidden: true } as const };
    const shown = new SignalStory({
      facts: {
        ...NO_FACTS,
        book: { e164Of: (number) => (number.startsWith("+") ? number : undefined), localeOf: () => undefined },
      },
    });
    shown.observe();
    shown.calls.tell({ type: "offered", sessionId: "c1", leg, called: "B" });
    assert.deepEqual(shown.feed.viewOf("c1")?.calling, {
      number: "+4930",
      name: "Zoë",
      isNumberHidden: true,
      e164: "+4930",
    });
  });

  it("given user data, when it is set, then a signal tells it, and each view after that has it", async () => {
    talk(story.calls, "c1", ["A", "B"]);
    await told();
    story.feed.setUserData("c1", { ticket: "4711" });
    story.feed.setUserData("no-call", { ticket: "1" });
    assert.equal(await told(), 'c1.5: data {"ticket":"4711"}');
    story.calls.tell({ type: "held", legId: "leg-A", isHolding: true });
    assert.deepEqual(snapshot().calls[0]?.userData, { ticket: "4711" });
    story.feed.setUserData("c1", {});
    assert.equal(await told(), "c1.6: a-phone held\nc1.7: data {}");
    assert.equal(snapshot().calls[0]?.userData, undefined);
  });

  it("given a call that a session has sent elsewhere, when user data is set, then who did that is told with it", async () => {
    let route: RouteFacts = {};
    story = new SignalStory({ facts: { ...NO_FACTS, routeOf: () => route } });
    reader = story.observe();
    talk(story.calls, "c1", ["A", "B"]);
    await told();
    route = { lastRedirecting: { number: "9001" } };
    story.feed.setUserData("c1", { ticket: "4711" });
    const changes = (await signalsTo(reader)).flatMap(({ signal }) => (signal.kind === "call" ? signal.changes : []));
    const redirecting = changes.map((change) => change.type === "parties" && change.lastRedirecting?.number);
    assert.deepEqual(redirecting, [false, "9001"]);
    story.feed.setUserData("c1", { ticket: "4712" });
    assert.equal(await told(), 'c1.6: data {"ticket":"4712"}');
  });

  it("given user data of a consultation call, when it becomes a part of the other call, then that has it too, its own where both have it", async () => {
    talk(story.calls, "c1", ["A", "B"]);
    talk(story.calls, "c2", ["B", "C"], { callerLeg: "leg-B2" });
    story.feed.setUserData("c1", { ticket: "1" });
    story.feed.setUserData("c2", { ticket: "2", customer: "3" });
    await told();
    story.calls.tell(refer("leg-B", "C", { replaces: "leg-C" }));
    const lines = (await told()).split("\n");
    assert.equal(lines.at(-1), 'c1.7: data {"ticket":"1","customer":"3"}');
    assert.deepEqual(snapshot().calls[0]?.userData, { ticket: "1", customer: "3" });
    assert.deepEqual(story.feed.finalViewOf("c2")?.userData, { ticket: "2", customer: "3" });
  });

  it("given user data of two calls that do not fit together, when one becomes a part of the other, then the other keeps its own", async () => {
    talk(story.calls, "c1", ["A", "B"]);
    talk(story.calls, "c2", ["B", "C"], { callerLeg: "leg-B2" });
    story.feed.setUserData("c1", { long: "x".repeat(4_000) });
    story.feed.setUserData("c2", { other: "y".repeat(4_000), short: "z" });
    story.calls.tell(refer("leg-B", "C", { replaces: "leg-C" }));
    assert.deepEqual(Object.keys(story.feed.userDataOf("c1") ?? {}), ["long", "short"]);
  });

  it("given a call that begins and ends in one step, when that is taken, then nothing is told of it", async () => {
    const why = { cause: 16, feature: "normal", by: "party" } as const;
    story.feed.step(
      { type: "freed" },
      (["active", "invalid"] as const).map((state) => ({
        type: "change",
        change: { type: "call", callId: "c9", state, why },
      })),
    );
    assert.equal(await told(), "");
  });
});
