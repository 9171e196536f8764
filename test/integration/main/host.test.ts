import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { RandomIds } from "../../../src/common/index.ts";
import { nodePaths } from "../../../src/config/index.ts";
import { commandLineOf, isProcessAlive, readProcessInfo } from "../../../src/main/host/process-info.ts";
import { keptSecret, prepareDataDir } from "../../../src/main/node/data-dir.ts";
import { takeSupervisorLock } from "../../../src/main/supervisor/supervisor-lock.ts";
import { TemporaryDirectory } from "../../support/temporary-directory.ts";

describe("process info", () => {
  it("given this process, when read, then it lives with its start time, and its command line is known", () => {
    const info = readProcessInfo(process.pid);
    assert.match(info?.startMark ?? "", /^[0-9a-f]{8}:\d+$/);
    assert.equal(isProcessAlive(process.pid, info?.startMark ?? ""), true);
    assert.match(commandLineOf(process.pid), /node/);
  });

  it("given another process with its number, when asked, then that one is not alive", () => {
    assert.equal(isProcessAlive(process.pid, "1"), false);
    assert.equal(isProcessAlive(2 ** 30, "1"), false);
    assert.equal(commandLineOf(2 ** 30), "");
  });

  it("given a process that has ended, when asked, then it is not alive", async () => {
    const child = spawn(process.execPath, ["-e", "process.stdin.resume()"], { stdio: ["pipe", "ignore", "ignore"] });
    await once(child, "spawn");
    const pid = child.pid ?? 0;
    const startMark = readProcessInfo(pid)?.startMark ?? "";
    assert.equal(isProcessAlive(pid, startMark), true);
    child.stdin.end();
    await once(child, "exit");
    assert.equal(isProcessAlive(pid, startMark), false);
  });
});

describe("data-dir", () => {
  let folder: TemporaryDirectory;
  beforeEach(() => {
    folder = new TemporaryDirectory("data");
  });
  afterEach(() => folder.close());

  it("given a folder that cannot be made, when prepared, then it is refused with the reason", () => {
    writeFileSync(folder.join("file"), "");
    assert.throws(() => prepareDataDir(nodePaths(folder.join("file", "data"))), {
      code: "bad-data-dir",
      message: /cannot be used: ENOTDIR/,
    });
  });

  it("given a folder of others with other things in it, when prepared, then it is left as it is", () => {
    const other = folder.join("other");
    mkdirSync(other);
    chmodSync(other, 0o755);
    writeFileSync(join(other, "letter.txt"), "");
    assert.throws(() => prepareDataDir(nodePaths(other)), { code: "bad-data-dir", message: /holds other things/ });
    assert.equal(statSync(other).mode & 0o777, 0o755);
    rmSync(join(other, "letter.txt"));
    prepareDataDir(nodePaths(other));
    assert.equal(statSync(other).mode & 0o777, 0o700);
    chmodSync(other, 0o755);
    prepareDataDir(nodePaths(other));
    assert.equal(statSync(other).mode & 0o777, 0o700);
  });

  it("given a folder such as /var, with a run and other things in it, when prepared, then it is left as it is", () => {
    const other = folder.join("var");
    for (const name of ["run", "lib"]) mkdirSync(join(other, name), { recursive: true });
    for (const name of ["", "run", "lib"]) chmodSync(join(other, name), 0o755);
    assert.throws(() => prepareDataDir(nodePaths(other)), { code: "bad-data-dir", message: /holds other things/ });
    for (const name of ["", "run", "lib"]) assert.equal(statSync(join(other, name)).mode & 0o777, 0o755);
  });

  it("given a link in the place of a folder of ours, when prepared, then nothing has been changed before", () => {
    const other = folder.join("other");
    mkdirSync(join(other, "run"), { recursive: true });
    mkdirSync(folder.join("elsewhere"));
    symlinkSync(folder.join("elsewhere"), join(other, "state"));
    for (const name of ["", "run"]) chmodSync(join(other, name), 0o755);
    assert.throws(() => prepareDataDir(nodePaths(other)), { message: /other\/state is a link or a file/ });
    for (const name of ["", "run"]) assert.equal(statSync(join(other, name)).mode & 0o777, 0o755);
    rmSync(join(other, "state"));
    rmSync(join(other, "run"), { recursive: true });
    symlinkSync(folder.join("elsewhere"), join(other, "run"));
    assert.throws(() => prepareDataDir(nodePaths(other)), { message: /other\/run is a link or a file/ });
  });

  it("given a secret, when asked for twice, then it is the same, private and 256 bits", () => {
    const path = folder.join("wire.secret");
    const secret = keptSecret(path, new RandomIds());
    assert.match(secret, /^[0-9a-f]{64}$/);
    assert.equal(keptSecret(path, new RandomIds()), secret);
    assert.equal(statSync(path).mode & 0o777, 0o600);
    writeFileSync(path, "torn");
    assert.notEqual(keptSecret(path, new RandomIds()), secret);
  });

  it("given a lock that is held, when taken again, then it is refused with who holds it", () => {
    const path = folder.join("supervisor.lock");
    const lock = takeSupervisorLock(path, folder.path);
    assert.throws(() => takeSupervisorLock(path, folder.path), {
      code: "already-running",
      details: { dataDir: folder.path, pid: process.pid },
    });
    lock.release();
    lock.release();
    takeSupervisorLock(path, folder.path).release();
  });

  it("given a lock file of nobody, when taken, then it is taken over", () => {
    const path = folder.join("supervisor.lock");
    for (const text of ["", "{}", "garbage", '{"pid":1,"startMark":"0"}']) {
      writeFileSync(path, text);
      takeSupervisorLock(path, folder.path).release();
    }
  });
});
