import assert from "node:assert/strict";
import { KeyHorizons } from "../../../../../src/call/cti/commands/key-horizons.ts";
import { KeptEntries } from "../../../../support/kept-entries.ts";
import { ManualClock } from "../../../../support/manual-clock.ts";

const MAX_SESSIONS = 10_000;
const FAR_AHEAD = Number.MAX_SAFE_INTEGER;

describe("KeyHorizons", () => {
  let clock: ManualClock;
  let entries: KeptEntries;
  let horizons: KeyHorizons;
  beforeEach(() => {
    clock = new ManualClock();
    entries = new KeptEntries();
    horizons = new KeyHorizons(entries, clock);
  });

  /** So many sessions that those of before have none of their own any more. */
  function raiseOthers(): void {
    for (let session = 0; session < MAX_SESSIONS; session += 1) horizons.raise(`s${session}`, clock.wallMs());
  }

  it("given a session whose keys were forgotten, when others take its place, then its keys are too old still", () => {
    horizons.raise("first", clock.wallMs());
    raiseOthers();
    assert.equal(horizons.isBehind("first", clock.wallMs()), true);
    assert.equal(horizons.isBehind("first", clock.wallMs() + 1), false);
  });

  it("given a session that dates its keys far ahead, when others take its place, then nobody else's keys are too old", () => {
    horizons.raise("liar", FAR_AHEAD);
    assert.equal(horizons.isBehind("liar", FAR_AHEAD), true);
    raiseOthers();
    assert.equal(horizons.isBehind("new", clock.wallMs() + 1), false);
  });

  it("given a horizon of all that is far ahead on file, when it is taken up, then it is no later than now", () => {
    entries.putEntry("cti-horizon ", FAR_AHEAD);
    horizons.restore();
    assert.equal(horizons.isBehind("new", clock.wallMs()), true);
    assert.equal(horizons.isBehind("new", clock.wallMs() + 1), false);
  });
});
