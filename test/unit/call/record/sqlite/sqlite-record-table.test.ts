import assert from "node:assert/strict";
import { appendFileSync } from "node:fs";
import type { Worker } from "node:worker_threads";
import { SqliteRecordTable } from "../../../../../src/call/record/sqlite/sqlite-record-table.ts";
import { startRecordThread } from "../../../../../src/call/record/sqlite/record-thread.ts";
import { silentLogger, SystemClock } from "../../../../../src/common/index.ts";
import { recordFixture } from "../../../../support/call-record-fixture.ts";
import { eventually } from "../../../../support/eventually.ts";
import { ManualClock } from "../../../../support/manual-clock.ts";
import { TemporaryDirectory } from "../../../../support/temporary-directory.ts";

describe("SqliteRecordTable", () => {
  let directory: TemporaryDirectory;
  let table: SqliteRecordTable;
  beforeEach(() => {
    directory = new TemporaryDirectory("table");
    table = new SqliteRecordTable({
      databasePath: directory.join("records.db"),
      recordsPath: directory.join("calls.jsonl"),
      clock: new SystemClock(),
      logger: silentLogger,
      followEveryMs: 10,
    });
  });
  afterEach(async () => {
    await table.close();
    directory.close();
  });

  function write(callId: string): void {
    appendFileSync(directory.join("calls.jsonl"), `${JSON.stringify(recordFixture({ callId }))}\n`);
  }

  function metric(name: string): number | undefined {
    return table.metrics().find((sample) => sample.name === name)?.value;
  }

  it("given a thread of its own, when records come, then they are taken up unasked, and questions are answered", async () => {
    assert.deepEqual(await table.page({ limit: 1 }), { items: [], total: 0 });
    write("a");
    await eventually(() => assert.equal(metric("tandem_call_record_rows_total"), 1), { timeoutMs: 4_000 });
    write("b");
    assert.equal(await table.find("b"), JSON.stringify(recordFixture({ callId: "b" })));
    assert.equal(await table.find("c"), undefined);
    await assert.rejects(table.page({ limit: 1, after: "7" }), { code: "bad-cursor" });
    table.keepFor(1);
    await eventually(async () => assert.equal(await table.find("b"), undefined), { timeoutMs: 4_000 });
    assert.equal(metric("tandem_call_record_table_failures_total"), 0);
  });

  it("given more questions than may wait, when more come, then those are refused and the others answered", async () => {
    const questions = Array.from({ length: 101 }, (_, index) => table.find(String(index)));
    const results = await Promise.allSettled(questions);
    assert.deepEqual(results.filter(({ status }) => status === "rejected").length, 1);
    await assert.rejects(questions[100] ?? Promise.resolve(), { code: "too-many-queries" });
  });

  it("given a table that is closed, when it is asked, then that is refused; it may be closed twice", async () => {
    write("a");
    const asked = table.find("a");
    await table.close();
    await table.close();
    assert.ok(await asked);
    await assert.rejects(table.find("a"), { code: "records-unavailable" });
  });

  it("given questions that were given up, when the thread has not answered them, then they count; afterwards not", async () => {
    const clock = new ManualClock();
    const slow = new SqliteRecordTable({
      databasePath: directory.join("slow.db"),
      recordsPath: directory.join("calls.jsonl"),
      clock,
      logger: silentLogger,
    });
    const questions = Array.from({ length: 100 }, (_, index) => slow.find(String(index)));
    clock.advance(10_000);
    for (const question of questions) await assert.rejects(question, { code: "records-unavailable" });
    await assert.rejects(slow.find("x"), { code: "too-many-queries" });
    await eventually(async () => assert.equal(await slow.find("x"), undefined), { timeoutMs: 4_000 });
    await slow.close();
  });

  it("given a thread that dies, when it is asked, then that is refused until another has taken over, and nothing is lost", async () => {
    const clock = new ManualClock();
    const threads: Worker[] = [];
    const frail = new SqliteRecordTable({
      databasePath: directory.join("frail.db"),
      recordsPath: directory.join("calls.jsonl"),
      clock,
      logger: silentLogger,
      startThread: (start) => {
        const thread = startRecordThread(start);
        threads.push(thread);
        return thread;
      },
    });
    write("a");
    assert.ok(await frail.find("a"));
    const asked = frail.find("a");
    const refused = assert.rejects(asked, { code: "records-unavailable" });
    await threads[0]?.terminate();
    await refused;
    await assert.rejects(frail.find("a"), { code: "records-unavailable" });
    write("b");
    clock.advance(5_000);
    assert.ok(await frail.find("a"));
    assert.ok(await frail.find("b"));
    const failures = frail.metrics().find(({ name }) => name === "tandem_call_record_table_failures_total");
    assert.deepEqual([threads.length, failures?.value], [2, 1]);
    await frail.close();
  });
});
