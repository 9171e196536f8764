import { withMore } from "../../common/index.ts";
import type { CtiSignal } from "../../signals/index.ts";
import type { Session } from "../session/session.ts";
import type { CtiEvent } from "./cti-event.ts";
import type { Concerned } from "./replica.ts";
import { conflateKeyOf, eventsOf, isOnlyByName, withTrace } from "./signal-events.ts";
import type { Subscription } from "./subscription.ts";
import { WATCH_ALL, type WatchKey } from "./watch-keys.ts";

/** What one session hears of a signal, and by which of its subscriptions. */
interface Hearing {
  /** Those that have heard of it before. */
  readonly before: Subscription[];
  /** Those that hear of it for the first time. */
  readonly entering: Subscription[];
}

interface Keys {
  readonly before: Iterable<WatchKey>;
  readonly after: Iterable<WatchKey>;
}

const NOBODY: ReadonlySet<Session> = new Set();

/** Tells sessions what they have subscribed to: one stream of events, of which each session hears a part. */
export class Distributor {
  readonly #subscriptions = new Map<WatchKey, Set<Subscription>>();

  add(subscription: Subscription): void {
    for (const key of subscription.keys) {
      const there = this.#subscriptions.get(key);
      if (there === undefined) this.#subscriptions.set(key, new Set([subscription]));
      else there.add(subscription);
    }
  }

  remove(subscription: Subscription): void {
    for (const key of subscription.keys) {
      const there = this.#subscriptions.get(key);
      there?.delete(subscription);
      if (there?.size === 0) this.#subscriptions.delete(key);
    }
  }

  /** Sessions that have subscribed to one of these. */
  sessionsOf(keys: Iterable<WatchKey>): Set<Session> {
    const sessions = new Set<Session>();
    for (const key of keys) for (const { session } of this.#subscriptions.get(key) ?? []) sessions.add(session);
    return sessions;
  }

  /** Tells of a signal whom it concerns. A session whose log has it is not told again. @returns whom it has told */
  tell(signal: CtiSignal, concerned: Concerned, position: number): ReadonlySet<Session> {
    const hearings = this.#hearings({ ...concerned, before: [WATCH_ALL, ...concerned.before] }, position);
    if (hearings.size === 0) return NOBODY;
    const told = new Set<Session>();
    const events = eventsOf(signal);
    const snapshot: readonly CtiEvent[] =
      signal.kind === "call" && !concerned.isNewCall
        ? [withTrace({ type: "call.snapshot", call: signal.call }, signal)]
        : [];
    for (const [session, hearing] of hearings) {
      if (position <= session.position) continue;
      for (const event of enters(hearing, snapshot) ? snapshot : events) {
        if (event.type !== "call.snapshot" && !hears(hearing, event.type)) continue;
        session.append(event, placeOf(event, position));
        told.add(session);
      }
    }
    return told;
  }

  /** Tells who watches one of these, of what is no signal. */
  announce(events: readonly CtiEvent[], keys: readonly WatchKey[]): void {
    for (const [session, hearing] of this.#hearings({ before: keys, after: keys }, Infinity)) {
      for (const event of events) if (hears(hearing, event.type)) session.append(event, placeOf(event));
    }
  }

  #hearings({ before, after }: Keys, position: number): Map<Session, Hearing> {
    const hearings = new Map<Session, Hearing>();
    const heard = new Set<Subscription>();
    const note = (key: WatchKey, list: "before" | "entering"): void => {
      for (const subscription of this.#subscriptions.get(key) ?? []) {
        if (subscription.since >= position || heard.has(subscription)) continue;
        heard.add(subscription);
        let hearing = hearings.get(subscription.session);
        if (hearing === undefined) hearings.set(subscription.session, (hearing = { before: [], entering: [] }));
        hearing[list].push(subscription);
      }
    };
    for (const key of before) note(key, "before");
    for (const key of after) note(key, "entering");
    return hearings;
  }
}

export function placeOf(
  event: CtiEvent,
  position?: number,
): { readonly position?: number; readonly conflateKey?: string } {
  const conflateKey = conflateKeyOf(event);
  return withMore(position === undefined ? {} : { position }, {
    ...(conflateKey === undefined ? {} : { conflateKey }),
  });
}

/** The call has gone on before, and no subscription of the session has told it whole. */
function enters({ before, entering }: Hearing, snapshot: readonly CtiEvent[]): boolean {
  if (snapshot.length === 0 || entering.length === 0) return false;
  const isWhole = (subscription: Subscription): boolean => accepts(subscription, "call.snapshot");
  return entering.some(isWhole) && !before.some(isWhole);
}

function hears({ before, entering }: Hearing, type: string): boolean {
  const matches = (subscription: Subscription): boolean => accepts(subscription, type);
  return before.some(matches) || entering.some(matches);
}

function accepts({ types, isOfOpenDevice }: Subscription, type: string): boolean {
  if (isOfOpenDevice) return true;
  return types === undefined ? !isOnlyByName(type) : types.has(type);
}
