import assert from "node:assert/strict";
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  rmdirSync,
  statSync,
  writeFileSync,
} from "node:fs";
import Database from "libsql";
import type { CallRecord } from "../../../../../src/call/record/call-record.ts";
import { RecordWriter } from "../../../../../src/call/record/record-writer.ts";
import { RecordDatabase } from "../../../../../src/call/record/sqlite/record-database.ts";
import { RecordKeeper } from "../../../../../src/call/record/sqlite/record-keeper.ts";
import type { WorkerCounts } from "../../../../../src/call/record/sqlite/worker-messages.ts";
import { silentLogger } from "../../../../../src/common/index.ts";
import { recordFixture } from "../../../../support/call-record-fixture.ts";
import { eventually } from "../../../../support/eventually.ts";
import { ManualClock } from "../../../../support/manual-clock.ts";
import { TemporaryDirectory } from "../../../../support/temporary-directory.ts";

const DAY_MS = 86_400_000;

describe("RecordKeeper", () => {
  let directory: TemporaryDirectory;
  let file: string;
  let table: string;
  let clock: ManualClock;
  let counts: WorkerCounts;
  let failures: string[];
  const keepers: RecordKeeper[] = [];
  beforeEach(() => {
    directory = new TemporaryDirectory("keeper");
    file = directory.join("calls.jsonl");
    table = directory.join("records.db");
    clock = new ManualClock();
    counts = { added: 0, removed: 0, failures: 0 };
    failures = [];
  });
  afterEach(async () => {
    for (const keeper of keepers.splice(0)) await keeper.close();
    directory.close();
  });

  function newKeeper(maxRows = 1_000): RecordKeeper {
    const keeper = new RecordKeeper({
      databasePath: table,
      recordsPath: file,
      followEveryMs: 1_000,
      maxRows,
      clock,
      onCounts: (value) => (counts = value),
      onFailed: (error) => failures.push(error),
    });
    keepers.push(keeper);
    return keeper;
  }

  function write(...records: readonly CallRecord[]): void {
    appendFileSync(file, records.map((record) => `${JSON.stringify(record)}\n`).join(""));
  }

  function minute(index: number): CallRecord {
    return recordFixture({ callId: `call-${index}`, startedAtMs: clock.wallMs() + index * 60_000 });
  }

  async function ids(
    keeper: RecordKeeper,
    query: Partial<Parameters<RecordKeeper["page"]>[0]> = {},
  ): Promise<string[]> {
    const { items } = await keeper.page({ limit: 100, ...query });
    return items.map((text) => (JSON.parse(text) as CallRecord).callId);
  }

  it("given records on file, when asked, then the last call comes first, and a page leads to the next without gaps", async () => {
    write(...[0, 1, 2, 3, 4].map(minute));
    const keeper = newKeeper();
    const first = await keeper.page({ limit: 2 });
    assert.equal(first.total, 5);
    assert.equal(first.items[0], JSON.stringify(minute(4)));
    write(minute(5));
    assert.ok(first.next);
    assert.deepEqual(await ids(keeper, { limit: 2, after: first.next }), ["call-2", "call-1"]);
    const second = await keeper.page({ limit: 2, after: first.next });
    assert.ok(second.next);
    const third = await keeper.page({ limit: 2, after: second.next });
    assert.deepEqual([third.items.length, third.next], [1, undefined]);
    assert.equal(await keeper.find("call-3"), JSON.stringify(minute(3)));
    assert.equal(await keeper.find("call-9"), undefined);
    await assert.rejects(keeper.page({ limit: 2, after: "x" }), { code: "bad-cursor" });
  });

  it("given calls of several numbers and devices, when asked for some, then only those come", async () => {
    const { caller, numbers } = recordFixture();
    const other = { ...caller, device: "phone-1003" };
    write(
      minute(0),
      { ...minute(1), caller: other, legs: [] },
      { ...minute(2), numbers: { ...numbers, lastRedirecting: { number: "1009" } } },
      { ...minute(3), numbers: { ...numbers, dialed: "91002" } },
    );
    const keeper = newKeeper();
    assert.deepEqual(await ids(keeper, { number: "1009" }), ["call-2"]);
    assert.deepEqual(await ids(keeper, { number: "91002" }), ["call-3"]);
    assert.deepEqual(await ids(keeper, { number: "100" }), []);
    assert.deepEqual(await ids(keeper, { device: "phone-1003" }), ["call-1"]);
    assert.deepEqual(await ids(keeper, { device: "phone-1001", number: "1002" }), ["call-3", "call-2", "call-0"]);
    const page = await keeper.page({ device: "phone-1001", number: "1002", limit: 1 });
    assert.equal(page.total, 3);
    const fromMs = minute(1).startedAtMs;
    assert.deepEqual(await ids(keeper, { fromMs, toMs: minute(3).startedAtMs }), ["call-2", "call-1"]);
    assert.deepEqual(await ids(keeper, { fromMs, number: "1001", device: "phone-1001" }), ["call-3", "call-2"]);
  });

  it("given a process that died between file and table, when another takes over, then nothing is missing or there twice", async () => {
    write(minute(0), minute(1));
    const before = newKeeper();
    assert.equal((await ids(before)).length, 2);
    await before.close();
    write(minute(2));
    // The file's position was lost with the table's last page, say: what is there already stays as it is.
    const after = newKeeper();
    assert.deepEqual(await ids(after), ["call-2", "call-1", "call-0"]);
    await after.close();
    assert.equal(counts.added, 1);
    rmSync(table);
    assert.deepEqual(await ids(newKeeper()), ["call-2", "call-1", "call-0"]);
    assert.equal(statSync(table).mode & 0o777, 0o600);
  });

  it("given files that are put aside at any moment, when they are followed, then every record is taken up once", async () => {
    const limits = { maxFileBytes: 6_000, retentionMs: 1_000 * DAY_MS };
    const writer = new RecordWriter({ path: file, clock, logger: silentLogger, limits });
    const keeper = newKeeper();
    const expected: string[] = [];
    for (let index = 0; index < 60; index += 1) {
      expected.unshift(`call-${index}`);
      const written = writer.write(minute(index));
      if (index % 7 === 0) await keeper.find("x");
      await written;
    }
    await writer.close();
    assert.ok(existsSync(directory.join("calls.9.jsonl")));
    assert.deepEqual(await ids(keeper), expected);
    await keeper.close();
    assert.equal(counts.added, 60);
  });

  it("given lines that were cut, are none of ours or too long, when they are followed, then only they are passed over", async () => {
    write(minute(0));
    appendFileSync(file, `{"callId":"cut\nnull\n{}\n"x"\n${"x".repeat(3 * 1024 * 1024)}\n`);
    write(minute(1));
    const rest = JSON.stringify(minute(2));
    appendFileSync(file, rest.slice(0, 300));
    const keeper = newKeeper();
    assert.deepEqual(await ids(keeper), ["call-1", "call-0"]);
    appendFileSync(file, `${rest.slice(300)}\n`);
    assert.deepEqual(await ids(keeper), ["call-2", "call-1", "call-0"]);
  });

  it("given a table that is damaged, when it is opened, then it is put aside and made anew from the files", async () => {
    write(minute(0));
    writeFileSync(table, "this is no database".repeat(1_000));
    const keeper = newKeeper();
    await assert.rejects(keeper.page({ limit: 1 }), { code: "SQLITE_NOTADB" });
    assert.deepEqual(await ids(keeper), ["call-0"]);
    assert.match(readFileSync(`${table}.damaged`, "utf8"), /^this is no/);
    assert.match(failures[0] ?? "", /made anew/);
  });

  it("given a disk that refuses, when it takes data again, then the failures are counted and all is taken up", async () => {
    write(minute(0));
    mkdirSync(table);
    const keeper = newKeeper();
    keeper.start();
    clock.advance(0);
    await eventually(() => assert.equal(counts.failures, 1), { timeoutMs: 2_000, intervalMs: 5 });
    clock.advance(5_000);
    await eventually(() => assert.equal(counts.failures, 2), { timeoutMs: 2_000, intervalMs: 5 });
    rmdirSync(table);
    clock.advance(5_000);
    await eventually(() => assert.equal(counts.added, 1), { timeoutMs: 2_000, intervalMs: 5 });
    write(minute(1));
    await eventually(
      () => {
        clock.advance(1_000);
        assert.equal(counts.added, 2);
      },
      { timeoutMs: 2_000, intervalMs: 5 },
    );
  });

  it("given calls older than they are kept, or more than there may be, when a minute has passed, then they are removed", async () => {
    write(...[0, 1, 2, 3, 4].map(minute));
    const keeper = newKeeper(3);
    keeper.keepFor(DAY_MS);
    assert.deepEqual(await ids(keeper), ["call-4", "call-3", "call-2"]);
    assert.deepEqual(await ids(keeper, { number: "1001" }), ["call-4", "call-3", "call-2"]);
    clock.advance(DAY_MS + 200_000);
    assert.deepEqual(await ids(keeper), ["call-4"]);
    assert.deepEqual(await ids(keeper, { device: "phone-1002" }), ["call-4"]);
    assert.equal(counts.removed, 4);
  });

  it("given more old calls than go in one sweep, when it is looked for records again, then the next ones go, too", async () => {
    const day = Array.from({ length: 2_100 }, (_, index) =>
      recordFixture({ callId: `old-${index}`, startedAtMs: clock.wallMs() + index }),
    );
    for (let count = 0; count < 3; count += 1) {
      write(...day.map((record) => ({ ...record, callId: `${record.callId}-${count}` })));
    }
    const keeper = newKeeper(10_000);
    await keeper.find("x");
    assert.equal(counts.added, 6_300);
    clock.advance(2 * DAY_MS);
    keeper.keepFor(DAY_MS);
    await keeper.find("x");
    assert.equal(counts.removed, 5_000);
    await keeper.find("x");
    assert.equal(counts.removed, 6_300);
  });

  it("given a table of another version, when it is opened, then it is made anew from the files", async () => {
    write(minute(0));
    const before = newKeeper();
    assert.deepEqual(await ids(before), ["call-0"]);
    await before.close();
    const other = new Database(table);
    other.exec("PRAGMA user_version = 7; DROP TABLE call_record; CREATE TABLE call_record (what INTEGER);");
    other.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    other.close();
    write(minute(1));
    assert.deepEqual(await ids(newKeeper()), ["call-1", "call-0"]);
    assert.deepEqual(failures, []);
  });

  it("given a table that is deleted while it is open, when it is asked, then it is made anew from the files", async () => {
    write(minute(0));
    const keeper = newKeeper();
    assert.deepEqual(await ids(keeper), ["call-0"]);
    for (const suffix of ["", "-wal", "-shm"]) rmSync(table + suffix, { force: true });
    write(minute(1));
    assert.deepEqual(await ids(keeper), ["call-1", "call-0"]);
    assert.ok(existsSync(table));
  });

  it("given a table that takes up nothing, when it is asked, then it answers with what it has", async () => {
    write(minute(0));
    const keeper = newKeeper();
    assert.deepEqual(await ids(keeper), ["call-0"]);
    // Somebody who writes: ours waits for its turn, and gives up.
    const other = new Database(table);
    other.exec("BEGIN IMMEDIATE");
    write(minute(1));
    assert.deepEqual(await ids(keeper), ["call-0"]);
    other.exec("ROLLBACK");
    other.close();
    assert.deepEqual(await ids(keeper), ["call-1", "call-0"]);
  });

  it("given a file that is no database, when it is opened again and again, then no file stays open", () => {
    writeFileSync(table, "this is no database".repeat(1_000));
    // Once for what SQLite opens for itself.
    assert.throws(() => new RecordDatabase(table), { code: "SQLITE_NOTADB" });
    const before = readdirSync("/proc/self/fd").length;
    for (let count = 0; count < 5; count += 1) {
      assert.throws(() => new RecordDatabase(table), { code: "SQLITE_NOTADB" });
    }
    assert.equal(readdirSync("/proc/self/fd").length, before);
  });
});
