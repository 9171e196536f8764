import assert from "node:assert/strict";
import { join } from "node:path";
import { ManagedProcess } from "../support/managed-process.ts";

const SOAK = join(import.meta.dirname, "..", "..", "scripts", "soak", "main.ts");
const RATE = "40";

interface Summary {
  readonly good: number;
  readonly failed: number;
  readonly leftovers: readonly unknown[];
  readonly isGood: boolean;
  readonly isInterrupted: boolean;
  readonly streams: readonly { readonly name: string; readonly good: number }[];
}

describe("npm run soak", function () {
  this.timeout(150_000);
  let soak: ManagedProcess;
  const start = (minutes: string): ManagedProcess => {
    const args = ["--import", "tsx", SOAK, "--minutes", minutes, "--rate", RATE, "--json"];
    soak = new ManagedProcess({ command: process.execPath, args });
    return soak;
  };
  afterEach(async () => {
    await soak.stop(10_000);
  });

  it("given calls of every kind for 15 seconds, when they are over, then none failed and nothing is left", async () => {
    const { code } = await start("0.25").exited(140_000);
    const summary = summaryIn(soak.output);
    assert.equal(code, 0, soak.output);
    assert.deepEqual([summary.failed, summary.leftovers, summary.isGood], [0, [], true]);
    for (const { name, good } of summary.streams) assert.ok(good > 0, `${name} did nothing`);
  });

  it("given a soak that runs, when interrupted, then its calls end, and it tells how far it came", async () => {
    await start("5").outputMatching(/\d+ good; 0 failed/, 60_000);
    soak.signal("SIGTERM");
    const { code } = await soak.exited(60_000);
    const summary = summaryIn(soak.output);
    assert.equal(code, 130, soak.output);
    assert.deepEqual([summary.failed, summary.isInterrupted], [0, true]);
    assert.ok(summary.good > 0);
  });
});

function summaryIn(output: string): Summary {
  const json = output.split("\n").find((text) => text.startsWith("{"));
  assert.ok(json !== undefined, output);
  return JSON.parse(json) as Summary;
}
