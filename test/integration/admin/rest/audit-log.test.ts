import assert from "node:assert/strict";
import { appendFileSync, copyFileSync } from "node:fs";
import { AuditLog } from "../../../../src/admin/index.ts";
import { RotatingFile } from "../../../../src/main/host/rotating-file.ts";
import { ManualClock } from "../../../support/manual-clock.ts";
import { TemporaryDirectory } from "../../../support/temporary-directory.ts";

describe("AuditLog", () => {
  let directory: TemporaryDirectory;
  let file: RotatingFile;
  const open = (): AuditLog => {
    const path = directory.join("audit.log");
    file = new RotatingFile({ path, maxBytes: 2_000, maxFiles: 3 });
    return new AuditLog({ path, maxFiles: 3, file, clock: new ManualClock() });
  };
  beforeEach(() => {
    directory = new TemporaryDirectory("audit");
  });
  afterEach(() => {
    file.close();
    directory.close();
  });

  it("given entries in several files, when read in pages, then each is there once, newest first", async () => {
    const log = open();
    for (let count = 0; count < 40; count += 1) log.record({ event: "signed-in", user: `u${count % 2}`, source: "a" });
    const numbers: number[] = [];
    for (let before = Infinity; ; before = numbers.at(-1) ?? 0) {
      const page = await log.read({ before, limit: 7 });
      if (page.length === 0) break;
      numbers.push(...page.map(({ number }) => number));
    }
    assert.deepEqual(
      numbers,
      Array.from({ length: 40 }, (_, index) => 40 - index),
    );
    const own = await log.read({ limit: 100, user: "u1" });
    assert.equal(own.length, 20);
  });

  it("given a line that a crash cut short, when opened again, then it goes on behind it", async () => {
    const log = open();
    log.record({ event: "signed-in", user: "ada", source: "a" });
    file.close();
    appendFileSync(directory.join("audit.log"), '{"number":2,"at":"20');
    const again = open();
    again.record({ event: "signed-out", user: "ada", source: "a" });
    again.record({ event: "signed-in", user: "ada", source: "a" });
    assert.deepEqual(
      (await again.read({ limit: 10 })).map(({ event }) => event),
      ["signed-in", "signed-out", "signed-in"],
    );
  });

  it("given files that rotate while they are read, when one is seen under two names, then each entry is there once", async () => {
    const log = open();
    for (let count = 0; count < 5; count += 1) log.record({ event: "signed-in", user: "ada", source: "a" });
    copyFileSync(directory.join("audit.log"), directory.join("audit.1.log"));
    const entries = await log.read({ limit: 100 });
    assert.deepEqual(
      entries.map(({ number }) => number),
      [5, 4, 3, 2, 1],
    );
  });

  it("given lines that are JSON and no entries, when read and opened again, then they are passed over", async () => {
    const log = open();
    log.record({ event: "signed-in", user: "ada", source: "a" });
    file.close();
    appendFileSync(directory.join("audit.log"), 'null\n5\n[]\n{"number":"9"}\n');
    const again = open();
    again.record({ event: "signed-out", user: "ada", source: "a" });
    assert.deepEqual(
      (await again.read({ limit: 10 })).map(({ number }) => number),
      [2, 1],
    );
  });
});
