import assert from "node:assert/strict";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { SystemClock } from "../../../src/common/index.ts";
import { nodePaths } from "../../../src/config/index.ts";
import { readProcessInfo } from "../../../src/main/host/process-info.ts";
import { findRunningServices } from "../../../src/main/node/running-services.ts";
import { ManagedProcess } from "../../support/managed-process.ts";
import { TemporaryDirectory } from "../../support/temporary-directory.ts";

describe("findRunningServices", () => {
  let folder: TemporaryDirectory;
  const started: ManagedProcess[] = [];
  beforeEach(() => {
    folder = new TemporaryDirectory("running");
    mkdirSync(folder.join("data", "run"), { recursive: true });
  });
  afterEach(async () => {
    for (const each of started.splice(0)) await each.kill();
    folder.close();
  });

  /** A process whose pid file says that it is the edge of `dataDir`. */
  const claimed = (dataDir: string, ...words: string[]): number => {
    const script = "process.stdin.resume()";
    const { pid } = add(new ManagedProcess({ command: process.execPath, args: ["-e", script, "--", ...words] }));
    const record = { pid, startMark: readProcessInfo(pid)?.startMark };
    writeFileSync(nodePaths(dataDir).pidFile("edge"), JSON.stringify(record));
    return pid;
  };
  const add = (each: ManagedProcess): ManagedProcess => {
    started.push(each);
    return each;
  };

  it("given a pid file that names another program, when looked for, then it is none of ours", async () => {
    const dataDir = folder.join("data");
    claimed(dataDir);
    assert.deepEqual(await findRunningServices(nodePaths(dataDir), new SystemClock()), []);
    claimed(dataDir, "edge", "--node-file", nodePaths(folder.join("other")).nodeFile);
    assert.deepEqual(await findRunningServices(nodePaths(dataDir), new SystemClock()), []);
  });

  it("given a service of this node, when looked for by any name of its folder, then it is found", async () => {
    const dataDir = folder.join("data");
    writeFileSync(nodePaths(dataDir).nodeFile, "{}");
    symlinkSync(folder.path, folder.join("alias"));
    const pid = claimed(dataDir, "edge", "--node-file", nodePaths(dataDir).nodeFile);
    for (const name of [dataDir, folder.join("alias", "data")]) {
      const [service] = await findRunningServices(nodePaths(name), new SystemClock());
      assert.deepEqual([service?.name, service?.pid, service?.hello], ["edge", pid, undefined]);
    }
  });
});
