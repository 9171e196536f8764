/** Keys by the names that they belong to. Most names have one key, which takes no set. */
export class KeySets {
  readonly #keys = new Map<string, string | Set<string>>();

  add(name: string, key: string): void {
    const known = this.#keys.get(name);
    if (known === undefined) this.#keys.set(name, key);
    else if (typeof known !== "string") known.add(key);
    else if (known !== key) this.#keys.set(name, new Set([known, key]));
  }

  remove(name: string, key: string): void {
    const known = this.#keys.get(name);
    if (known === key) this.#keys.delete(name);
    if (known === undefined || typeof known === "string") return;
    known.delete(key);
    if (known.size === 0) this.#keys.delete(name);
  }

  /** The one that was added first comes first. */
  of(name: string): Iterable<string> {
    const known = this.#keys.get(name);
    return typeof known === "string" ? [known] : (known ?? []);
  }

  countOf(name: string): number {
    const known = this.#keys.get(name);
    return typeof known === "string" ? 1 : (known?.size ?? 0);
  }
}
