import type { WatchKey } from "../call/watch-keys.ts";
import type { Session } from "../session/session.ts";

/** Names of the facts that it is kept by: how much the session may watch, and each device and line of one that may some. */
const EXTENT = "inventory";
const ENTRY = "inventory ";

/**
 * Devices and lines that a session knows of. Of who may watch some only each is kept with the session; of who may watch all
 * only that. It stays kept when the session watches no more, and is of no use then, until it watches again.
 */
export class KnownInventory {
  readonly #session: Session;
  readonly #keys = new Set<WatchKey>();
  #isOfAll = false;
  /** False: signals of the past may be about what it does not show, since it was restored as all that there is now. */
  #isSure = true;

  private constructor(session: Session) {
    this.#session = session;
  }

  /** What a session knows from now on, whatever it knew before. */
  static begin(session: Session, keys: Iterable<WatchKey>): KnownInventory {
    const known = new KnownInventory(session);
    known.#isOfAll = mayWatchAll(session);
    for (const key of keys) known.#keys.add(key);
    known.#keep();
    return known;
  }

  /**
   * What a session knew when the process before this one died; undefined: nothing is kept of that.
   * @param all what there is for who may control all
   */
  static restore(session: Session, all: () => Iterable<WatchKey>): KnownInventory | undefined {
    const extent = session.facts.get(EXTENT);
    if (extent !== "all" && extent !== "some") return undefined;
    const known = new KnownInventory(session);
    known.#isOfAll = extent === "all";
    known.#isSure = extent === "some";
    if (known.#isOfAll) for (const key of all()) known.#keys.add(key);
    else for (const key of keptBy(session)) known.#keys.add(key.slice(ENTRY.length));
    return known;
  }

  get keys(): ReadonlySet<WatchKey> {
    return this.#keys;
  }

  /** Signals of the past are over. */
  settle(): void {
    this.#isSure = true;
  }

  /** @returns true when that is new to the session, or may be */
  add(key: WatchKey): boolean {
    const isKnown = this.#keys.has(key);
    if (!isKnown) {
      this.#keys.add(key);
      if (!this.#isOfAll) this.#session.facts.put(ENTRY + key, true);
    }
    return !isKnown || !this.#isSure;
  }

  /** @returns true when the session knew of it, or may have */
  delete(key: WatchKey): boolean {
    const isKnown = this.#keys.delete(key);
    if (isKnown && !this.#isOfAll) this.#session.facts.remove(ENTRY + key);
    return isKnown || !this.#isSure;
  }

  /** What the session may watch has changed perhaps. */
  extentChanged(): void {
    if (this.#isOfAll === mayWatchAll(this.#session)) return;
    this.#isOfAll = !this.#isOfAll;
    this.#keep();
  }

  /** Writes no more than what is kept otherwise: who begins again and again writes next to nothing. */
  #keep(): void {
    const { facts } = this.#session;
    const extent = this.#isOfAll ? "all" : "some";
    if (facts.get(EXTENT) !== extent) facts.put(EXTENT, extent);
    const keys: ReadonlySet<WatchKey> = this.#isOfAll ? new Set() : this.#keys;
    for (const entry of keptBy(this.#session)) if (!keys.has(entry.slice(ENTRY.length))) facts.remove(entry);
    for (const key of keys) if (facts.get(ENTRY + key) === undefined) facts.put(ENTRY + key, true);
  }
}

function keptBy({ facts }: Session): string[] {
  return Array.from(facts.entries(), ([key]) => key).filter((key) => key.startsWith(ENTRY));
}

function mayWatchAll({ user }: Session): boolean {
  return user.permissions.includes("control-all-devices");
}
