import assert from "node:assert/strict";
import { EndedCalls } from "../../../../src/call/cti/ended-calls.ts";
import type { CallView } from "../../../../src/signals/index.ts";
import { ManualClock } from "../../../support/manual-clock.ts";

describe("EndedCalls", () => {
  const clock = new ManualClock();
  const call = (callId: string, more: Partial<CallView> = {}): CallView => ({
    callId,
    ver: 7,
    state: "invalid",
    calling: { number: "1001", line: "1001@internal", name: "Zoë 😀" },
    called: { number: "1002" },
    connections: [],
    mergedFrom: ["c0"],
    sinceMs: clock.wallMs(),
    endedMs: clock.wallMs(),
    why: { cause: 16, sip: { status: 200, reason: "OK" }, feature: "normal", by: "party" },
    userData: { ticket: "4711\n\u2028" },
    ...more,
  });

  it("given a call that has ended, when it is asked for within ten minutes, then it is as it was, and gone after", () => {
    const ended = new EndedCalls(clock);
    const known = call("c1");
    ended.add(known);
    clock.advance(599_999);
    assert.deepEqual(ended.get("c1"), known);
    assert.equal(ended.get("c2"), undefined);
    clock.advance(1);
    assert.equal(ended.get("c1"), undefined);
    ended.close();
  });

  it("given more calls than are kept, when they have ended, then the last ones are known, and at most 100,000", () => {
    const ended = new EndedCalls(clock);
    const one = call("");
    for (let index = 0; index < 150_001; index += 1) ended.add({ ...one, callId: `c${index}` });
    assert.ok(ended.size <= 100_000, String(ended.size));
    assert.equal(ended.get("c150000")?.callId, "c150000");
    assert.equal(ended.get("c100001")?.callId, "c100001");
    assert.equal(ended.get("c0"), undefined);
    ended.close();
  });

  it("given calls that have ended, when none ends any more, then they are forgotten all the same", () => {
    const ended = new EndedCalls(clock);
    ended.add(call("c1"));
    assert.equal(ended.size, 1);
    clock.advance(1_200_000);
    assert.equal(ended.size, 0);
    ended.close();
    assert.equal(clock.activeTimers, 0);
  });
});
