interface Entry<View> {
  readonly view: View;
  readonly seq: number;
}

/** Names of what is gone that are remembered, for snapshots that were made before. */
const MAX_GONE = 1_000;

/**
 * What is known by name, with the event that it was last told by: a snapshot that is older changes nothing that has been
 * told since. As large as what the server tells.
 */
export class Table<View> {
  readonly #entries = new Map<string, Entry<View>>();
  readonly #gone = new Map<string, number>();

  get size(): number {
    return this.#entries.size;
  }

  get(name: string): View | undefined {
    return this.#entries.get(name)?.view;
  }

  *values(): IterableIterator<View> {
    for (const { view } of this.#entries.values()) yield view;
  }

  put(name: string, view: View, seq: number): void {
    this.#entries.set(name, { view, seq });
  }

  /** From a snapshot of `seq`. False: something newer is known. */
  merge(name: string, view: View, seq: number): boolean {
    const known = this.#entries.get(name)?.seq ?? this.#gone.get(name);
    if (known !== undefined && known > seq) return false;
    this.put(name, view, seq);
    return true;
  }

  /** @returns what it was */
  remove(name: string, seq: number): View | undefined {
    const view = this.#entries.get(name)?.view;
    this.#entries.delete(name);
    this.#gone.delete(name);
    this.#gone.set(name, seq);
    const [oldest] = this.#gone.keys();
    if (this.#gone.size > MAX_GONE && oldest !== undefined) this.#gone.delete(oldest);
    return view;
  }

  /** Another numbering of events begins: all is as old as can be. */
  restart(): void {
    this.#gone.clear();
    for (const [name, { view }] of this.#entries) this.#entries.set(name, { view, seq: 0 });
  }
}
