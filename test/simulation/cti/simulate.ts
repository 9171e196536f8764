import { Chance } from "../chance.ts";
import { commandAtRandom } from "./commands.ts";
import { judge, judgeEnd, judgeMemory } from "./judge.ts";
import { KILLS, type Deed, type Kill } from "./plan.ts";
import { NUMBERS, PHONES, type Site } from "./site.ts";
import { World } from "./world.ts";

/** What came of one simulation. */
export interface Outcome {
  readonly kills: Readonly<Record<Kill, number>>;
  /** Of applications. */
  readonly events: number;
  /** Messages, operations and timers. */
  readonly clockEvents: number;
  readonly commands: KeyCounts;
  /** What is wrong, and after which deed; undefined: nothing. */
  readonly failure?: { readonly error: Error; readonly deed: number };
}

export interface KeyCounts {
  readonly commands: number;
  readonly done: number;
  readonly refused: number;
  readonly unknown: number;
  readonly repeated: number;
}

/** Of so many seeds one goes on until nothing is remembered. */
const LONG_SEEDS = 4;
const LONG_MS = 14_000;
/** A phone has two calls at most, so has its user. */
const MAX_CALLS = 12;
/** Turns in which something may die. */
const MAX_TURNS = 4;

/** @param trace told what happens */
export async function simulate(
  site: Site,
  seed: number,
  deeds: readonly Deed[],
  trace: (line: string) => void = () => undefined,
): Promise<Outcome> {
  const kills = Object.fromEntries(KILLS.map((kind) => [kind, 0])) as Record<Kill, number>;
  const world = await World.start(site, seed);
  let at = 0;
  const outcomeOf = (error?: Error): Outcome => ({
    kills,
    events: world.applications.reduce((sum, { events }) => sum + events, 0),
    clockEvents: world.events,
    commands: world.ledger.counts,
    ...(error === undefined ? {} : { failure: { error, deed: at } }),
  });
  try {
    for (const [index, deed] of deeds.entries()) {
      at = index;
      await world.pass(deed.waitMs);
      trace(`${world.clock.nowMs()} ms: ${deed.kind}`);
      world.chance.reseed(deed.seed);
      if (await perform(world, deed, new Chance(deed.seed + 1))) kills[deed.kind as Kill] += 1;
      world.check();
    }
    at = deeds.length;
    await judge(world);
    await judgeEnd(world);
    if (seed % LONG_SEEDS === 0) await judgeMemory(world);
    return outcomeOf();
  } catch (error) {
    return outcomeOf(error as Error);
  } finally {
    await world.close();
  }
}

/** @returns true when it was a kill, or a loss */
async function perform(world: World, { kind }: Deed, chance: Chance): Promise<boolean> {
  const { edge, applications } = world;
  switch (kind) {
    case "call": {
      const phone = chance.pick(PHONES);
      const number = chance.pick(NUMBERS) ?? "1001";
      if (phone !== undefined && edge.calls.size < MAX_CALLS) edge.call(phone, number);
      return false;
    }
    case "hang-up": {
      const call = chance.pick([...edge.calls.values()]);
      if (call !== undefined) edge.hangUp(call);
      return false;
    }
    case "change": {
      const call = chance.pick([...edge.calls.values()]);
      if (call !== undefined) edge.change(call);
      return false;
    }
    case "command": {
      const application = chance.pick(applications);
      if (application !== undefined) commandAtRandom(application, chance);
      return false;
    }
    case "hang-application":
      chance.pick(applications)?.hang(chance.below(2 * LONG_MS));
      return false;
    case "cut-application":
      chance.pick(applications)?.cut();
      return true;
    case "cut-link":
      world.ctiManager?.link.cut();
      return world.ctiManager !== undefined;
    case "kill-ctimanager":
    case "kill-callmanager":
    case "kill-both":
      return kill(world, kind, chance);
  }
}

async function kill(world: World, kind: "kill-ctimanager" | "kill-callmanager" | "kill-both", chance: Chance) {
  const isThere = (life: unknown): boolean => life !== undefined;
  if (kind !== "kill-ctimanager" && !isThere(world.callControl)) return false;
  if (kind !== "kill-callmanager" && !isThere(world.ctiManager)) return false;
  if (chance.happens(0.6)) await world.nextInPart(chance.below(MAX_TURNS));
  const awayMs = (): number => (chance.happens(0.06) ? LONG_MS : 30 + chance.below(1_200));
  if (kind !== "kill-ctimanager") await world.killCallControl(awayMs());
  if (kind !== "kill-callmanager") await world.killCtiManager(awayMs());
  return true;
}
