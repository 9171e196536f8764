import { Expiry, GenerationMap, type Clock } from "../../../common/index.ts";
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
/** Ways to end that are kept once for all calls; phrases are what peers like. */
const MAX_WAYS = 1_000;

/** How calls have ended in the last minutes. */
export class EndedCalls {
  readonly #calls: GenerationMap<EndedCall>;
  readonly #expiry: Expiry;
  /** Most calls end in one of a few ways: each is there once. */
  readonly #ways = new Map<string, EndedCall>();

  constructor(clock: Clock) {
    this.#calls = new GenerationMap({ clock, maxEntries: MAX_CALLS, periodMs: KEPT_MS });
    this.#expiry = new Expiry(clock, this.#calls, KEPT_MS);
  }

  get size(): number {
    return this.#calls.size;
  }

  note({ callId, why, mergedInto }: Extract<Change, { type: "call" }>): void {
    const way = this.#wayOf(why);
    this.#calls.set(callId, mergedInto === undefined ? way : { why: way.why, mergedInto });
  }

  get(callId: string): EndedCall | undefined {
    return this.#calls.get(callId);
  }

  /** May be called twice. */
  close(): void {
    this.#expiry.close();
  }

  #wayOf({ cause, sip }: Why): EndedCall {
    const name = JSON.stringify([cause, sip]);
    const known = this.#ways.get(name);
    if (known !== undefined) return known;
    const way: EndedCall = { why: sip === undefined ? { cause } : { cause, sip } };
    if (this.#ways.size < MAX_WAYS) this.#ways.set(name, way);
    return way;
  }
}
