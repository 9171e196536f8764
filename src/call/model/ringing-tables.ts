import type { Place } from "./model-event.ts";

/** What of a session is looked at. */
interface RingingSession {
  readonly sessionId: string;
  readonly ringing: readonly { readonly place: Place }[];
}

/** Where sessions ring, or offer their call: of thousands a device or a line has few. */
export interface RingingTables {
  /** Names of sessions by the devices, who began first first. */
  readonly ringingAt: ReadonlyMap<string, ReadonlySet<string>>;
  /** By the lines, and by the numbers of these: which one began to ring there when, counted over all. */
  readonly ringingFor: ReadonlyMap<string, ReadonlyMap<string, number>>;
  readonly rung: { count: number };
}

export function nothingRings(): RingingTables {
  return { ringingAt: new Map(), ringingFor: new Map(), rung: { count: 0 } };
}

/** A session is put, or forgotten. */
export function noteRinging(
  { ringingAt, ringingFor, rung }: RingingTables,
  former: RingingSession | undefined,
  session: RingingSession | undefined,
): void {
  const sessionId = (session ?? former)?.sessionId;
  if (sessionId === undefined || session?.ringing === former?.ringing) return;
  const devices = ringingAt as Map<string, Set<string>>;
  replace(devicesRung(former), devicesRung(session), {
    add: (device) => entryOf(devices, device, () => new Set()).add(sessionId),
    remove: (device) => removeFrom(devices, device, sessionId),
  });
  const lines = ringingFor as Map<string, Map<string, number>>;
  replace(linesRung(former), linesRung(session), {
    add: (line) => entryOf(lines, line, () => new Map<string, number>()).set(sessionId, (rung.count += 1)),
    remove: (line) => removeFrom(lines, line, sessionId),
  });
}

function replace(
  before: ReadonlySet<string>,
  now: ReadonlySet<string>,
  { add, remove }: { readonly add: (key: string) => void; readonly remove: (key: string) => void },
): void {
  for (const key of before) if (!now.has(key)) remove(key);
  for (const key of now) if (!before.has(key)) add(key);
}

function entryOf<Entry>(table: Map<string, Entry>, key: string, make: () => Entry): Entry {
  const known = table.get(key);
  if (known !== undefined) return known;
  const made = make();
  table.set(key, made);
  return made;
}

function removeFrom(table: Map<string, Set<string> | Map<string, number>>, key: string, sessionId: string): void {
  const there = table.get(key);
  there?.delete(sessionId);
  if (there?.size === 0) table.delete(key);
}

function devicesRung(session: RingingSession | undefined): ReadonlySet<string> {
  return new Set(session?.ringing.flatMap(({ place }) => place.devices));
}

/** A line has an `@` in its name, and a number has none. */
function linesRung(session: RingingSession | undefined): ReadonlySet<string> {
  return new Set(
    session?.ringing.flatMap(({ place: { address } }) => {
      return address.line === undefined ? [] : [address.line, address.number];
    }),
  );
}
