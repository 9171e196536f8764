/** What is forgotten when its time has come; times only grow. */
export class Leaving {
  #keys: { readonly key: string; readonly atMs: number }[] = [];
  #first = 0;

  add(key: string, atMs: number): void {
    this.#keys.push({ key, atMs });
  }

  /** When the first one is due; undefined: there is none. */
  get nextMs(): number | undefined {
    return this.#keys[this.#first]?.atMs;
  }

  /** Takes out what is due. */
  due(nowMs: number): readonly string[] {
    const keys: string[] = [];
    for (let next = this.#keys[this.#first]; next !== undefined && next.atMs <= nowMs;) {
      keys.push(next.key);
      this.#first += 1;
      next = this.#keys[this.#first];
    }
    if (this.#first > 1_000 && this.#first * 2 > this.#keys.length) {
      this.#keys = this.#keys.slice(this.#first);
      this.#first = 0;
    }
    return keys;
  }
}
