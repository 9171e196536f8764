import type { LegDevice } from "../../src/call/control/leg/leg.ts";
import type { Diversion } from "../../src/call/model/session/session.ts";

/** Devices and numbers of every simulation: phones with a line each, one line on two phones, a trunk. */
export const PHONES: readonly string[] = ["phone-a", "phone-b", "phone-c", "phone-d", "phone-e", "phone-f"];
export const TRUNK = "trunk";

interface Line {
  readonly number: string;
  /** Groups of devices, tried one after the other. */
  readonly devices: readonly (readonly string[])[];
  readonly forwards?: Partial<Record<Diversion, string>>;
}

const LINES: readonly Line[] = [
  { number: "101", devices: [["phone-a"]] },
  { number: "102", devices: [["phone-b"]], forwards: { "no-answer": "103", busy: "0777" } },
  { number: "103", devices: [["phone-c"]] },
  { number: "104", devices: [["phone-d"]], forwards: { busy: "105", unregistered: "101" } },
  { number: "105", devices: [["phone-e", "phone-f"]] },
];
/** Serial: one line after the other. */
const HUNT = "200";
const HUNTED: readonly string[] = ["101", "105", "103"];
/** Whose callers wait in a queue while nobody is free. */
const QUEUE = "202";
export const PILOT = "202@internal";
export const QUEUE_LINES: readonly string[] = ["101", "105"].map(lineOf);
const OUTSIDE = "0777";
const SERVICE = "600";

export const PARK_RANGE = "70X@internal";
/** Few, so that they are all taken at times. */
export const SLOTS: readonly string[] = ["701", "702", "703"];
export const GROUP = "sales";
export const GROUP_LINES: readonly string[] = ["101", "102", "105"].map(lineOf);

function lineOf(number: string): string {
  return `${number}@internal`;
}

/** What is dialed; the last one leads nowhere. */
export const NUMBERS: readonly string[] = [...LINES.map(({ number }) => number), HUNT, QUEUE, OUTSIDE, SERVICE, "999"];
export const RING_MS = 20_000;
/** All members of a hunt together. */
export const HUNT_MS = 50_000;
export const MAX_CALLS = 4;

/** Devices that share a line. */
export const SHARING: readonly string[] = ["phone-e", "phone-f"];

/** The devices that have a line. */
export function devicesOf(number: string): readonly string[] {
  return LINES.find((one) => one.number === number)?.devices.flat() ?? [];
}

/** The device as it calls. */
export function deviceNamed(name: string): LegDevice {
  if (name === TRUNK) return { kind: "peer", name, number: OUTSIDE };
  const line = LINES.find(({ devices }) => devices.flat().includes(name));
  return phoneOn(name, line?.number ?? "100");
}

function phoneOn(name: string, number: string): LegDevice {
  return { kind: "sip-phone", name, number, line: lineOf(number) };
}

/** Where a number leads. */
export type Way =
  | {
      readonly kind: "devices";
      readonly groups: readonly (readonly LegDevice[])[];
      readonly line?: string;
      readonly isHunt?: true;
    }
  | { readonly kind: "queue" }
  | { readonly kind: "service" }
  | { readonly kind: "nowhere" };

export function wayTo(number: string): Way {
  if (number === SERVICE) return { kind: "service" };
  if (number === QUEUE) return { kind: "queue" };
  if (number === OUTSIDE) return { kind: "devices", groups: [[deviceNamed(TRUNK)]] };
  if (number === HUNT)
    return { kind: "devices", groups: HUNTED.map((one) => groupsOf(one).flat()), line: HUNT, isHunt: true };
  const groups = groupsOf(number);
  return groups.length === 0 ? { kind: "nowhere" } : { kind: "devices", groups, line: number };
}

/** The devices that have a line, such as `101@internal`, as they are rung. */
export function devicesOn(line: string): readonly LegDevice[] {
  return groupsOf(line.split("@")[0] ?? "").flat();
}

function groupsOf(number: string): readonly (readonly LegDevice[])[] {
  const line = LINES.find((one) => one.number === number);
  return (line?.devices ?? []).map((group) => group.map((name) => phoneOn(name, number)));
}

/** Where a line's calls go instead; undefined: nowhere. */
export function forwardOf(line: string, reason: Diversion): string | undefined {
  if (line === HUNT) return reason === "no-coverage" ? SERVICE : undefined;
  return LINES.find(({ number }) => number === line)?.forwards?.[reason];
}

/** Reasons for which a line forwards. */
export function diversionsOf(line: string): readonly Diversion[] {
  if (line === HUNT) return ["no-coverage"];
  return Object.keys(LINES.find(({ number }) => number === line)?.forwards ?? {}) as Diversion[];
}
