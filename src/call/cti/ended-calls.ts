import { GenerationMap, type Clock } from "../../common/index.ts";
import type { CallView } from "../../signals/index.ts";

const KEPT_MS = 600_000;
const MAX_CALLS = 100_000;

/** How calls were that have ended: for ten minutes, of 100,000 calls at most. */
export class EndedCalls {
  readonly #clock: Clock;
  readonly #calls: GenerationMap<CallView>;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#calls = new GenerationMap({ clock, maxEntries: MAX_CALLS, periodMs: KEPT_MS });
  }

  get size(): number {
    return this.#calls.size;
  }

  add(call: CallView): void {
    this.#calls.set(call.callId, call);
  }

  get(callId: string): CallView | undefined {
    const call = this.#calls.get(callId);
    const isKept = call?.endedMs !== undefined && this.#clock.wallMs() - call.endedMs < KEPT_MS;
    return isKept ? call : undefined;
  }
}
