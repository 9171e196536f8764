import type { Clock } from "../../common/index.ts";
import type { CallView } from "../../signals/index.ts";
import type { KnownCall } from "./known-call.ts";
import type { WatchKey } from "./watch-keys.ts";

/** How long an ended call can be asked for, and how many of them. */
const KEPT_MS = 600_000;
const MAX_CALLS = 100_000;
/** No name has one. */
const BETWEEN = "\n";

interface Ended {
  readonly untilMs: number;
  readonly keys: string;
  /** JSON of its view; absent: call control has to be asked for it, since another process has seen it end. */
  readonly view?: string;
}

/**
 * Calls that have ended and can still be asked for: for ten minutes, 100,000 of them at most. What is kept of each is two
 * texts: few are ever asked for, and objects would be several times as large.
 */
export class EndedCalls {
  readonly #clock: Clock;
  readonly #onForgotten: ((callId: string) => void) | undefined;
  /** The oldest first. */
  readonly #calls = new Map<string, Ended>();

  /** @param onForgotten one can be asked for no more */
  constructor(clock: Clock, onForgotten?: (callId: string) => void) {
    this.#clock = clock;
    this.#onForgotten = onForgotten;
  }

  get size(): number {
    return this.#calls.size;
  }

  /** It is kept as long as it would have been when it was added, or recalled, before. */
  add({ view, keys }: KnownCall): void {
    const { callId } = view;
    const untilMs = this.#calls.get(callId)?.untilMs ?? this.#untilMs();
    this.#calls.set(callId, { untilMs, keys: [...keys].join(BETWEEN), view: JSON.stringify(view) });
  }

  /** One whose view call control has; what is known of it already counts. */
  recall(callId: string, keys: ReadonlySet<WatchKey>): void {
    if (this.#calls.get(callId)?.view !== undefined) return;
    this.#calls.set(callId, { untilMs: this.#untilMs(), keys: [...keys].join(BETWEEN) });
  }

  get(callId: string): KnownCall | undefined {
    const known = this.#calls.get(callId);
    if (known?.view === undefined) return undefined;
    return { view: JSON.parse(known.view) as CallView, keys: keysIn(known) };
  }

  /** What had been in a call whose view call control has; undefined: there is no such call. */
  recalled(callId: string): ReadonlySet<WatchKey> | undefined {
    const known = this.#calls.get(callId);
    return known === undefined || known.view !== undefined ? undefined : keysIn(known);
  }

  /** Forgets what is too old, or too much. */
  expire(): void {
    const nowMs = this.#clock.nowMs();
    for (const [callId, { untilMs }] of this.#calls) {
      if (untilMs > nowMs && this.#calls.size <= MAX_CALLS) return;
      this.#calls.delete(callId);
      this.#onForgotten?.(callId);
    }
  }

  delete(callId: string): void {
    this.#calls.delete(callId);
  }

  clear(): void {
    this.#calls.clear();
  }

  #untilMs(): number {
    return this.#clock.nowMs() + KEPT_MS;
  }
}

function keysIn({ keys }: Ended): ReadonlySet<WatchKey> {
  return new Set(keys === "" ? [] : keys.split(BETWEEN));
}
