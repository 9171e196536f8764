import assert from "node:assert/strict";
import { appendFileSync } from "node:fs";
import { SqliteRecordTable } from "../../../../../src/call/record/sqlite/sqlite-record-table.ts";
import { silentLogger, SystemClock } from "../../../../../src/common/index.ts";
import { recordFixture } from "../../../../support/call-record-fixture.ts";
import { eventually } from "../../../../support/eventually.ts";
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
});
