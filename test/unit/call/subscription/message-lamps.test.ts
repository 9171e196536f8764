import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { MessageLamps } from "../../../../src/call/control/subscription/message-lamps.ts";
import { silentLogger, SystemClock } from "../../../../src/common/index.ts";
import { TemporaryDirectory } from "../../../support/temporary-directory.ts";

const NONE = { new: 0, old: 0, newUrgent: 0, oldUrgent: 0 };

describe("MessageLamps", () => {
  let folder: TemporaryDirectory;
  let lines: Set<string>;
  let told: string[];
  const opened: MessageLamps[] = [];
  beforeEach(() => {
    folder = new TemporaryDirectory("lamps");
    lines = new Set(["1001@internal", "1002@internal"]);
    told = [];
  });
  afterEach(() => {
    for (const lamps of opened.splice(0)) lamps.close();
    folder.close();
  });

  function open(): MessageLamps {
    const path = folder.join("lamps.journal");
    const hasLine = (line: string): boolean => lines.has(line);
    const lamps = new MessageLamps({ path, clock: new SystemClock(), logger: silentLogger, hasLine });
    lamps.onChange((line) => told.push(line));
    opened.push(lamps);
    return lamps;
  }

  it("given a lamp, when it is set, set again, changed and cleared, then what changed is said, and told once each", () => {
    const lamps = open();
    const results = [
      lamps.set("1001@internal", { new: 1, old: 2 }),
      lamps.set("1001@internal", { new: 1, old: 2, newUrgent: 0 }),
      lamps.set("1001@internal", { new: 1, old: 2, newUrgent: 1 }),
      lamps.set("1001@internal", undefined),
      lamps.set("1001@internal", { new: 0, old: 0 }),
    ];
    assert.deepEqual(results, ["changed", "unchanged", "changed", "changed", "unchanged"]);
    assert.equal(told.length, 3);
    assert.deepEqual(lamps.all, []);
  });

  it("given lamps that are set, when the process is another, then they are what they were, without those of lines that are gone", () => {
    const before = open();
    before.set("1002@internal", { new: 1, old: 0 });
    before.set("1001@internal", { new: 0, old: 3, oldUrgent: 1 });
    before.set("1002@internal", { new: 2, old: 0 });
    before.flush();
    lines.delete("1002@internal");
    const after = open();
    assert.deepEqual(after.all, [{ line: "1001@internal", ...NONE, old: 3, oldUrgent: 1 }]);
    assert.deepEqual(told, ["1002@internal", "1001@internal", "1002@internal"]);
  });

  it("given a line that is gone, when lamps are pruned, then its lamp is gone, too, also after a restart", () => {
    const lamps = open();
    lamps.set("1001@internal", { new: 1, old: 0 });
    lines.delete("1001@internal");
    lamps.prune();
    assert.deepEqual(lamps.count("1001@internal"), NONE);
    lamps.flush();
    lines.add("1001@internal");
    assert.deepEqual(open().all, []);
  });

  it("given no such line, when its lamp is set, then lamp-invalid-target and nothing is kept", () => {
    const lamps = open();
    assert.throws(() => lamps.set("7@internal", { new: 1, old: 0 }), { code: "lamp-invalid-target" });
    assert.throws(() => lamps.set("7@internal", undefined), { code: "lamp-invalid-target" });
    assert.deepEqual(lamps.all, []);
  });

  const bad = [
    { new: -1, old: 0 },
    { new: 0.5, old: 0 },
    { new: Number.NaN, old: 0 },
    { new: 1_000_000, old: 0 },
    { new: 0, old: 0, newUrgent: 1 },
    { new: 0, old: 1, oldUrgent: 2 },
  ];
  for (const counts of bad) {
    it(`given ${JSON.stringify(counts)}, when a lamp is set to it, then bad-params`, () => {
      assert.throws(() => open().set("1001@internal", counts), { code: "bad-params" });
    });
  }

  it("given a journal of something else, when it is read, then what is no count is left out", () => {
    const lines = ["7", '{"new":1}', '{"new":"1","old":0,"newUrgent":0,"oldUrgent":0}', "null"];
    const text = lines.map((value) => `{"k":"1001@internal","v":${value}}\n`).join("");
    writeFileSync(folder.join("lamps.journal"), text);
    assert.deepEqual(open().all, []);
  });
});
