import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, rmdirSync } from "node:fs";
import { silentLogger, type Logger } from "../../../../src/common/index.ts";
import type { CallRecord } from "../../../../src/call/record/call-record.ts";
import { codecOf } from "../../../../src/call/record/codec-of.ts";
import { RecordWriter } from "../../../../src/call/record/record-writer.ts";
import { ManualClock } from "../../../support/manual-clock.ts";
import { TemporaryDirectory } from "../../../support/temporary-directory.ts";

function record(callId: string): CallRecord {
  return {
    callId,
    caller: { device: "phone-1001", number: "1001", sipCallIds: ["a"] },
    calledNumber: "1002",
    startedAt: "2026-01-01T00:00:00.000Z",
    endedAt: "2026-01-01T00:00:01.000Z",
    durationMs: 0,
    ringMs: 1_000,
    cause: { q850: 16, name: "normal call clearing", sipStatus: 200 },
    reason: "normal",
    endedBy: "caller",
    sides: [],
  };
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

  function callIds(file: string): string[] {
    const lines = readFileSync(file, "utf8").trimEnd().split("\n");
    return lines.map((line) => (JSON.parse(line) as CallRecord).callId);
  }

  it("given records of one turn, when they are written, then each is a line, in order, and the promises resolve after it", async () => {
    const writer = new RecordWriter({ path, clock: new ManualClock(), logger: silentLogger });
    await Promise.all([writer.write(record("a")), writer.write(record("b"))]);
    await writer.write(record("c"));
    assert.deepEqual(callIds(path), ["a", "b", "c"]);
    assert.deepEqual(writer.counts, { written: 3, lost: 0, waiting: 0 });
    await writer.close();
  });

  it("given records that wait, when the writer is closed, then all are in the file", async () => {
    const writer = new RecordWriter({ path, clock: new ManualClock(), logger: silentLogger });
    const names = Array.from({ length: 50 }, (_, index) => `call-${index}`);
    for (const name of names) void writer.write(record(name));
    await writer.close();
    await writer.close();
    assert.deepEqual(callIds(path), names);
  });

  it("given a file at its bound, when more comes, then it is rotated and only so many old ones are kept", async () => {
    const writer = new RecordWriter({
      path,
      clock: new ManualClock(),
      logger: silentLogger,
      maxFileBytes: 100,
      keepFiles: 2,
    });
    for (const name of ["a", "b", "c", "d", "e"]) await writer.write(record(name));
    await writer.close();
    const rotated = (number: number): string => directory.join("records", `calls.${number}.jsonl`);
    assert.deepEqual([callIds(path), callIds(rotated(1)), callIds(rotated(2))], [["e"], ["d"], ["c"]]);
    assert.equal(existsSync(rotated(3)), false);
  });

  it("given a disk that refuses, when it takes data again, then nothing was lost", async () => {
    const errors: string[] = [];
    const logger: Logger = { ...silentLogger, error: (message) => void errors.push(message) };
    const clock = new ManualClock();
    mkdirSync(path, { recursive: true });
    const writer = new RecordWriter({ path, clock, logger });
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

  it("given a disk that refuses for good, when more waits than may, then the oldest are given up and counted", async () => {
    mkdirSync(path, { recursive: true });
    const writer = new RecordWriter({ path, clock: new ManualClock(), logger: silentLogger, maxWaiting: 2 });
    const all = ["a", "b", "c", "d"].map((name) => writer.write(record(name)));
    await writer.close();
    await Promise.all(all);
    assert.equal(writer.counts.lost, 4);
    assert.equal(writer.counts.written, 0);
  });
});

describe("codecOf", () => {
  it("given an answer, when it is asked, then it names the first codec of the first audio that is not refused", () => {
    assert.equal(codecOf("m=audio 1 RTP/AVP 96 8\r\na=rtpmap:96 opus/48000/2\r\n"), "opus/48000/2");
    assert.equal(codecOf("m=audio 1 RTP/AVP 0\r\n"), "PCMU/8000");
    assert.equal(codecOf("m=audio 0 RTP/AVP 0\r\n"), undefined);
    assert.equal(codecOf("m=audio 1 RTP/AVP 77\r\n"), undefined);
    assert.equal(codecOf(""), undefined);
  });
});
