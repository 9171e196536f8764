import { parseArgs } from "node:util";
import { simulateCti } from "./cti-simulation.ts";

// Kills CTIManager at random while calls go on, and checks that applications miss nothing, hear nothing twice, and that
// commands that are repeated are done once.
//   --seeds N  simulations (default 100); some ten kills each
//   --steps N  steps of call control in each (default 120)
//   --seed S   the first seed (default 1): the same seed always does the same
// Exit codes: 0 nothing wrong, 1 a simulation failed, 2 bad arguments.

const USAGE = "usage: npm run test:cti-simulation -- [--seeds N] [--steps N] [--seed S]";

function wholeNumber(name: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= min && value <= max) return value;
  throw new RangeError(`--${name}: a whole number from ${min} to ${max}`);
}

interface Arguments {
  readonly seeds: number;
  readonly steps: number;
  readonly first: number;
}

/** @throws {Error} that says what is wrong */
function parse(args: readonly string[]): Arguments {
  const options = { seeds: { type: "string" }, steps: { type: "string" }, seed: { type: "string" } } as const;
  const { values } = parseArgs({ args: [...args], options });
  return {
    seeds: wholeNumber("seeds", values.seeds ?? "100", 1, 1_000_000),
    steps: wholeNumber("steps", values.steps ?? "120", 1, 100_000),
    first: wholeNumber("seed", values.seed ?? "1", 0, 2 ** 31),
  };
}

async function run({ seeds, steps, first }: Arguments): Promise<number> {
  const startMs = performance.now();
  let [kills, events, commands] = [0, 0, 0];
  for (let seed = first; seed < first + seeds; seed += 1) {
    try {
      const outcome = await simulateCti(seed, steps);
      kills += outcome.kills;
      events += outcome.events;
      commands += outcome.commands;
    } catch (error) {
      console.log(`seed ${seed} fails: ${(error as Error).stack ?? String(error)}`);
      console.log(`Again: npm run test:cti-simulation -- --seed ${seed} --seeds 1 --steps ${steps}`);
      return 1;
    }
  }
  const seconds = ((performance.now() - startMs) / 1_000).toFixed(0);
  console.log(
    `${seeds} seeds, ${kills} kills, ${events} events, ${commands} commands sent three times, ${seconds} s: nothing wrong`,
  );
  return 0;
}

let task: Arguments | undefined;
try {
  task = parse(process.argv.slice(2));
} catch (error) {
  console.error(`${(error as Error).message}\n${USAGE}`);
}
process.exitCode = task === undefined ? 2 : await run(task);
