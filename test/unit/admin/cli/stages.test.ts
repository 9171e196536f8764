import assert from "node:assert/strict";
import { openStages } from "../../../../src/admin/cli/configuration/stages.ts";

describe("how far a long command has come", () => {
  it("given no terminal, when phases pass, then each is one line", async () => {
    const lines: string[] = [];
    const stages = await openStages("reading", { out: () => undefined, err: (text) => void lines.push(text) });
    stages.enter("sending");
    for (const done of [0, 1, 2]) stages.report({ phase: "checking", done, total: 2 });
    stages.report({ phase: "writing", done: 2, total: 2 });
    stages.report({ done: 1 });
    stages.end();
    assert.deepEqual(lines, ["reading", "sending", "checking", "writing"]);
  });

  it("given a terminal, when objects are done, then a bar grows in place", async () => {
    const drawn: string[] = [];
    let ends = 0;
    const openProgress = (text: string) => {
      drawn.push(text);
      return Promise.resolve({ update: (next: string) => void drawn.push(next), end: () => void (ends += 1) });
    };
    const stages = await openStages("reading", { out: assert.fail, err: assert.fail, openProgress });
    stages.report({ phase: "checking", done: 1, total: 2 });
    stages.report({ phase: "checking", done: 3, total: 2 });
    stages.report({ phase: "writing" });
    stages.end();
    assert.deepEqual(drawn, [
      "reading",
      `checking [${"=".repeat(12)}${" ".repeat(12)}] 50 % (1 of 2)`,
      `checking [${"=".repeat(24)}] 100 % (3 of 2)`,
      "writing",
    ]);
    assert.equal(ends, 1);
  });
});
