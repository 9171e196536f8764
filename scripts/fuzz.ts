import { parseArgs } from "node:util";
import { fuzzEntries } from "../test/conformance/fuzz/fuzz-targets.ts";

// Fuzzes the SIP edge for a time: --seconds N (default 60), --seed S (default: from the clock). Each round has a seed of
// its own, counted up from S; a failure names it, and `--seconds 0 --seed <that one>` does that round again.

const MAX_SECONDS = 24 * 60 * 60;

function wholeNumber(name: string, text: string, max: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > max) throw new RangeError(`--${name}: a whole number from 0 to ${max}`);
  return value;
}

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { seconds: { type: "string" }, seed: { type: "string" } } });
  const seconds = wholeNumber("seconds", values.seconds ?? "60", MAX_SECONDS);
  const firstSeed = wholeNumber("seed", values.seed ?? String(Date.now() % 2 ** 31), 2 ** 32 - 1);
  const endMs = performance.now() + seconds * 1_000;
  const entries = fuzzEntries();
  console.log(
    `fuzzing for ${seconds} s from seed ${firstSeed}: ${entries.map(({ target }) => target.name).join(", ")}`,
  );
  let seed = firstSeed;
  do {
    for (const { target } of entries) {
      try {
        await target.round(seed);
      } catch (error) {
        console.error(`${target.name} failed with seed ${seed}:`, error);
        return 1;
      }
    }
    seed += 1;
  } while (performance.now() < endMs);
  console.log(`${seed - firstSeed} rounds of each, none failed`);
  return 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}
