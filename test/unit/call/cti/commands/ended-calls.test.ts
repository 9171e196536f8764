import assert from "node:assert/strict";
import { EndedCalls } from "../../../../../src/call/cti/commands/ended-calls.ts";
import type { Why } from "../../../../../src/signals/index.ts";
import { ManualClock } from "../../../../support/manual-clock.ts";

describe("how calls have ended, for commands", () => {
  const clock = new ManualClock();
  const ending = (callId: string, why: Partial<Why>, mergedInto?: string) =>
    ({
      type: "call",
      callId,
      state: "invalid",
      why: { cause: 16, feature: "normal", by: "party", ...why },
      ...(mergedInto === undefined ? {} : { mergedInto }),
    }) as const;

  it("given calls that have ended in several ways, when asked, then each is told as it was, and those alike share it", () => {
    const ended = new EndedCalls(clock);
    ended.note(ending("c1", {}));
    ended.note(ending("c2", { cause: 17, sip: { status: 486, reason: "Busy Here" } }));
    ended.note(ending("c3", { cause: 17, sip: { status: 486, reason: "Busy Here" } }));
    ended.note(ending("c4", { cause: 17, sip: { status: 486 } }, "c1"));
    assert.deepEqual(ended.get("c1"), { why: { cause: 16 } });
    assert.deepEqual(ended.get("c2"), { why: { cause: 17, sip: { status: 486, reason: "Busy Here" } } });
    assert.equal(ended.get("c3"), ended.get("c2"));
    assert.deepEqual(ended.get("c4"), { why: { cause: 17, sip: { status: 486 } }, mergedInto: "c1" });
    assert.equal(ended.get("c5"), undefined);
    ended.close();
  });

  it("given peers with a phrase of their own for each call, when calls end, then each is told its own", () => {
    const ended = new EndedCalls(clock);
    for (let index = 0; index < 2_000; index += 1)
      ended.note(ending(`c${index}`, { sip: { status: 500, reason: `${index}` } }));
    for (const index of [0, 999, 1_000, 1_999]) {
      assert.deepEqual(ended.get(`c${index}`), { why: { cause: 16, sip: { status: 500, reason: `${index}` } } });
    }
    ended.close();
  });

  it("given more calls than are kept, and then none, when time passes, then there are 100,000 at most, and none", () => {
    const ended = new EndedCalls(clock);
    for (let index = 0; index < 150_001; index += 1) ended.note(ending(`c${index}`, {}));
    assert.ok(ended.size <= 100_000, String(ended.size));
    assert.notEqual(ended.get("c150000"), undefined);
    clock.advance(1_200_000);
    assert.equal(ended.size, 0);
    ended.close();
  });
});
