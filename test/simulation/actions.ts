import { Chance } from "./chance.ts";
import { commandAtRandom, pick } from "./commands.ts";
import { FEATURE_NUMBERS, replacing } from "./dialed-features.ts";
import type { PhoneDialog } from "./phones.ts";
import { NUMBERS, PHONES, TRUNK } from "./plan.ts";
import type { SimulatedSwitch } from "./switch.ts";

/** Something that somebody does. What it is done to is chosen when it is done, among what is there. */
export interface Action {
  readonly kind: ActionKind;
  /** After the one before; 0: at the same instant. */
  readonly waitMs: number;
  /** From 0 to below 1, for what has to be chosen. */
  readonly picks: readonly number[];
  /** Of what follows from it by chance. */
  readonly seed: number;
}

type Act = (host: SimulatedSwitch, picks: readonly number[]) => void;

/** What may happen, and how often; a new kind is an entry here. */
const ACTIONS = {
  call: { weight: 14, act: call },
  answer: { weight: 12, act: (host, picks) => to(host, picks, ["ringing"], (one) => host.phones.answer(one)) },
  refuse: {
    weight: 1,
    act: (host, picks) =>
      to(host, picks, ["ringing"], (one) => host.phones.refuse(one, pick([486, 603, 480], picks[1] ?? 0) ?? 486)),
  },
  "hang up": {
    weight: 4,
    act: (host, picks) => to(host, picks, ["up", "inviting", "up"], (one) => host.phones.hangUp(one)),
  },
  hold: { weight: 4, act: (host, picks) => to(host, picks, ["up"], (one) => host.phones.change(one, true, false)) },
  retrieve: {
    weight: 4,
    act: (host, picks) => to(host, picks, ["up"], (one) => host.phones.change(one, false, false)),
  },
  "ask for an offer": {
    weight: 1,
    act: (host, picks) => to(host, picks, ["up"], (one) => host.phones.change(one, one.isHolding, true)),
  },
  "take a re-INVITE back": {
    weight: 1,
    act: (host, picks) => to(host, picks, ["up"], (one) => host.phones.cancelChange(one)),
  },
  refer: {
    weight: 5,
    act: (host, picks) =>
      to(host, picks, ["up"], (one) => host.phones.refer(one, pick(NUMBERS, picks[1] ?? 0) ?? "101", undefined)),
  },
  "refer to a dialog": { weight: 5, act: referToDialog },
  "replace a dialog": {
    weight: 2,
    act: (host, picks) =>
      to(host, picks, ["up"], ({ tag }) => host.phones.call(pick(PHONES, picks[1] ?? 0) ?? "phone-a", replacing(tag))),
  },
  command: { weight: 14, act: (host, picks) => host.features.command(commandAtRandom(host, picks)) },
  "lose a phone": {
    weight: 0.7,
    act: (host, picks) => host.phones.losePower(pick(PHONES, picks[0] ?? 0) ?? "phone-a"),
  },
  "lose the edge": { weight: 0.4, act: (host) => host.loseEdge() },
  "lose media": {
    weight: 0.5,
    act: (host, picks) => host.loseMedia(pick([...host.sessions.keys()], picks[0] ?? 0) ?? ""),
  },
  "end by media timeout": {
    weight: 0.4,
    act: (host, picks) => pick([...host.sessions.values()], picks[0] ?? 0)?.dispatch({ type: "media-timeout" }),
  },
  "end an announcement": {
    weight: 0.5,
    act: (host, picks) => host.features.promptEnded(pick([...host.sessions.keys()], picks[0] ?? 0) ?? ""),
  },
  wait: { weight: 1, act: () => undefined },
} as const satisfies Readonly<Record<string, { readonly weight: number; readonly act: Act }>>;

export type ActionKind = keyof typeof ACTIONS;

const KINDS = Object.entries(ACTIONS).map(([kind, { weight }]) => ({ kind: kind as ActionKind, weight }));
const TOTAL = KINDS.reduce((sum, { weight }) => sum + weight, 0);

/** What happens with a seed. */
export function actionsOf(seed: number, count: number): Action[] {
  const chance = new Chance(seed);
  return Array.from({ length: count }, () => ({
    kind: kindAtRandom(chance),
    waitMs: waitAtRandom(chance),
    picks: [chance.next(), chance.next(), chance.next(), chance.next()],
    seed: chance.below(2 ** 31),
  }));
}

export function perform(host: SimulatedSwitch, { kind, picks, seed }: Action): void {
  host.chance.reseed(seed);
  const { act }: { act: Act } = ACTIONS[kind];
  host.trace?.(`${host.agenda.nowMs} ms: ${kind}`);
  act(host, picks);
}

function kindAtRandom(chance: Chance): ActionKind {
  let left = chance.next() * TOTAL;
  for (const { kind, weight } of KINDS) {
    left -= weight;
    if (left < 0) return kind;
  }
  return "wait";
}

/** Often nothing: what happens at the same instant is what goes wrong. Now and then an hour, with all timers in it. */
function waitAtRandom(chance: Chance): number {
  const roll = chance.next();
  if (roll < 0.35) return 0;
  if (roll < 0.97) return chance.below(3_000);
  return roll < 0.995 ? chance.below(60_000) : 3_600_000;
}

function call(host: SimulatedSwitch, picks: readonly number[]): void {
  const [from = 0, toNumber = 0] = picks;
  const device = from < 0.1 ? TRUNK : pick(PHONES, from);
  const number = pick([...NUMBERS, ...FEATURE_NUMBERS], toNumber);
  if (device === undefined || number === undefined) return;
  host.trace?.(`  ${device} calls ${number}`);
  host.phones.call(device, number);
}

function to(
  { phones, trace }: SimulatedSwitch,
  picks: readonly number[],
  states: readonly PhoneDialog["state"][],
  act: (dialog: PhoneDialog) => void,
): void {
  const dialog = pick(phones.inState(...states), picks[0] ?? 0);
  trace?.(`  ${dialog?.device ?? "nobody"} in ${dialog?.tag ?? "nothing"}`);
  if (dialog !== undefined) act(dialog);
}

/** Mostly a dialog of the same phone's other call, as its other party has it; sometimes any dialog. */
function referToDialog(host: SimulatedSwitch, picks: readonly number[]): void {
  const { phones } = host;
  const up = phones.inState("up");
  const [which = 0, other = 0, sane = 0] = picks;
  const dialog = pick(up, which);
  if (dialog === undefined) return;
  const own = up.filter((one) => one.device === dialog.device && one !== dialog);
  const second = pick(own, other);
  const far = second && host.features.world.legs.get(second.tag);
  const session = far && host.features.world.sessions.get(far.sessionId);
  const partner = session?.caller === second?.tag ? session?.callee : session?.caller;
  const replaces = sane < 0.9 && partner !== undefined ? partner : pick(up, other)?.tag;
  if (replaces !== undefined) phones.refer(dialog, "102", replaces);
}
