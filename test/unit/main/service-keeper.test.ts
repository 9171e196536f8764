import assert from "node:assert/strict";
import { silentLogger } from "../../../src/common/index.ts";
import { ServiceKeeper } from "../../../src/main/supervisor/service-keeper.ts";
import { ManualClock } from "../../support/manual-clock.ts";

describe("ServiceKeeper", () => {
  it("given a process that cannot even be begun, when started, then it is tried again after the usual delays", async () => {
    const clock = new ManualClock();
    const exits: string[] = [];
    let attempts = 0;
    const keeper = new ServiceKeeper({
      name: "edge",
      socketPath: "/nonexistent/edge.sock",
      clock,
      logger: silentLogger,
      spawn: () => {
        attempts += 1;
        throw new Error("no descriptor left");
      },
      onChange: (exit) => void (exit === undefined || exits.push(exit.reason)),
    });
    keeper.start();
    assert.deepEqual([attempts, keeper.summary.state, exits], [1, "starting", []]);
    await nextTurn();
    assert.deepEqual([attempts, keeper.summary.state], [2, "starting"]);
    await nextTurn();
    assert.deepEqual([attempts, keeper.summary.state], [2, "waiting"]);
    clock.advance(250);
    assert.equal(attempts, 3);
    await nextTurn();
    assert.deepEqual(exits, Array(3).fill("could not be started: no descriptor left"));
    keeper.close();
  });
});

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
