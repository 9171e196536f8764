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
  const soaks: ManagedProcess[] = [];
  const start = (minutes: string): ManagedProcess => {
    const args = ["--import", "tsx", SOAK, "--minutes", minutes, "--rate", RATE, "--json"];
    const soak = new ManagedProcess({ command: process.execPath, args });
    soaks.push(soak);
    return soak;
  };
  let whole: ManagedProcess;
  // When its calls are over it waits until transactions are forgotten: the other test runs meanwhile, in a network of
  // its own.
  before(async () => {
    whole = start("0.1");
    await whole.outputMatching(/waiting until nothing is left/, 60_000);
  });
  after(async () => {
    for (const soak of soaks) await soak.stop(10_000);
  });

  it("given a soak that runs, when interrupted, then its calls end, and it tells how far it came", async () => {
    const soak = start("5");
    await soak.outputMatching(/\d+ good; 0 failed/, 60_000);
    soak.signal("SIGINT");
    const { code } = await soak.exited(60_000);
    const summary = summaryIn(soak.output);
    assert.equal(code, 130, soak.output);
    assert.deepEqual([summary.failed, summary.isInterrupted], [0, true]);
    assert.ok(summary.good > 0);
  });

  it("given calls of every kind for six seconds, when they are over, then none failed and nothing is left", async () => {
    const { code } = await whole.exited(140_000);
    const summary = summaryIn(whole.output);
    assert.equal(code, 0, whole.output);
    assert.deepEqual([summary.failed, summary.leftovers, summary.isGood], [0, [], true]);
    for (const { name, good } of summary.streams) assert.ok(good > 0, `${name} did nothing`);
  });
});

function summaryIn(output: string): Summary {
  const json = output.split("\n").find((text) => text.startsWith("{"));
  assert.ok(json !== undefined, output);
  return JSON.parse(json) as Summary;
}
