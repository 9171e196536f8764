import type { UserData } from "../../signals/index.ts";
import type { ModelEffect } from "../model/index.ts";
import type { EntryStore } from "../control/call-journal.ts";

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

  /** The same of all calls that end in a step of the model. */
  forgetEnded(effects: readonly ModelEffect[]): void {
    if (this.#data.size === 0) return;
    for (const effect of effects) {
      if (effect.type !== "change" || effect.change.type !== "call" || effect.change.state !== "invalid") continue;
      this.forget(effect.change.callId);
    }
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
