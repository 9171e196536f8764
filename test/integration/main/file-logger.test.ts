import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { openFileLog } from "../../../src/main/host/file-logger.ts";
import { TemporaryDirectory } from "../../support/temporary-directory.ts";

describe("file log", () => {
  let folder: TemporaryDirectory;
  beforeEach(() => {
    folder = new TemporaryDirectory("log");
  });
  afterEach(() => folder.close());

  const lines = (file: string): Record<string, unknown>[] =>
    readFileSync(file, "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);

  it("given lines with fields, when closed, then each is one JSON object and the file is private", async () => {
    const path = folder.join("log", "edge.log");
    const log = openFileLog(path, { level: "info", maxFileMegabytes: 1, maxFiles: 2 }, { service: "edge" });
    log.logger.debug("not written");
    log.logger.info("call started", { callId: "c1" });
    log.logger.child({ device: "p1" }).warn("slow\nphone", { ms: 7 });
    await log.close();
    await log.close();
    const [first, second, ...more] = lines(path);
    assert.deepEqual([first?.["message"], first?.["service"], first?.["callId"]], ["call started", "edge", "c1"]);
    assert.deepEqual([second?.["message"], second?.["device"], second?.["ms"]], ["slow\nphone", "p1", 7]);
    assert.equal(more.length, 0);
    assert.equal(statSync(path).mode & 0o777, 0o600);
  });

  it("given level debug, when logged, then debug lines are written and it is said to be on", async () => {
    const path = folder.join("edge.log");
    const log = openFileLog(path, { level: "debug", maxFileMegabytes: 1, maxFiles: 2 }, {});
    assert.equal(log.logger.debugEnabled, true);
    log.logger.child({}).debug("written");
    await log.close();
    assert.equal(lines(path)[0]?.["message"], "written");
  });

  it("given a process that dies, when its last line is written, then it is in the file at once", () => {
    const path = folder.join("edge.log");
    const log = openFileLog(path, { level: "info", maxFileMegabytes: 1, maxFiles: 2 }, { service: "edge" });
    log.writeLast("service died", { error: "oops" });
    assert.deepEqual([lines(path)[0]?.["message"], lines(path)[0]?.["level"]], ["service died", "error"]);
    return log.close();
  });

  it("given a file that cannot be written, when logged, then nothing breaks and what is lost is counted", async () => {
    mkdirSync(folder.join("edge.log"));
    const log = openFileLog(folder.join("edge.log"), { level: "info", maxFileMegabytes: 1, maxFiles: 2 }, {});
    log.logger.info("lost");
    log.writeLast("lost too", {});
    await log.close();
    assert.equal(log.dropped, 2);
  });

  it("given more than the files may hold, when written, then old files go and the newest line is kept", async () => {
    const path = folder.join("edge.log");
    const log = openFileLog(path, { level: "info", maxFileMegabytes: 1, maxFiles: 2 }, {});
    const text = "x".repeat(1_000);
    for (let n = 0; n < 5_000; n += 1) {
      log.logger.info(text, { n });
      if (n % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await log.close();
    assert.equal(log.dropped, 0);
    log.logger.info("too late, and harmless");
    assert.equal(log.dropped, 1);
    const files = readdirSync(folder.path);
    const total = files.reduce((sum, file) => sum + statSync(folder.join(file)).size, 0);
    assert.deepEqual(files.sort(), ["edge.1.log", "edge.log"]);
    assert.ok(total < 2.5 * 1024 * 1024, String(total));
    assert.equal(lines(path).at(-1)?.["n"], 4_999);
  });
});
