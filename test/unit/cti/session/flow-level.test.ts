import assert from "node:assert/strict";
import { flowLevel, type FlowLevel } from "../../../../src/cti/session/flow-level.ts";

const LIMITS = { events: 100, bytes: 1_000 };

describe("flowLevel", () => {
  it("given a queue that fills and empties, when asked, then the level follows, and lagging lasts until a quarter", () => {
    const fills: readonly (readonly [number, FlowLevel])[] = [
      [0, "flowing"],
      [24, "flowing"],
      [25, "conflating"],
      [49, "conflating"],
      [50, "lagging"],
      [99, "lagging"],
      [30, "lagging"],
      [25, "lagging"],
      [24, "flowing"],
      [30, "conflating"],
      [100, "cut"],
    ];
    let level: FlowLevel = "flowing";
    for (const [events, expected] of fills) {
      level = flowLevel(level, { events, bytes: 0 }, LIMITS);
      assert.equal(level, expected, `${events} events`);
    }
  });

  it("given few events that are large, when asked, then their bytes count", () => {
    assert.equal(flowLevel("flowing", { events: 1, bytes: 500 }, LIMITS), "lagging");
    assert.equal(flowLevel("flowing", { events: 1, bytes: 1_000 }, LIMITS), "cut");
  });
});
