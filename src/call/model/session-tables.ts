import type { Place } from "./model-event.ts";

/** What of a session is looked at. */
interface KnownSession {
  readonly sessionId: string;
  readonly callId: string;
  readonly ringing: readonly { readonly place: Place }[];
}

/** Where sessions are found: of thousands a call, a device or a line has few. */
export interface SessionTables {
  /** Names of sessions by their calls. */
  readonly sessionsOf: ReadonlyMap<string, ReadonlySet<string>>;
  /** Names of those that ring, or offer their call, by the devices, who began first first. */
  readonly ringingAt: ReadonlyMap<string, ReadonlySet<string>>;
  /** By the lines, and by the numbers of these: which one began to ring there when, counted over all. */
  readonly ringingFor: ReadonlyMap<string, ReadonlyMap<string, number>>;
  readonly rung: { count: number };
}

export function noSessions(): SessionTables {
  return { sessionsOf: new Map(), ringingAt: new Map(), ringingFor: new Map(), rung: { count: 0 } };
}

/** A session is put, or forgotten. */
export function noteSession(
  { sessionsOf, ringingAt, ringingFor, rung }: SessionTables,
  former: KnownSession | undefined,
  session: KnownSession | undefined,
): void {
  const sessionId = (session ?? former)?.sessionId;
  if (sessionId === undefined) return;
  if (session?.callId !== former?.callId) {
    const calls = sessionsOf as Map<string, Set<string>>;
    if (former !== undefined) removeFrom(calls, former.callId, sessionId);
    if (session !== undefined) entryOf(calls, session.callId, () => new Set()).add(sessionId);
  }
  if (session?.ringing === former?.ringing) return;
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

function devicesRung(session: KnownSession | undefined): ReadonlySet<string> {
  return new Set(session?.ringing.flatMap(({ place }) => place.devices));
}

/** A line has an `@` in its name, and a number has none. */
function linesRung(session: KnownSession | undefined): ReadonlySet<string> {
  return new Set(
    session?.ringing.flatMap(({ place: { address } }) => {
      return address.line === undefined ? [] : [address.line, address.number];
    }),
  );
}
