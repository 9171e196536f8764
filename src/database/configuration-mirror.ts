import { setImmediate as nextTurn } from "node:timers/promises";
import type { ConfigurationStore } from "./configuration-store.ts";
import { KINDS, type BodyOf, type Kind } from "./model/kinds.ts";

/** Names of objects that have come, changed or gone, by kind; a kind without any is not there. */
export type TouchedObjects = ReadonlyMap<Kind, ReadonlySet<string>>;

/** Changes that are read at a time, and how large; what is beyond is compared object by object. */
const MAX_CHANGES = 100;
const MAX_CHANGE_BYTES = 256 * 1024;
/** Objects that are read before others get their turn. */
const OBJECTS_A_TURN = 500;

interface Entry {
  readonly revision: number;
  readonly body: BodyOf<Kind>;
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
    const changes = this.#store.changesAfter(this.#sequence, MAX_CHANGES, MAX_CHANGE_BYTES);
    const isWhole = changes[0]?.sequence === this.#sequence + 1 && changes.at(-1)?.sequence === latest;
    if (!isWhole) return this.#compare(latest);
    const touched = new Map<Kind, Set<string>>();
    for (const { sequence, entries } of changes) {
      for (const { kind, name, after } of entries) {
        note(touched, kind, name);
        this.#set(kind, name, after === undefined ? undefined : { revision: sequence, body: after as BodyOf<Kind> });
      }
    }
    this.#sequence = latest;
    return touched;
  }

  async #compare(latest: number): Promise<TouchedObjects> {
    const found: { readonly kind: Kind; readonly name: string; readonly entry: Entry | undefined }[] = [];
    for (const kind of KINDS) {
      const missing = new Set(this.#bodies.get(kind)?.keys());
      for await (const { name, revision, body } of this.#pagesOf(kind)) {
        missing.delete(name);
        if (this.#revisions.get(kind)?.get(name) !== revision) found.push({ kind, name, entry: { revision, body } });
      }
      for (const name of missing) found.push({ kind, name, entry: undefined });
    }
    const touched = new Map<Kind, Set<string>>();
    for (const { kind, name, entry } of found) {
      note(touched, kind, name);
      this.#set(kind, name, entry);
    }
    this.#sequence = latest;
    return touched;
  }

  async *#pagesOf(kind: Kind): AsyncGenerator<Entry & { readonly name: string }> {
    let after = "";
    for (;;) {
      const page = this.#store.list(kind, { limit: OBJECTS_A_TURN, after });
      yield* page;
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
