import assert from "node:assert/strict";
import { EndedCalls } from "../../../../src/cti/call/ended-calls.ts";
import type { CallView } from "../../../../src/signals/index.ts";
import { offeredCall } from "../../../support/cti-samples.ts";
import { ManualClock } from "../../../support/manual-clock.ts";

describe("calls that have ended, at CTIManager", () => {
  const keys = new Set(["call:c1", "line:1001@internal", "device:phone-1001"]);
  const view = (callId: string): CallView => offeredCall(callId, "1001", "1002", { state: "invalid", connections: [] });
  let clock: ManualClock;
  let forgotten: string[];
  let ended: EndedCalls;

  beforeEach(() => {
    clock = new ManualClock();
    forgotten = [];
    ended = new EndedCalls(clock, (callId) => forgotten.push(callId));
  });

  it("given one, when it is asked for, then it is as it was, with all that has been in it", () => {
    ended.add({ view: view("c1"), keys });
    ended.add({ view: view("c2"), keys: new Set() });
    assert.deepEqual(ended.get("c1"), { view: view("c1"), keys });
    assert.deepEqual(ended.get("c2"), { view: view("c2"), keys: new Set() });
    assert.deepEqual([ended.recalled("c1"), ended.get("c3")], [undefined, undefined]);
  });

  it("given one that another process has seen end, when call control says how it was, then it is as any other, no longer", () => {
    ended.recall("c1", keys);
    assert.deepEqual([ended.get("c1"), ended.recalled("c1"), ended.size], [undefined, keys, 1]);
    clock.advance(599_999);
    ended.add({ view: view("c1"), keys });
    ended.recall("c1", new Set());
    assert.deepEqual([ended.get("c1")?.keys, ended.recalled("c1")], [keys, undefined]);
    clock.advance(1);
    ended.expire();
    assert.deepEqual([ended.size, forgotten], [0, ["c1"]]);
  });

  it("given more than are kept, when looked for what is too much, then the oldest are gone, down to 100,000", () => {
    const known = { view: view("c"), keys };
    for (let index = 0; index < 100_003; index += 1)
      ended.add({ ...known, view: { ...known.view, callId: `c${index}` } });
    ended.expire();
    assert.deepEqual([ended.size, forgotten], [100_000, ["c0", "c1", "c2"]]);
    assert.equal(ended.get("c3")?.view.callId, "c3");
  });
});
