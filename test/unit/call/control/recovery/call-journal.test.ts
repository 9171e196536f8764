import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { CallJournal } from "../../../../../src/call/control/recovery/call-journal.ts";
import { silentLogger } from "../../../../../src/common/index.ts";
import { ManualClock } from "../../../../support/manual-clock.ts";
import { TemporaryDirectory } from "../../../../support/temporary-directory.ts";

describe("CallJournal", () => {
  let folder: TemporaryDirectory;
  before(() => {
    folder = new TemporaryDirectory("calls");
  });
  after(() => folder.close());

  it("given how a session has ended that is on file no more, since the write that forgets both was torn, when it is opened, then that is forgotten as well", () => {
    const path = folder.join("calls.journal");
    const outcome = { by: "caller", reason: "released", status: 200, cause: 16 };
    writeFileSync(path, `${JSON.stringify({ k: "ended:c1", v: { outcome, atMs: 1 } })}\n`);
    for (let start = 0; start < 2; start += 1) {
      const journal = new CallJournal(path, new ManualClock(), silentLogger);
      assert.equal(journal.endOf("c1"), undefined);
      journal.close();
    }
    assert.doesNotMatch(readFileSync(path, "utf8").trim().split("\n").at(-1) ?? "", /"v"/);
  });
});
