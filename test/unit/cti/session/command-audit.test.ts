import assert from "node:assert/strict";
import { CommandAudit, type CommandEntry } from "../../../../src/cti/session/command-audit.ts";
import { ManualClock } from "../../../support/manual-clock.ts";

describe("CommandAudit", () => {
  it("given sign-ins that are refused without an end, when they come, then few are taken down, and how many were not", () => {
    const clock = new ManualClock();
    const entries: CommandEntry[] = [];
    const audit = new CommandAudit({ append: (entry) => entries.push(entry) }, clock);
    for (let count = 0; count < 10_000; count += 1) audit.refused("192.0.2.1", "ann", "auth-failed");
    assert.equal(entries.length, 100);
    clock.advance(1_000);
    audit.refused("192.0.2.1", "ann", "auth-failed");
    assert.deepEqual([entries.length, entries.at(-1)?.leftOut], [101, 9_900]);
    clock.advance(1_000);
    audit.refused("192.0.2.1", "ann", "auth-failed");
    assert.equal(entries.at(-1)?.leftOut, undefined);
  });
});
