import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { silentLogger, type Logger } from "../../../../src/common/index.ts";
import { BanFile } from "../../../../src/sip/guard/ban-file.ts";
import type { KeptBan } from "../../../../src/sip/guard/ban-list.ts";
import { ManualClock } from "../../../support/manual-clock.ts";
import { TemporaryDirectory } from "../../../support/temporary-directory.ts";

describe("ban file", () => {
  let directory: TemporaryDirectory;
  beforeEach(() => {
    directory = new TemporaryDirectory("ban-file");
  });
  afterEach(() => directory.close());

  it("given a disk that is slow, when bans change on, then one write follows the other, and the last has all", async () => {
    const clock = new ManualClock();
    const warnings: string[] = [];
    const logger: Logger = { ...silentLogger, warn: (text) => void warnings.push(text) };
    const bans: KeptBan[] = [];
    const path = directory.join("bans.json");
    const file = new BanFile({ path, clock, logger, bans: () => bans });
    // All of it in one turn: the first write has not even begun.
    for (let index = 0; index < 5; index += 1) {
      const source = `192.0.2.${index}`;
      bans.push({ source, reason: "flood", untilMs: 1e12, forgottenAtMs: 2e12, count: 1 });
      file.changed();
      clock.advance(1_000);
    }
    await file.close();
    assert.deepEqual(warnings, []);
    assert.deepEqual(JSON.parse(readFileSync(path, "utf8")), bans);
  });
});
