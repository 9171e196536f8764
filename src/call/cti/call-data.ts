import type { UserData } from "../../signals/index.ts";
import type { EntryStore } from "../control/recovery/call-journal.ts";
import { isFitUserData } from "./user-data.ts";

const ENTRY = "cti-data ";

/** Names and values that applications have set for calls. They outlive the process with their calls. */
export class CallData {
  readonly #store: EntryStore;
  readonly #data = new Map<string, UserData>();

  constructor(store: EntryStore) {
    this.#store = store;
  }

  get(callId: string): UserData | undefined {
    return this.#data.get(callId);
  }

  /** Takes the place of what there was; none: nothing is kept. */
  set(callId: string, data: UserData): void {
    if (Object.keys(data).length === 0) return this.forget(callId);
    this.#data.set(callId, data);
    this.#store.putEntry(ENTRY + callId, data);
  }

  /** The call has ended. */
  forget(callId: string): void {
    if (this.#data.delete(callId)) this.#store.removeEntry(ENTRY + callId);
  }

  /**
   * One call becomes a part of another: that has what both had, its own where both have it, as far as it fits.
   * @returns false: nothing has come to it
   */
  merge(from: string, into: string): boolean {
    const kept = this.#data.get(into) ?? {};
    let all = kept;
    for (const [name, value] of Object.entries(this.#data.get(from) ?? {})) {
      const more = { ...all, [name]: value };
      if (!Object.hasOwn(kept, name) && isFitUserData(more)) all = more;
    }
    if (all === kept) return false;
    this.set(into, all);
    return true;
  }

  /** Takes up what the process before this one has left of calls that are there. */
  restore(hasCall: (callId: string) => boolean): void {
    for (const [entry, value] of [...this.#store.entries]) {
      if (!entry.startsWith(ENTRY)) continue;
      const callId = entry.slice(ENTRY.length);
      if (hasCall(callId) && isUserData(value)) this.#data.set(callId, value);
      else this.#store.removeEntry(entry);
    }
  }
}

function isUserData(value: unknown): value is UserData {
  return typeof value === "object" && value !== null && Object.values(value).every((one) => typeof one === "string");
}
