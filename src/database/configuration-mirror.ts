import type { ConfigurationStore } from "./configuration-store.ts";
import { KINDS, type BodyOf, type Kind } from "./model/kinds.ts";

/** Changes that are read at a time; with more of them everything is read anew. */
const MAX_CHANGES = 100;

/** The configuration in memory, as of one change: what services work with between changes. */
export class ConfigurationMirror {
  readonly #store: ConfigurationStore;
  #bodies = new Map<Kind, Map<string, BodyOf<Kind>>>();
  #sequence = 0;

  constructor(store: ConfigurationStore) {
    this.#store = store;
    this.#readAll();
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

  /** Takes up what has changed; returns the kinds of what did. */
  refresh(): ReadonlySet<Kind> {
    const latest = this.#store.sequence();
    if (latest === this.#sequence) return new Set();
    const changes = this.#store.changesAfter(this.#sequence, MAX_CHANGES);
    const isWhole = changes[0]?.sequence === this.#sequence + 1 && changes.at(-1)?.sequence === latest;
    if (!isWhole) {
      this.#readAll();
      return new Set(KINDS);
    }
    const touched = new Set<Kind>();
    for (const { entries } of changes) {
      for (const { kind, name, after } of entries) {
        touched.add(kind);
        const bodies = this.#bodies.get(kind);
        if (after === undefined) bodies?.delete(name);
        else bodies?.set(name, after as BodyOf<Kind>);
      }
    }
    this.#sequence = latest;
    return touched;
  }

  #readAll(): void {
    const bodies = new Map<Kind, Map<string, BodyOf<Kind>>>();
    this.#sequence = this.#store.snapshot((store) => {
      for (const kind of KINDS) {
        bodies.set(kind, new Map(store.all(kind).map((object) => [object.name, object.body])));
      }
      return store.sequence();
    });
    this.#bodies = bodies;
  }
}
