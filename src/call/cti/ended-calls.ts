import { Expiry, GenerationMap, type Clock } from "../../common/index.ts";
import type { CallView } from "../../signals/index.ts";

const KEPT_MS = 600_000;
const MAX_CALLS = 100_000;

/**
 * How calls were that have ended: for ten minutes, of 100,000 calls at most. Each is one text: few are ever asked for, and
 * as objects they would be three times as large and keep pages of the heap from being given back.
 */
export class EndedCalls {
  readonly #clock: Clock;
  readonly #calls: GenerationMap<string>;
  readonly #expiry: Expiry;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#calls = new GenerationMap({ clock, maxEntries: MAX_CALLS, periodMs: KEPT_MS });
    this.#expiry = new Expiry(clock, this.#calls, KEPT_MS);
  }

  get size(): number {
    return this.#calls.size;
  }

  add(call: CallView): void {
    this.#calls.set(call.callId, JSON.stringify(call));
  }

  get(callId: string): CallView | undefined {
    const text = this.#calls.get(callId);
    if (text === undefined) return undefined;
    const call = JSON.parse(text) as CallView;
    const isKept = call.endedMs !== undefined && this.#clock.wallMs() - call.endedMs < KEPT_MS;
    return isKept ? call : undefined;
  }

  /** May be called twice. */
  close(): void {
    this.#expiry.close();
  }
}
