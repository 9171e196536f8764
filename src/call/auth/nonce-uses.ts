import { detached, GenerationMap, type Clock } from "../../common/index.ts";
import { type NonceCountWindow, openWindow, useCount } from "./nonce-count-window.ts";

export interface NonceUsesOptions {
  readonly clock: Clock;
  readonly maxAgeMs: number;
  /** Nonces remembered at a time. */
  readonly maxNonces: number;
}

type Uses = { readonly issuedAtMs: number; window: NonceCountWindow };

/**
 * Remembers which counts of which nonces were used, for nonces that proved good. When it has to forget some, every
 * nonce as old as they and not remembered counts as used: forgetting never allows a replay.
 */
export class NonceUses {
  readonly #startedAtMs: number;
  readonly #nonces: GenerationMap<Uses>;
  #forgottenUpToMs = -1;

  constructor({ clock, maxAgeMs, maxNonces }: NonceUsesOptions) {
    this.#startedAtMs = clock.wallMs();
    this.#nonces = new GenerationMap({
      clock,
      maxEntries: maxNonces,
      periodMs: maxAgeMs,
      onForgotten: (values) => {
        for (const { issuedAtMs } of values) this.#forgottenUpToMs = Math.max(this.#forgottenUpToMs, issuedAtMs);
      },
    });
  }

  get size(): number {
    return this.#nonces.size;
  }

  /** Uses a count (1 and above) of a genuine nonce; false when that would be a replay, or might be one. */
  use(nonce: string, issuedAtMs: number, count: number): boolean {
    const known = this.#nonces.get(nonce);
    if (known !== undefined) {
      const window = useCount(known.window, count);
      if (window !== undefined) known.window = window;
      return window !== undefined;
    }
    if (issuedAtMs <= this.#forgottenUpToMs) return false;
    // What a nonce from before this process was used for is not known, but it was used in order.
    this.#nonces.set(detached(nonce), { issuedAtMs, window: openWindow(count, issuedAtMs < this.#startedAtMs) });
    return true;
  }
}
