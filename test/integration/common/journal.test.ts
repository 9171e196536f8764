import assert from "node:assert/strict";
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { Journal, JsonText, type Clock, type JournalOptions } from "../../../src/common/index.ts";
import { ManualClock } from "../../support/manual-clock.ts";

/** A map that is kept in a journal, as its owners do it. */
class KeptMap {
  readonly values = new Map<string, unknown>();
  readonly journal: Journal<unknown>;

  constructor(options: Omit<JournalOptions, "clock"> & { readonly clock?: Clock }) {
    this.journal = new Journal<unknown>(
      { clock: new ManualClock(), ...options },
      (key, value) => this.values.set(key, value),
      () => this.values,
    );
  }

  put(key: string, value: unknown): void {
    this.values.set(key, value);
    this.journal.put(key, value);
  }

  remove(key: string): void {
    this.values.delete(key);
    this.journal.remove(key);
  }
}

describe("Journal", () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "journal-"));
    path = join(folder, "state", "calls.journal");
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const reopened = (): Map<string, unknown> => {
    const map = new KeptMap({ path });
    map.journal.close();
    return map.values;
  };

  it("given values put and removed, when the journal is opened again, then the live ones are restored", () => {
    const map = new KeptMap({ path });
    map.put("a", { n: 1 });
    map.put("b", { n: 2 });
    map.put("a", { n: 3 });
    map.remove("b");
    map.remove("never there");
    map.journal.close();
    map.journal.close();
    assert.deepEqual([...reopened()], [["a", { n: 3 }]]);
  });

  it("given a new file, when it is made, then only its owner may read it", () => {
    new KeptMap({ path }).journal.close();
    assert.equal(statSync(path).mode & 0o777, 0o600);
  });

  it("given changes of one turn, when the turn ends, then they are in the file", async () => {
    const map = new KeptMap({ path });
    map.put("a", 1);
    map.put("b", 2);
    assert.equal(readFileSync(path, "utf8"), "");
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(readFileSync(path, "utf8"), '{"k":"a","v":1}\n{"k":"b","v":2}\n');
    map.journal.close();
  });

  it("given flush, when called, then what is pending is in the file at once", () => {
    const map = new KeptMap({ path });
    map.put("a", 1);
    map.journal.flush();
    assert.equal(readFileSync(path, "utf8"), '{"k":"a","v":1}\n');
    map.journal.close();
  });

  it("given values that are written out already, when they are put and the file is made anew, then they are restored as what they say", () => {
    const map = new KeptMap({ path });
    map.put("one", new JsonText('{"text":"a"}'));
    map.journal.close();
    assert.deepEqual(readFileSync(path, "utf8"), '{"k":"one","v":{"text":"a"}}\n');
    const again = new KeptMap({ path });
    again.put("two", new JsonText("[1]"));
    again.journal.close();
    const last = new KeptMap({ path });
    last.journal.close();
    assert.deepEqual(
      [...last.values],
      [
        ["one", { text: "a" }],
        ["two", [1]],
      ],
    );
  });

  it("given a torn last line and garbage, when opened, then all else is restored", () => {
    const map = new KeptMap({ path });
    map.put("a", 1);
    map.journal.close();
    appendFileSync(path, 'null\n7\n{"v":1}\n\n{"k":"b","v":2}\n{"k":"c","v":');
    assert.deepEqual(
      [...reopened()],
      [
        ["a", 1],
        ["b", 2],
      ],
    );
  });

  it("given many changes of one key, when the file grows, then it is rewritten and stays small", () => {
    const map = new KeptMap({ path, compactAboveBytes: 1_000 });
    for (let n = 0; n < 1_000; n += 1) {
      map.put("a", { n });
      map.journal.flush();
    }
    assert.ok(statSync(path).size < 1_100);
    map.journal.close();
    assert.deepEqual([...reopened()], [["a", { n: 999 }]]);
  });

  describe("given more live values than one turn may write", () => {
    const VALUES = 2_000;
    const filler = "x".repeat(500);
    let clock: ManualClock;
    let map: KeptMap;

    beforeEach(() => {
      clock = new ManualClock();
      map = new KeptMap({ path, clock, compactAboveBytes: 1_000 });
      for (let n = 0; n < VALUES; n += 1) map.put(`key-${n}`, { n, filler });
      map.journal.flush();
      for (let n = 0; n < 1_000 && !existsSync(`${path}.new`); n += 1) {
        map.put("grows", { filler: filler.repeat(200) });
        map.journal.flush();
      }
    });

    it("when the file is rewritten, then it takes many slices, and changes meanwhile are kept", () => {
      assert.ok(existsSync(`${path}.new`), "the new file is not done in the turn in which it was begun");
      let ms = 0;
      for (; existsSync(`${path}.new`); ms += 1) {
        map.put(`key-${ms}`, "changed before or after it was written");
        map.put(`new-${ms}`, ms);
        map.remove(`key-${VALUES - 1 - ms}`);
        map.remove(`key-${VALUES / 2 + ms}`);
        clock.advance(1);
      }
      assert.ok(ms / 2 > 20, `${ms} ms, a slice in every second one`);
      assert.equal(clock.activeTimers, 0);
      assert.ok(statSync(path).size < 1_500 * VALUES, "the old lines are gone");
      map.put("after", 1);
      map.journal.close();
      assert.deepEqual(reopened(), map.values);
    });

    it("when it is closed in the middle of it, then the old file holds everything", () => {
      clock.advance(2);
      assert.ok(existsSync(`${path}.new`));
      map.put("key-1", "late");
      map.journal.close();
      assert.ok(!existsSync(`${path}.new`));
      assert.equal(clock.activeTimers, 0);
      assert.deepEqual(reopened(), map.values);
    });
  });

  it("given a folder that cannot be written, when opened, then the file system's error is thrown", () => {
    writeFileSync(join(folder, "state"), "a file where the folder should be");
    assert.throws(() => new KeptMap({ path }), { code: "EEXIST" });
  });

  it("given a file that can be read but not made anew, when opened, then what it holds is restored", () => {
    const before = new KeptMap({ path });
    before.put("a", 1);
    before.put("b", 2);
    before.journal.close();
    mkdirSync(`${path}.new`); // the rewritten file cannot be made
    const errors: unknown[] = [];
    const map = new KeptMap({ path, onError: (error) => errors.push(error) });
    assert.deepEqual([...map.values.keys()], ["a", "b"]);
    assert.deepEqual([map.journal.metric.value, errors.length], [1, 1]);
    map.remove("a");
    rmdirSync(`${path}.new`);
    map.journal.close();
    assert.deepEqual([...reopened()], [["b", 2]]);
  });

  it("given a closed journal, when changed, then nothing is written and nothing is kept", () => {
    const map = new KeptMap({ path });
    map.journal.close();
    map.put("a", 1);
    map.journal.flush();
    assert.equal(readFileSync(path, "utf8"), "");
  });

  it("given a disk that refuses, when it takes writes again, then nothing of what was changed is lost", () => {
    const errors: unknown[] = [];
    const clock = new ManualClock();
    const map = new KeptMap({ path, clock, compactAboveBytes: 10, onError: (error) => errors.push(error) });
    map.put("first", "value long enough to be rewritten soon");
    map.journal.flush();
    mkdirSync(`${path}.new`); // the rewritten file cannot be made
    for (let n = 0; n < 100; n += 1) {
      map.put("first", n);
      map.put(`key-${n}`, n);
      map.remove(`key-${n - 1}`);
      map.journal.flush();
    }
    assert.equal(errors.length, 1, "changes make no attempts");
    const attempts = [1, 2, 4, 8, 16, 30, 30].map((seconds) => {
      clock.advance(seconds * 1_000 - 1);
      const before = errors.length;
      clock.advance(1);
      return errors.length - before;
    });
    assert.deepEqual(attempts, [1, 1, 1, 1, 1, 1, 1]);
    assert.equal(map.journal.metric.value, 8);
    assert.deepEqual(
      [map.journal.metric.name, map.journal.metric.labels, map.journal.metric.value],
      ["tandem_journal_failed_writes", { journal: "calls" }, 8],
    );
    rmdirSync(`${path}.new`);
    clock.advance(30_000);
    assert.equal(map.journal.metric.value, 0);
    assert.equal(clock.activeTimers, 0);
    const onDisk = new Map(
      readFileSync(path, "utf8")
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as { k: string; v: unknown })
        .map(({ k, v }) => [k, v]),
    );
    assert.deepEqual(onDisk, map.values);
    map.put("after", 1);
    map.journal.close();
    assert.deepEqual(new Map(reopened()), map.values);
  });

  it("given no onError, when a write fails, then it is counted and nothing is thrown", () => {
    const map = new KeptMap({ path, compactAboveBytes: 10 });
    map.put("a", "value long enough to be rewritten soon");
    map.journal.flush();
    mkdirSync(`${path}.new`);
    for (let n = 0; n < 3; n += 1) map.put("a", 1);
    map.put("a", 1);
    map.remove("a");
    map.journal.flush();
    assert.equal(map.journal.metric.value, 1);
    rmdirSync(`${path}.new`);
    map.journal.close();
    assert.equal(map.journal.metric.value, 0);
    assert.deepEqual([...reopened()], []);
  });

  it("given a journal that is closed while it fails, when time passes, then no attempt is left", () => {
    const clock = new ManualClock();
    const map = new KeptMap({ path, clock });
    mkdirSync(`${path}.new`);
    map.journal.close();
    const failing = new KeptMap({ path, clock });
    assert.equal(clock.activeTimers, 1);
    failing.journal.close();
    assert.equal(clock.activeTimers, 0);
  });

  it("given any order of changes, flushes and openings, when opened at last, then it holds the model's values", () => {
    const change = fc.oneof(
      fc.record({
        type: fc.constant("put" as const),
        key: fc.constantFrom("a", "b", "ü\n", "__proto__"),
        value: fc.jsonValue(),
      }),
      fc.record({ type: fc.constant("remove" as const), key: fc.constantFrom("a", "b", "ü\n", "__proto__") }),
      fc.constant({ type: "flush" as const }),
      fc.constant({ type: "reopen" as const }),
    );
    fc.assert(
      fc.property(fc.array(change, { maxLength: 40 }), (changes) => {
        rmSync(path, { force: true });
        const options = { path, compactAboveBytes: 60 };
        const model = new Map<string, unknown>();
        let map = new KeptMap(options);
        for (const step of changes) {
          if (step.type === "put") {
            map.put(step.key, step.value);
            model.set(step.key, JSON.parse(JSON.stringify(step.value)));
          } else if (step.type === "remove") {
            map.remove(step.key);
            model.delete(step.key);
          } else if (step.type === "flush") map.journal.flush();
          else {
            map.journal.close();
            map = new KeptMap(options);
          }
        }
        map.journal.close();
        assert.deepEqual(reopened(), model);
      }),
      { numRuns: 200 },
    );
  });
});
