import assert from "node:assert/strict";
import { ManagedProcess } from "../../support/managed-process.ts";

describe("ManagedProcess", () => {
  it("given a process that ends, when output of it is waited for with much patience, then that is told at once, with how it ended", async () => {
    const child = new ManagedProcess({ command: process.execPath, args: ["-e", "console.log('no'); process.exit(3)"] });
    const beganMs = performance.now();
    await assert.rejects(child.outputMatching(/^ready\b/m, 60_000), /ended \(code 3\) before it wrote .*\n?.*no/s);
    assert.ok(performance.now() - beganMs < 30_000);
  });
});
