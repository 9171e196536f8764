import { GenerationMap, type Clock } from "../../../common/index.ts";
import type { Why } from "../../../signals/index.ts";
import type { Change } from "../../model/index.ts";

/** How a call has ended. */
export interface EndedCall {
  readonly why: Pick<Why, "cause" | "sip">;
  /** It is a part of that one. */
  readonly mergedInto?: string;
}

/** Each is known for at least this long, unless there are too many. */
const KEPT_MS = 10 * 60_000;
const MAX_CALLS = 100_000;

/** How calls have ended in the last minutes. */
export class EndedCalls {
  readonly #calls: GenerationMap<EndedCall>;

  constructor(clock: Clock) {
    this.#calls = new GenerationMap({ clock, maxEntries: MAX_CALLS, periodMs: KEPT_MS });
  }

  note({ callId, why, mergedInto }: Extract<Change, { type: "call" }>): void {
    const merged = mergedInto === undefined ? {} : { mergedInto };
    this.#calls.set(callId, {
      why: { cause: why.cause, ...(why.sip === undefined ? {} : { sip: why.sip }) },
      ...merged,
    });
  }

  get(callId: string): EndedCall | undefined {
    return this.#calls.get(callId);
  }
}
