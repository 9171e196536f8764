/** A payload type of a session, as statistics need it. */
export interface PayloadEntry {
  /** 0 to 127. */
  readonly payloadType: number;
  readonly clockRateHz: number;
  readonly isTelephoneEvent: boolean;
}

const DEFAULT_CLOCK_RATE_HZ = 8000;

/**
 * What the SDPs of a stream say about payload types. Streams seldom change theirs, so the last found is kept at hand;
 * looking one up allocates nothing.
 */
export class PayloadTable {
  #entries: readonly PayloadEntry[] = [];
  #lastType = -1;
  #last: PayloadEntry | undefined;

  get entries(): readonly PayloadEntry[] {
    return this.#entries;
  }

  /** Adds what one SDP says; it replaces what others said of the same payload types. */
  add(entries: readonly PayloadEntry[]): void {
    const kept = this.#entries.filter((old) => !entries.some(({ payloadType }) => payloadType === old.payloadType));
    this.#entries = [...kept, ...entries];
    this.#lastType = -1;
  }

  /** 8,000 where nothing is known. */
  clockRateHz(payloadType: number): number {
    return this.#find(payloadType)?.clockRateHz ?? DEFAULT_CLOCK_RATE_HZ;
  }

  isTelephoneEvent(payloadType: number): boolean {
    return this.#find(payloadType)?.isTelephoneEvent ?? false;
  }

  #find(payloadType: number): PayloadEntry | undefined {
    if (payloadType === this.#lastType) return this.#last;
    this.#lastType = payloadType;
    this.#last = undefined;
    for (const entry of this.#entries) if (entry.payloadType === payloadType) this.#last = entry;
    return this.#last;
  }
}
