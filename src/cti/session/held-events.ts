import { withMore } from "../../common/index.ts";
import type { SessionFacts } from "./session-facts.ts";

/** An event without a number. */
export interface HeldEvent {
  readonly body: string;
  readonly position?: number;
}

/** Names of the facts that they are kept by; other parts have other names. */
const PREFIX = "held ";
const MAX_HELD = 10_000;

/** Events that wait for a number, the last of each key. Kept as facts, so that a kill loses none. */
export class HeldEvents {
  readonly #facts: SessionFacts;
  readonly #keys = new Set<string>();

  constructor(facts: SessionFacts) {
    this.#facts = facts;
    for (const [key] of facts.entries()) if (key.startsWith(PREFIX)) this.#keys.add(key);
  }

  get size(): number {
    return this.#keys.size;
  }

  /** Takes the place of what is held by the key, unless there is no room for another key. */
  hold(key: string, body: string, position?: number): "held" | "replaced" | "full" {
    const name = PREFIX + key;
    if (!this.#keys.has(name) && this.#keys.size >= MAX_HELD) return "full";
    // The last one held is the last one released.
    const isReplaced = this.#keys.delete(name);
    this.#keys.add(name);
    this.#facts.put(name, { body, ...(position === undefined ? {} : { position }) } satisfies HeldEvent);
    return isReplaced ? "replaced" : "held";
  }

  all(): HeldEvent[] {
    return [...this.#keys].map((name) => this.#facts.get(name) as HeldEvent);
  }

  /** The one that is held longest, whose key is let go of by `drop`. */
  first(): (HeldEvent & { readonly key: string }) | undefined {
    for (const name of this.#keys)
      return withMore(this.#facts.get(name) as HeldEvent, { key: name.slice(PREFIX.length) });
    return undefined;
  }

  drop(key: string): void {
    const name = PREFIX + key;
    if (this.#keys.delete(name)) this.#facts.remove(name);
  }
}
