import assert from "node:assert/strict";
import {
  existsSync,
  mkdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { silentLogger, type Logger } from "../../../../src/common/index.ts";
import type { CallRecord } from "../../../../src/call/record/call-record.ts";
import { findRecord, recordIn } from "../../../../src/call/record/record-reader.ts";
import { RecordWriter, type FileLimits, type RecordWriterOptions } from "../../../../src/call/record/record-writer.ts";
import { recordFixture } from "../../../support/call-record-fixture.ts";
import { eventually } from "../../../support/eventually.ts";
import { ManualClock } from "../../../support/manual-clock.ts";
import { TemporaryDirectory } from "../../../support/temporary-directory.ts";

const DAY_MS = 86_400_000;
const LIMITS: FileLimits = { maxFileBytes: 1_000_000, retentionMs: 30 * DAY_MS };

function record(callId: string): CallRecord {
  return recordFixture({ callId });
}

describe("RecordWriter", () => {
  let directory: TemporaryDirectory;
  let path: string;
  beforeEach(() => {
    directory = new TemporaryDirectory("records");
    path = directory.join("records", "calls.jsonl");
  });
  afterEach(() => {
    directory.close();
  });

  function newWriter(options: Partial<RecordWriterOptions> = {}): RecordWriter {
    return new RecordWriter({ path, clock: new ManualClock(), logger: silentLogger, limits: LIMITS, ...options });
  }

  function rotated(number: number): string {
    return directory.join("records", `calls.${number}.jsonl`);
  }

  function callIds(file: string): string[] {
    const lines = readFileSync(file, "utf8").trimEnd().split("\n");
    return lines.map((line) => (JSON.parse(line) as CallRecord).callId);
  }

  it("given records of one turn, when they are written, then each is a line, in order, and the promises resolve after it", async () => {
    const writer = newWriter();
    await Promise.all([writer.write(record("a")), writer.write(record("b"))]);
    await writer.write(record("c"));
    assert.deepEqual(callIds(path), ["a", "b", "c"]);
    assert.deepEqual(writer.counts, { written: 3, lost: 0, waiting: 0, failures: 0 });
    await writer.close();
  });

  it("given records that wait, when the writer is closed, then all are in the file", async () => {
    const writer = newWriter();
    const names = Array.from({ length: 50 }, (_, index) => `call-${index}`);
    for (const name of names) void writer.write(record(name));
    await writer.close();
    await writer.close();
    assert.deepEqual(callIds(path), names);
  });

  it("given a file at its bound, when more comes, then it is put aside, none is lost, and only so many are kept", async () => {
    const writer = newWriter({ limits: { ...LIMITS, maxFileBytes: 100 }, maxFiles: 3 });
    for (const name of ["a", "b", "c", "d", "e"]) await writer.write(record(name));
    await writer.close();
    assert.deepEqual(
      [2, 3, 4].map((number) => callIds(rotated(number))),
      [["b"], ["c"], ["d"]],
    );
    assert.deepEqual([callIds(path), existsSync(rotated(1))], [["e"], false]);
  });

  it("given a bound that is lowered, when more comes, then the next record finds the file full", async () => {
    const writer = newWriter();
    for (const name of ["a", "b"]) await writer.write(record(name));
    writer.applyLimits({ ...LIMITS, maxFileBytes: 100 });
    await writer.write(record("c"));
    await writer.close();
    assert.deepEqual([callIds(rotated(1)), callIds(path)], [["a", "b"], ["c"]]);
  });

  it("given a file whose first record is a day old, when more comes, then it is put aside, also after a restart", async () => {
    const clock = new ManualClock();
    const first = newWriter({ clock });
    await first.write(recordFixture({ callId: "a", endedAtMs: clock.wallMs() }));
    await first.close();
    clock.advance(DAY_MS);
    const second = newWriter({ clock });
    await second.write(record("b"));
    await second.close();
    assert.deepEqual([callIds(rotated(1)), callIds(path)], [["a"], ["b"]]);
  });

  it("given files older than records are kept, when an hour has passed or the time is shortened, then they are removed", async () => {
    const clock = new ManualClock();
    const writer = newWriter({ clock, limits: { ...LIMITS, maxFileBytes: 100 } });
    for (const name of ["a", "b", "c"]) await writer.write(record(name));
    const age = (file: string, days: number): void => {
      const seconds = clock.wallMs() / 1_000 - days * 86_400;
      utimesSync(file, seconds, seconds);
    };
    age(rotated(1), 31);
    age(rotated(2), 10);
    age(path, 10);
    clock.advance(3_600_000);
    await eventually(() => assert.equal(existsSync(rotated(1)), false), { timeoutMs: 2_000 });
    assert.equal(existsSync(rotated(2)), true);
    writer.applyLimits({ ...LIMITS, retentionMs: 5 * DAY_MS });
    await eventually(() => assert.equal(existsSync(path), false), { timeoutMs: 2_000 });
    assert.equal(existsSync(rotated(2)), false);
    await writer.write(record("d"));
    await writer.close();
    assert.deepEqual(callIds(path), ["d"]);
  });

  it("given a last line that was cut by a death, when more comes, then the next record has a line of its own", async () => {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, `${JSON.stringify(record("a"))}\n{"callId":"cut`);
    const writer = newWriter();
    await writer.write(record("b"));
    await writer.close();
    const lines = readFileSync(path, "utf8").trimEnd().split("\n");
    assert.deepEqual([lines.length, lines[1], recordIn(lines[2] ?? "")?.callId], [3, '{"callId":"cut', "b"]);
    assert.equal((await findRecord(path, "b"))?.callId, "b");
  });

  it("given a disk that refuses, when it takes data again, then nothing was lost", async () => {
    const errors: string[] = [];
    const logger: Logger = { ...silentLogger, error: (message) => void errors.push(message) };
    const clock = new ManualClock();
    mkdirSync(path, { recursive: true });
    const writer = newWriter({ clock, logger });
    const first = writer.write(record("a"));
    await new Promise<void>((resolve) => {
      const wait = (): void => void (errors.length > 0 ? resolve() : setImmediate(wait));
      wait();
    });
    const second = writer.write(record("b"));
    rmdirSync(path);
    clock.advance(1_000);
    await Promise.all([first, second]);
    assert.deepEqual(callIds(path), ["a", "b"]);
    await writer.close();
  });

  it("given a full disk, when a record comes, then it waits and is counted, and is written when there is room", async () => {
    const clock = new ManualClock();
    mkdirSync(dirname(path), { recursive: true });
    symlinkSync("/dev/full", path);
    const writer = newWriter({ clock });
    const written = writer.write(record("a"));
    await eventually(() => assert.equal(writer.counts.failures, 1), { timeoutMs: 2_000, intervalMs: 5 });
    clock.advance(1_000);
    await eventually(() => assert.equal(writer.counts.failures, 2), { timeoutMs: 2_000, intervalMs: 5 });
    assert.deepEqual(writer.counts, { written: 0, lost: 0, waiting: 1, failures: 2 });
    rmSync(path);
    clock.advance(1_000);
    await written;
    await writer.close();
    assert.deepEqual(callIds(path), ["a"]);
  });

  it("given a disk that refuses for good, when more waits than may, then the oldest are given up and counted", async () => {
    mkdirSync(path, { recursive: true });
    const writer = newWriter({ maxWaiting: 2 });
    const all = ["a", "b", "c", "d"].map((name) => writer.write(record(name)));
    await writer.close();
    await Promise.all(all);
    assert.equal(writer.counts.lost, 4);
    assert.equal(writer.counts.written, 0);
  });
});
