import type { ConfigPath } from "./yaml-source.ts";

/** A broken rule and the place of the value that breaks it. */
export interface Fault {
  readonly path: ConfigPath;
  readonly reason: string;
}

/** Finds values that occurred before; remembers where each came from. */
export class Occurrences {
  readonly #places = new Map<string, string>();

  /** @returns where `value` occurred first, or `undefined` when it is new */
  add(value: string, place: string): string | undefined {
    const first = this.#places.get(value);
    if (first === undefined) this.#places.set(value, place);
    return first;
  }
}
