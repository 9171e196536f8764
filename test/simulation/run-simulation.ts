import { parseArgs } from "node:util";
import { actionsOf, type Action } from "./actions.ts";
import { CALM, ROUGH, type Weather } from "./chance.ts";
import { shrink } from "./shrink.ts";
import { simulate, type Failure } from "./simulation.ts";

// Simulates calls at random, and checks after every step that nothing is wrong. See docs/call-model.md.
//   --seeds N    simulations of each weather (default 100); 0: for --seconds
//   --seconds N  no new simulation after this time
//   --steps N    actions of each simulation (default 150)
//   --seed S     the first seed (default 1): the same seed always does the same
//   --weather W  calm, rough or both (default)
// Exit codes: 0 nothing wrong, 1 a simulation failed, 2 bad arguments, 130 interrupted.

const USAGE =
  "usage: npm run test:simulation -- [--seeds N] [--seconds N] [--steps N] [--seed S] [--weather calm|rough]";
const PROGRESS_MS = 5_000;
const SHRINK_MS = 20_000;
/** Of what happened at last. */
const MAX_LINES = 400;
const WEATHERS: Readonly<Record<string, readonly Weather[]>> = {
  both: [CALM, ROUGH],
  calm: [CALM],
  rough: [ROUGH],
};

interface Arguments {
  readonly seeds: number;
  readonly seconds: number;
  readonly steps: number;
  readonly seed: number;
  readonly weathers: readonly Weather[];
}

class UsageError extends Error {}

function parse(argv: readonly string[]): Arguments {
  const options = {
    seeds: { type: "string" },
    seconds: { type: "string" },
    steps: { type: "string" },
    seed: { type: "string" },
    weather: { type: "string" },
  } as const;
  let values;
  try {
    ({ values } = parseArgs({ args: [...argv], options }));
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
  const weathers = WEATHERS[values.weather ?? "both"];
  if (weathers === undefined) throw new UsageError(`--weather: one of ${Object.keys(WEATHERS).join(", ")}`);
  return {
    seeds: wholeNumber("seeds", values.seeds ?? "100", 1, 10_000_000),
    seconds: wholeNumber("seconds", values.seconds ?? "86400", 1, 86_400),
    steps: wholeNumber("steps", values.steps ?? "150", 1, 100_000),
    seed: wholeNumber("seed", values.seed ?? "1", 0, 2 ** 31),
    weathers,
  };
}

function wholeNumber(name: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < min || value > max) {
    throw new UsageError(`--${name}: a whole number from ${min} to ${max}`);
  }
  return value;
}

async function run({ seeds, seconds, steps, seed: first, weathers }: Arguments): Promise<number> {
  const startMs = performance.now();
  const counts = new Map<string, number>();
  let nextMs = startMs + PROGRESS_MS;
  let [done, count, events] = [0, 0, 0];
  const told = (): string => {
    const elapsed = (performance.now() - startMs) / 1_000;
    return `${done} of ${seeds} seeds, ${count} steps, ${events} events of calls, ${elapsed.toFixed(0)} s`;
  };
  for (let seed = first; seed < first + seeds && performance.now() - startMs < seconds * 1_000; seed += 1) {
    const actions = actionsOf(seed, steps);
    for (const weather of weathers) {
      const outcome = simulate(seed, weather, actions);
      count += outcome.steps;
      events += outcome.events;
      for (const [key, number] of outcome.counts) counts.set(key, (counts.get(key) ?? 0) + number);
      if (outcome.failure !== undefined) {
        await report({ seed, weather, actions, steps }, outcome.failure);
        return 1;
      }
    }
    done += 1;
    if (performance.now() >= nextMs) {
      console.log(told());
      nextMs = performance.now() + PROGRESS_MS;
    }
    // A signal is taken between simulations.
    await new Promise((resolve) => setImmediate(resolve));
  }
  console.log(`${told()}: nothing wrong`);
  for (const [key, number] of [...counts].sort()) console.log(`  ${key}: ${number}`);
  return 0;
}

async function report(
  { seed, weather, actions, steps }: { seed: number; weather: Weather; actions: readonly Action[]; steps: number },
  { step, actionIndex, error }: Failure,
): Promise<void> {
  console.log(`seed ${seed} fails in ${weather.name} weather, step ${step}, action ${actionIndex}: ${error.message}`);
  const endMs = performance.now() + SHRINK_MS;
  const isSame = (one: Failure | undefined): boolean => one !== undefined && kindOf(one.error) === kindOf(error);
  const small = await shrink(
    actions.slice(0, actionIndex + 1),
    (some) => isSame(simulate(seed, weather, some).failure),
    () => performance.now() < endMs,
  );
  console.log(`The same happens with ${small.length} of ${actions.length} actions:`);
  const lines: string[] = [];
  const last = simulate(seed, weather, small, (line) => lines.push(line)).failure?.error ?? error;
  for (const line of lines.slice(-MAX_LINES)) console.log(line);
  console.log(last.stack ?? last.message);
  console.log(`Again: npm run test:simulation -- --seed ${seed} --seeds 1 --steps ${steps} --weather ${weather.name}`);
}

/** What is wrong, without names. */
function kindOf({ message }: Error): string {
  return message.split("\n", 1)[0]?.replaceAll(/[a-z]*\d+[.\d/]*/g, "#") ?? "";
}

try {
  process.once("SIGINT", () => {
    console.log("interrupted");
    process.exit(130);
  });
  process.exitCode = await run(parse(process.argv.slice(2)));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(error.message);
  console.error(USAGE);
  process.exitCode = 2;
}
