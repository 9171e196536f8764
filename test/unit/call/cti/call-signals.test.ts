import assert from "node:assert/strict";
import type { CtiSnapshot } from "../../../../src/signals/index.ts";
import { phoneLeg, trunkLeg, trunkPlace } from "../../../support/call-story.ts";
import { MANAGER, partiesText, SignalStory, signalsTo, SignalWords } from "../../../support/signal-story.ts";
import { hangsUp, refer, talk } from "../../../support/story-calls.ts";
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
});
