import { setImmediate as nextTurn } from "node:timers/promises";
import type { ChangeRecord, ConfigurationStore, StoredObject } from "./configuration-store.ts";
import { KINDS, type BodyOf, type Kind } from "./model/kinds.ts";

/** Names of objects that have come, changed or gone, by kind; a kind without any is not there. */
export type TouchedObjects = ReadonlyMap<Kind, ReadonlySet<string>>;

/** Changes that are read at a time, and how large; what is beyond is compared object by object. */
const MAX_CHANGES = 100;
const MAX_CHANGE_BYTES = 256 * 1024;
/** Objects that are read before others get their turn. */
const OBJECTS_A_TURN = 500;
/** Comparisons that others may write under; then one is made that nobody can. */
const MAX_COMPARISONS = 5;

interface Entry {
  readonly revision: number;
  readonly body: BodyOf<Kind>;
}

interface Difference {
  readonly kind: Kind;
  readonly name: string;
  /** Absent: it has gone. */
  readonly entry: Entry | undefined;
}

/** The configuration in memory, as of one change: what services work with between changes. */
export class ConfigurationMirror {
  readonly #store: ConfigurationStore;
  readonly #bodies = new Map<Kind, Map<string, BodyOf<Kind>>>();
  readonly #revisions = new Map<Kind, Map<string, number>>();
  #sequence: number;

  constructor(store: ConfigurationStore) {
    this.#store = store;
    this.#sequence = store.snapshot((now) => {
      for (const kind of KINDS) {
        const objects = now.all(kind);
        this.#bodies.set(kind, new Map(objects.map(({ name, body }) => [name, body])));
        this.#revisions.set(kind, new Map(objects.map(({ name, revision }) => [name, revision])));
      }
      return now.sequence();
    });
  }

  /** The change that it has come to. */
  get sequence(): number {
    return this.#sequence;
  }

  get<K extends Kind>(kind: K, name: string): BodyOf<K> | undefined {
    return this.#bodies.get(kind)?.get(name) as BodyOf<K> | undefined;
  }

  /** Everything of a kind, by name. The same body is the same object until it changes. */
  of<K extends Kind>(kind: K): ReadonlyMap<string, BodyOf<K>> {
    return (this.#bodies.get(kind) ?? new Map<string, never>()) as unknown as ReadonlyMap<string, BodyOf<K>>;
  }

  /**
   * Takes up what has changed, all at once; returns what that was. Reading a large change lets others have their turn, who
   * see the configuration before it. One at a time.
   */
  async refresh(): Promise<TouchedObjects> {
    const latest = this.#store.sequence();
    if (latest === this.#sequence) return new Map();
    const changes = this.#changesBetween(this.#sequence, latest);
    if (changes === undefined) return this.#compare(latest);
    return this.#take(changes.flatMap(differencesOf), latest);
  }

  /** All changes between two, or undefined when they are too many or some are forgotten. */
  #changesBetween(from: number, to: number): readonly ChangeRecord[] | undefined {
    if (from === to) return [];
    const changes = this.#store.changesAfter(from, MAX_CHANGES, MAX_CHANGE_BYTES);
    const upTo = changes.filter(({ sequence }) => sequence <= to);
    return upTo[0]?.sequence === from + 1 && upTo.at(-1)?.sequence === to ? upTo : undefined;
  }

  /** Object by object. What is written meanwhile is read again, so that the outcome is the configuration of one moment. */
  async #compare(from: number): Promise<TouchedObjects> {
    let latest = from;
    for (let left = MAX_COMPARISONS; left > 0; left -= 1) {
      const found: Difference[] = [];
      for (const kind of KINDS) {
        const missing = this.#namesOf(kind);
        for await (const page of this.#pagesOf(kind)) found.push(...this.#differences(kind, page, missing));
        for (const name of missing) found.push({ kind, name, entry: undefined });
      }
      const now = this.#store.sequence();
      const since = this.#changesBetween(latest, now);
      if (since !== undefined) return this.#take([...found, ...since.flatMap(differencesOf)], now);
      latest = now;
    }
    return this.#store.snapshot((store) => {
      const found = KINDS.flatMap((kind) => {
        const missing = this.#namesOf(kind);
        const changed = this.#differences(kind, store.all(kind), missing);
        return [...changed, ...[...missing].map((name) => ({ kind, name, entry: undefined }))];
      });
      return this.#take(found, store.sequence());
    });
  }

  #namesOf(kind: Kind): Set<string> {
    return new Set(this.#bodies.get(kind)?.keys());
  }

  /** Those of a page that are not as they are here; what is there is missing no more. */
  #differences(kind: Kind, page: readonly StoredObject[], missing: Set<string>): Difference[] {
    return page.flatMap(({ name, revision, body }) => {
      missing.delete(name);
      return this.#revisions.get(kind)?.get(name) === revision ? [] : [{ kind, name, entry: { revision, body } }];
    });
  }

  #take(differences: readonly Difference[], sequence: number): TouchedObjects {
    const touched = new Map<Kind, Set<string>>();
    for (const { kind, name, entry } of differences) {
      note(touched, kind, name);
      this.#set(kind, name, entry);
    }
    this.#sequence = sequence;
    return touched;
  }

  async *#pagesOf(kind: Kind): AsyncGenerator<readonly StoredObject[]> {
    let after = "";
    for (;;) {
      const page = this.#store.list(kind, { limit: OBJECTS_A_TURN, after });
      yield page;
      const last = page.at(-1);
      if (last === undefined || page.length < OBJECTS_A_TURN) return;
      after = last.name;
      await nextTurn();
    }
  }

  #set(kind: Kind, name: string, entry: Entry | undefined): void {
    const bodies = this.#bodies.get(kind);
    const revisions = this.#revisions.get(kind);
    if (entry === undefined) {
      bodies?.delete(name);
      revisions?.delete(name);
    } else {
      bodies?.set(name, entry.body);
      revisions?.set(name, entry.revision);
    }
  }
}

function note(touched: Map<Kind, Set<string>>, kind: Kind, name: string): void {
  const names = touched.get(kind);
  if (names === undefined) touched.set(kind, new Set([name]));
  else names.add(name);
}

function differencesOf({ sequence, entries }: ChangeRecord): Difference[] {
  return entries.map(({ kind, name, after }) => ({
    kind,
    name,
    entry: after === undefined ? undefined : { revision: sequence, body: after as BodyOf<Kind> },
  }));
}
