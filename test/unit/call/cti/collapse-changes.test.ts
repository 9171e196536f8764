import assert from "node:assert/strict";
import { changesByCall, collapseChanges } from "../../../../src/call/cti/collapse-changes.ts";
import type { Change } from "../../../../src/call/model/index.ts";

const WHY = { cause: 16, feature: "transfer", by: "party" } as const;
const address = { number: "A" };
const moved: Change = { type: "moved", callId: "c1", from: "c2", connectionId: "c2/1", address, why: WHY };
const feature: Change = {
  type: "feature",
  feature: "transfer",
  moment: "start",
  surviving: "c1",
  controller: "a-phone",
  isDone: false,
};
const ended: Change = { type: "call", callId: "c2", state: "invalid", why: WHY };

describe("changesByCall", () => {
  it("given a transfer, when its changes are told by call, then what it does is of the call that survives", () => {
    const calls = changesByCall([feature, moved, ended]);
    assert.deepEqual(
      [...calls],
      [
        ["c1", [feature, moved]],
        ["c2", [ended]],
      ],
    );
  });

  it("given a call that only loses a party, when that is told, then its own signal says so, too", () => {
    assert.deepEqual([...changesByCall([moved]).keys()], ["c1", "c2"]);
  });
});

describe("collapseChanges", () => {
  it("given a party without a state, when it is told, then it is idle", () => {
    const created: Change = {
      type: "connection",
      callId: "c1",
      connectionId: "c1/1",
      change: "created",
      address,
      why: WHY,
    };
    assert.deepEqual(
      collapseChanges([created], ({ number }) => ({ number })),
      [{ type: "connection", connectionId: "c1/1", state: "idle", why: WHY, party: { number: "A" } }],
    );
  });
});
