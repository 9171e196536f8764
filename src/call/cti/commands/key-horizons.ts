import type { Clock } from "../../../common/index.ts";
import type { EntryStore } from "../../control/recovery/call-journal.ts";

const ENTRY = "cti-horizon ";
const MAX_SESSIONS = 10_000;
/** Of all sessions that have none of their own any more. */
const OTHERS = "";

/**
 * Until when keys of sessions have been forgotten: a key that was made then, and is not known, may have been used. What time
 * it is a session says of its own keys alone: for others none is later than now.
 */
export class KeyHorizons {
  readonly #store: EntryStore;
  readonly #clock: Pick<Clock, "wallMs">;
  /** By sessions, that which was raised longest ago first. */
  readonly #horizons = new Map<string, number>();

  constructor(store: EntryStore, clock: Pick<Clock, "wallMs">) {
    this.#store = store;
    this.#clock = clock;
  }

  restore(): void {
    for (const [entry, value] of this.#store.entries) {
      if (!entry.startsWith(ENTRY) || typeof value !== "number") continue;
      const session = entry.slice(ENTRY.length);
      this.#horizons.set(session, session === OTHERS ? this.#past(value) : value);
    }
  }

  isBehind(session: string, keyMs: number): boolean {
    const horizon = this.#horizons.get(session) ?? this.#horizons.get(OTHERS);
    return horizon !== undefined && keyMs <= horizon;
  }

  /** A key that was made at that time has been forgotten. */
  raise(session: string, keyMs: number): void {
    const known = this.#horizons.get(session);
    if (known !== undefined && known >= keyMs) return;
    this.#set(session, keyMs);
    if (this.#horizons.size <= MAX_SESSIONS) return;
    for (const [oldest, ms] of this.#horizons) {
      if (oldest === OTHERS) continue;
      this.#horizons.delete(oldest);
      this.#store.removeEntry(ENTRY + oldest);
      const past = this.#past(ms);
      if (past > (this.#horizons.get(OTHERS) ?? 0)) this.#set(OTHERS, past);
      return;
    }
  }

  #past(ms: number): number {
    return Math.min(ms, this.#clock.wallMs());
  }

  #set(session: string, keyMs: number): void {
    this.#horizons.delete(session);
    this.#horizons.set(session, keyMs);
    this.#store.putEntry(ENTRY + session, keyMs);
  }
}
