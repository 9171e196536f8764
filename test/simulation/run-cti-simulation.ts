import { inspect, parseArgs } from "node:util";
import { KILLS, deedsOf, type Deed } from "./cti/plan.ts";
import { usePromptDisk } from "./cti/prompt-disk.ts";
import { simulate, type Outcome } from "./cti/simulate.ts";
import { Site } from "./cti/site.ts";
import { shrink } from "./shrink.ts";

// Kills call control and CTIManager, and cuts what connects them with each other and with applications, while phones call
// and applications command calls; checks that applications miss nothing, hear nothing twice, know in the end what is so,
// that commands that are repeated are done once, and that nothing is left of calls. See docs/cti/signals.md.
//   --seeds N  simulations (default 60); some twenty-five kills each
//   --steps N  deeds in each (default 100)
//   --seed S   the first seed (default 1): the same seed always does the same. Alone: this one only, and what happens in it
// Exit codes: 0 nothing wrong, 1 a simulation failed, 2 bad arguments.

const USAGE = "usage: npm run test:cti-simulation -- [--seeds N] [--steps N] [--seed S]";
const SHRINK_MS = 40_000;
const PROGRESS_MS = 10_000;
/** Of five kinds. */
const LEAST_OF_A_KIND = 200;

interface Extent {
  readonly seeds: number;
  readonly steps: number;
  readonly first: number;
  readonly isTold: boolean;
  /** Kills and cuts of each kind that there have to be: a run without options proves as much as is said of it. */
  readonly least: number;
}

function wholeNumber(name: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= min && value <= max) return value;
  throw new RangeError(`--${name}: a whole number from ${min} to ${max}`);
}

/** @throws {RangeError} @throws {TypeError} an unknown option */
function extentOf(args: readonly string[]): Extent {
  const options = { seeds: { type: "string" }, steps: { type: "string" }, seed: { type: "string" } } as const;
  const { values } = parseArgs({ args: [...args], options });
  const isTold = values.seed !== undefined && values.seeds === undefined;
  return {
    seeds: wholeNumber("seeds", values.seeds ?? (isTold ? "1" : "60"), 1, 1_000_000),
    steps: wholeNumber("steps", values.steps ?? "100", 1, 100_000),
    first: wholeNumber("seed", values.seed ?? "1", 0, 2 ** 31),
    isTold,
    least: args.length === 0 ? LEAST_OF_A_KIND : 0,
  };
}

/** What came of all seeds. */
class Sum {
  readonly kills = Object.fromEntries(KILLS.map((kind) => [kind, 0])) as Record<(typeof KILLS)[number], number>;
  seeds = 0;
  events = 0;
  readonly commands = { commands: 0, done: 0, refused: 0, unknown: 0, repeated: 0 };

  add({ kills, events, commands }: Outcome): void {
    this.seeds += 1;
    this.events += events;
    for (const kind of KILLS) this.kills[kind] += kills[kind];
    for (const name of Object.keys(commands) as (keyof typeof commands)[]) this.commands[name] += commands[name];
  }

  get text(): string {
    const kills = KILLS.map((kind) => `${this.kills[kind]} ${kind}`).join(", ");
    const total = KILLS.reduce((sum, kind) => sum + this.kills[kind], 0);
    const { commands, done, refused, unknown, repeated } = this.commands;
    const sent = `${commands} commands (${done} done, ${refused} refused, ${unknown} unknown), ${repeated} sent again`;
    return `${this.seeds} seeds, ${total} kills and cuts (${kills}), ${this.events} events, ${sent}`;
  }
}

async function run({ seeds, steps, first, isTold, least }: Extent): Promise<number> {
  const unhandled: unknown[] = [];
  process.on("unhandledRejection", (reason) => unhandled.push(reason));
  usePromptDisk();
  const site = await Site.make();
  const startMs = performance.now();
  const sum = new Sum();
  let nextMs = startMs + PROGRESS_MS;
  try {
    for (let seed = first; seed < first + seeds; seed += 1) {
      const deeds = deedsOf(seed, steps);
      const outcome = await simulate(site, seed, deeds, isTold ? (line) => console.log(line) : undefined);
      sum.add(outcome);
      const failure = outcome.failure ?? unhandledFailure(unhandled, deeds);
      if (failure !== undefined) {
        await report(site, { seed, steps, deeds }, failure);
        return 1;
      }
      if (performance.now() < nextMs) continue;
      nextMs += PROGRESS_MS;
      console.log(sum.text);
    }
  } finally {
    site.close();
  }
  if (KILLS.some((kind) => sum.kills[kind] < least)) {
    console.log(`${sum.text}: fewer than ${least} of a kind prove little`);
    return 1;
  }
  console.log(`${sum.text}, ${((performance.now() - startMs) / 1_000).toFixed(0)} s: nothing wrong`);
  return 0;
}

function unhandledFailure([first]: readonly unknown[], deeds: readonly Deed[]): Outcome["failure"] {
  if (first === undefined) return undefined;
  return { error: new Error("a rejection is not handled", { cause: first }), deed: deeds.length };
}

async function report(
  site: Site,
  { seed, steps, deeds }: { readonly seed: number; readonly steps: number; readonly deeds: readonly Deed[] },
  { error, deed }: NonNullable<Outcome["failure"]>,
): Promise<void> {
  console.log(`seed ${seed} fails at deed ${deed} of ${deeds.length}: ${inspect(error)}`);
  const endMs = performance.now() + SHRINK_MS;
  const small = await shrink(
    deeds.slice(0, deed + 1),
    async (some) => {
      const { failure } = await simulate(site, seed, some);
      return failure !== undefined && kindOf(failure.error) === kindOf(error);
    },
    () => performance.now() < endMs,
  );
  console.log(`The same happens with ${small.length} of ${deeds.length} deeds:`);
  const { failure } = await simulate(site, seed, small, (line) => console.log(line));
  console.log(inspect(failure?.error ?? error));
  console.log(`Again: npm run test:cti-simulation -- --seed ${seed} --steps ${steps}`);
}

/** What is wrong, without names. */
function kindOf({ message }: Error): string {
  return message.split("\n", 1)[0]?.replaceAll(/[a-z]*[0-9a-f]*\d[0-9a-f./-]*/g, "#") ?? "";
}

function main(args: readonly string[]): Promise<number> {
  let extent: Extent;
  try {
    extent = extentOf(args);
  } catch (error) {
    console.error(`${(error as Error).message}\n${USAGE}`);
    return Promise.resolve(2);
  }
  return run(extent);
}

process.exitCode = await main(process.argv.slice(2));
