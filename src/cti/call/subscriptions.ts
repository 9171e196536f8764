import type { Ids } from "../../common/index.ts";
import { CtiError } from "../cti-error.ts";
import type { Session } from "../session/session.ts";
import type { Distributor } from "./distributor.ts";
import type { Subscription } from "./subscription.ts";
import { deviceKey, type WatchKey } from "./watch-keys.ts";

/** Subscriptions of a session, open devices not counted, and what they name together. */
export const MAX_SUBSCRIPTIONS = 1_000;
const MAX_TOPICS = 50_000;

const FACT = "subscription:";

interface Fact {
  readonly keys: readonly WatchKey[];
  readonly types?: readonly string[];
  readonly since: number;
}

/** What the sessions have subscribed to; kept with them. */
export class Subscriptions {
  readonly #distributor: Distributor;
  readonly #ids: Ids;
  readonly #sessions = new Map<string, Map<string, Subscription>>();

  constructor(distributor: Distributor, ids: Ids) {
    this.#distributor = distributor;
    this.#ids = ids;
  }

  get count(): number {
    let count = 0;
    for (const subscriptions of this.#sessions.values()) count += subscriptions.size;
    return count;
  }

  of(session: Session): readonly Subscription[] {
    return [...(this.#sessions.get(session.id)?.values() ?? [])];
  }

  /** Takes up again what a session had subscribed to before a restart of the process. */
  restore(session: Session): void {
    for (const [key, value] of session.facts.entries()) {
      if (!key.startsWith(FACT)) continue;
      const { keys, types, since } = value as Fact;
      this.#add({
        id: key.slice(FACT.length),
        session,
        keys: new Set(keys),
        ...(types === undefined ? {} : { types: new Set(types) }),
        isOfOpenDevice: false,
        since,
      });
    }
  }

  /**
   * The session hears of what comes after the signal at `since`.
   * @throws {CtiError} `limit-subscriptions`
   */
  subscribe(
    session: Session,
    keys: ReadonlySet<WatchKey>,
    types: ReadonlySet<string> | undefined,
    since: number,
  ): string {
    const own = this.of(session).filter(({ isOfOpenDevice }) => !isOfOpenDevice);
    checkRoom("subscriptions", own.length + 1, MAX_SUBSCRIPTIONS);
    checkRoom(
      "topics",
      own.reduce((sum, each) => sum + each.keys.size, keys.size),
      MAX_TOPICS,
    );
    const id = this.#ids.token(6);
    const limited = types === undefined ? {} : { types };
    this.#add({ id, session, keys, ...limited, isOfOpenDevice: false, since });
    this.#keep(session, id);
    return id;
  }

  /** @returns false when there is none of that id */
  unsubscribe(session: Session, id: string): boolean {
    const subscription = this.#sessions.get(session.id)?.get(id);
    if (subscription === undefined || subscription.isOfOpenDevice) return false;
    this.#remove(subscription);
    session.facts.remove(FACT + id);
    return true;
  }

  /** The session hears all of a device that it has open; kept by who keeps that it is open. */
  openDevice(session: Session, device: string, since: number): void {
    const id = openId(device);
    if (this.#sessions.get(session.id)?.has(id) === true) return;
    this.#add({ id, session, keys: new Set([deviceKey(device)]), isOfOpenDevice: true, since });
  }

  closeDevice(session: Session, device: string): void {
    const subscription = this.#sessions.get(session.id)?.get(openId(device));
    if (subscription !== undefined) this.#remove(subscription);
  }

  /** The session may not watch these any more: they are taken out of its subscriptions. */
  takeOut(session: Session, keys: ReadonlySet<WatchKey>): void {
    for (const subscription of this.of(session)) {
      const left = new Set([...subscription.keys].filter((key) => !keys.has(key)));
      if (left.size === subscription.keys.size) continue;
      this.#remove(subscription);
      if (left.size === 0) {
        session.facts.remove(FACT + subscription.id);
      } else {
        this.#add({ ...subscription, keys: left });
        if (!subscription.isOfOpenDevice) this.#keep(session, subscription.id);
      }
    }
  }

  end(session: Session): void {
    for (const subscription of this.of(session)) this.#remove(subscription);
  }

  /** Positions begin anew: everybody hears what comes after this one. */
  renew(since: number): void {
    for (const subscriptions of [...this.#sessions.values()]) {
      for (const subscription of [...subscriptions.values()]) {
        this.#remove(subscription);
        this.#add({ ...subscription, since });
        if (!subscription.isOfOpenDevice) this.#keep(subscription.session, subscription.id);
      }
    }
  }

  #add(subscription: Subscription): void {
    const { session, id } = subscription;
    let subscriptions = this.#sessions.get(session.id);
    if (subscriptions === undefined) this.#sessions.set(session.id, (subscriptions = new Map<string, Subscription>()));
    subscriptions.set(id, subscription);
    this.#distributor.add(subscription);
  }

  #remove(subscription: Subscription): void {
    const { session, id } = subscription;
    const subscriptions = this.#sessions.get(session.id);
    subscriptions?.delete(id);
    if (subscriptions?.size === 0) this.#sessions.delete(session.id);
    this.#distributor.remove(subscription);
  }

  #keep(session: Session, id: string): void {
    const subscription = this.#sessions.get(session.id)?.get(id);
    if (subscription === undefined) return;
    const { keys, types, since } = subscription;
    const fact: Fact = { keys: [...keys], ...(types === undefined ? {} : { types: [...types] }), since };
    session.facts.put(FACT + id, fact);
  }
}

function openId(device: string): string {
  return `open:${device}`;
}

function checkRoom(name: string, used: number, value: number): void {
  if (used <= value) return;
  throw new CtiError("limit-subscriptions", `a session may have ${value} ${name}`, { limit: { name, value, used } });
}
