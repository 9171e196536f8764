import assert from "node:assert/strict";
import { join } from "node:path";
import { ManagedProcess } from "../support/managed-process.ts";

const IN_NAMESPACE = 'ip link set lo up && ip address add 192.0.2.66/32 dev lo && exec "$0" --import tsx "$1"';

describe("a source that is not on loopback", function () {
  this.timeout(90_000);

  it("given one that tries passwords, when it goes on, then it is banned until it is let in again; a registered phone is not", async () => {
    const script = join(import.meta.dirname, "banned-source.ts");
    const args = ["-rn", "sh", "-c", IN_NAMESPACE, process.execPath, script];
    const run = new ManagedProcess({ command: "unshare", args });
    try {
      const { code } = await run.exited(80_000);
      assert.equal(code, 0, run.output);
      assert.match(run.output, /^all is well$/m);
    } finally {
      await run.kill();
    }
  });
});
