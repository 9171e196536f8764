import assert from "node:assert/strict";
import { join } from "node:path";
import { appendFileSync, mkdirSync, readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { replay, restoreSession } from "../../../../src/cti/session/restore-session.ts";
import { SessionFile } from "../../../../src/cti/session/session-file.ts";
import { recordIn, type SessionRecord } from "../../../../src/cti/session/session-record.ts";
import { TemporaryDirectory } from "../../../support/temporary-directory.ts";

const IDENTITY = {
  id: "s1",
  epoch: "e1",
  user: "ann",
  client: { name: "test" },
  heartbeatMs: 10_000,
  leaseMs: 30_000,
  openedMs: 1,
};
const HEAD: SessionRecord = { type: "session", identity: IDENTITY, seq: 3, position: 40 };

describe("SessionFile", () => {
  let directory: TemporaryDirectory;
  let path: string;
  const errors: unknown[] = [];
  const fileOf = (snapshot: () => Iterable<SessionRecord> = () => [HEAD]): SessionFile => {
    return new SessionFile({ path, snapshot, onError: (error) => errors.push(error) });
  };
  beforeEach(() => {
    directory = new TemporaryDirectory("session-file");
    path = directory.join("s1.session");
    errors.length = 0;
  });
  afterEach(() => directory.close());

  it("given records, when the file is read, then the session is as it was", () => {
    const file = fileOf();
    file.flush();
    file.add({ type: "events", seq: 4, position: 41, bodies: ['{"type":"a"}', '{"type":"b"}'] });
    file.add({ type: "acked", seq: 4 });
    file.add({ type: "fact", key: "open phone-1", value: { fence: 2 } });
    file.add({ type: "fact", key: "gone", value: 1 });
    file.add({ type: "fact-removed", key: "gone" });
    file.add({ type: "failed", failed: true });
    file.flush();
    file.close();
    const restored = restoreSession(path);
    assert.deepEqual(restored?.identity, IDENTITY);
    assert.deepEqual([...(restored?.log.all() ?? [])], [{ seq: 5, body: '{"type":"b"}' }]);
    assert.equal(restored?.log.position, 41);
    assert.deepEqual([...(restored?.facts ?? [])], [["open phone-1", { fence: 2 }]]);
    assert.equal(restored?.hasFailed, true);
    assert.equal(statSync(path).mode & 0o777, 0o600);
  });

  it("given a file cut at any byte, when it is read, then a signal's events are there wholly or not at all", () => {
    const file = fileOf();
    file.flush();
    file.add({ type: "events", seq: 4, position: 41, bodies: ['{"type":"a"}', '{"type":"b"}'] });
    file.add({ type: "events", seq: 6, position: 42, bodies: ['{"type":"c"}'] });
    file.close();
    const whole = readFileSync(path);
    const headEnd = whole.indexOf("\n") + 1;
    for (let length = headEnd; length <= whole.length; length += 1) {
      writeFileSync(path, whole);
      truncateSync(path, length);
      const { log } = restoreSession(path) ?? assert.fail();
      assert.ok([3, 5, 6].includes(log.seq), `${log.seq} at ${length}`);
      assert.equal(log.position, { 3: 40, 5: 41, 6: 42 }[log.seq]);
    }
  });

  it("given a disk that does not take it, when written again, then a new file has everything", () => {
    const folder = directory.join("missing");
    const path = join(folder, "s1.session");
    const file = new SessionFile({ path, snapshot: () => [HEAD], onError: (error) => errors.push(error) });
    file.add({ type: "acked", seq: 3 });
    file.flush();
    assert.equal(errors.length, 1);
    assert.equal(file.isWritten, false);
    mkdirSync(folder);
    file.flush();
    assert.equal(file.isWritten, true);
    assert.equal(restoreSession(path)?.log.seq, 3);
    file.close();
  });

  it("given much that is of no more use, when written, then the file is made anew", () => {
    const file = fileOf();
    file.flush();
    file.noteLive(100);
    for (let seq = 4; seq < 300; seq += 1) {
      file.add({ type: "events", seq, bodies: [JSON.stringify({ type: "x".repeat(1_000) })] });
      file.flush();
    }
    assert.ok(statSync(path).size < 262_144, `${statSync(path).size} bytes`);
    file.close();
  });

  it("given what is no session, when it is read, then there is none", () => {
    assert.equal(restoreSession(path), undefined);
    writeFileSync(path, '{"a":1}\n');
    assert.equal(restoreSession(path), undefined);
    appendFileSync(path, "junk");
    assert.equal(restoreSession(path), undefined);
    for (const line of ["", "[]", "7", '{"session":{}}', '{"s":-1,"e":[]}', '{"s":1,"p":"x","e":[]}']) {
      assert.equal(recordIn(line), undefined, line);
    }
  });

  it("given a gap between events, when replayed, then what is behind it counts for nothing", () => {
    const records: SessionRecord[] = [HEAD, { type: "events", seq: 9, bodies: ["{}"] }];
    assert.equal(replay(records)?.log.seq, 3);
  });
});
