import { PatternTrie } from "./pattern-trie.ts";
import { entryOf, type Dialable, type PlanEntry } from "./plan-entry.ts";

/** All that can be dialed, by partition. Objects come, change and go. */
export class Dialables {
  readonly #tries = new Map<string, PatternTrie<PlanEntry>>();
  readonly #entries = new Map<string, PlanEntry>();

  constructor(dialables: Iterable<Dialable>) {
    for (const dialable of dialables) this.set(dialable);
  }

  get size(): number {
    return this.#entries.size;
  }

  trieOf(partition: string): PatternTrie<PlanEntry> | undefined {
    return this.#tries.get(partition);
  }

  /** Adds an object, or puts it in the place of what it was before. What is no pattern cannot be dialed. */
  set(dialable: Dialable): void {
    const entry = entryOf(dialable);
    if (entry === undefined) return;
    const { kind, name, partition, pattern } = entry;
    this.delete(kind, name);
    this.#entries.set(keyOf(kind, name), entry);
    const trie = this.#tries.get(partition) ?? new PatternTrie<PlanEntry>();
    this.#tries.set(partition, trie);
    trie.add(pattern.positions, entry);
  }

  /** By name, such as `9.!@outside`; nothing when it is not there. */
  delete(kind: Dialable["kind"], name: string): void {
    const entry = this.#entries.get(keyOf(kind, name));
    if (entry === undefined) return;
    const { partition, pattern } = entry;
    const trie = this.#tries.get(partition);
    this.#entries.delete(keyOf(kind, name));
    trie?.delete(pattern.positions, entry);
    if (trie?.isEmpty === true) this.#tries.delete(partition);
  }
}

function keyOf(kind: Dialable["kind"], name: string): string {
  return `${kind} ${name}`;
}
