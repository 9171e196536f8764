import assert from "node:assert/strict";
import { StopSignals } from "../../../src/main/launch/stop-signals.ts";

describe("StopSignals", () => {
  it("given signals before there is something to stop, when it is named, then they count, and are said at once", () => {
    const done: string[] = [];
    const signals = new StopSignals({ out: () => undefined, err: (text) => void done.push(text) });
    const target = { stop: () => void done.push("stop"), kill: () => void done.push("kill") };
    try {
      process.emit("SIGHUP");
      assert.deepEqual(done, ["stopping; press Ctrl-C again to end everything at once"]);
      signals.bind(target);
      assert.deepEqual(done.slice(1), ["stop"]);
      process.emit("SIGHUP");
      process.emit("SIGHUP");
      assert.deepEqual(done.slice(1), ["stop", "kill"]);
    } finally {
      signals.close();
      signals.close();
    }
    assert.equal(process.listenerCount("SIGHUP"), 0);
  });
});
