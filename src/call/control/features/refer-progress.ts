import { reasonPhrase } from "../../../sip/message/index.ts";
import type { EntryStore } from "../recovery/call-journal.ts";
import type { CallTable } from "../call-table.ts";

/** A REFER whose sender is told of its progress. */
interface Subscription {
  /** Tag of the leg in whose dialog it came. */
  readonly localTag: string;
  /** Of the REFER: the NOTIFYs of a second one in a dialog are told apart by it (RFC 3515 2.4.6). */
  readonly eventId: string;
}

const MAX_SUBSCRIPTIONS = 10_000;
const EXPIRES_SECONDS = 180;
const ENTRY = "refer ";

/** The NOTIFYs that REFERs are followed by, inside the dialogs in which they came (RFC 3515 2.4.4). */
export class ReferProgress {
  readonly #table: CallTable;
  readonly #store: EntryStore;
  readonly #subscriptions = new Map<string, Subscription>();

  /** @param store outlives the process: who has asked is told by the next one */
  constructor(table: CallTable, store: EntryStore) {
    this.#table = table;
    this.#store = store;
  }

  /** Takes up what the process before this one has left; legs that are gone are left out. */
  restore(): void {
    for (const [entry, value] of [...this.#store.entries]) {
      if (!entry.startsWith(ENTRY)) continue;
      if (isSubscription(value) && this.#table.findByTag(value.localTag) !== undefined) {
        this.#subscriptions.set(entry.slice(ENTRY.length), value);
      } else this.#store.removeEntry(entry);
    }
  }

  /** True when there is no room for another one. */
  get isFull(): boolean {
    return this.#subscriptions.size >= MAX_SUBSCRIPTIONS;
  }

  add(referId: string, localTag: string, eventId: string): void {
    const subscription = { localTag, eventId };
    this.#subscriptions.set(referId, subscription);
    this.#store.putEntry(ENTRY + referId, subscription);
  }

  /** A final status ends the subscription. A dialog that is gone takes its subscription with it. */
  notify(referId: string, status: number): void {
    const subscription = this.#subscriptions.get(referId);
    if (subscription === undefined) return;
    const isFinal = status >= 200;
    if (isFinal) this.#end(referId);
    const entry = this.#table.findByTag(subscription.localTag);
    entry?.session.requests.sendAside(entry.leg, {
      method: "NOTIFY",
      headers: [
        ["Event", `refer;id=${subscription.eventId}`],
        ["Subscription-State", isFinal ? "terminated;reason=noresource" : `active;expires=${EXPIRES_SECONDS}`],
      ],
      body: { contentType: "message/sipfrag;version=2.0", text: `SIP/2.0 ${status} ${reasonPhrase(status)}\r\n` },
    });
  }

  /** The leg is gone. */
  forget(localTag: string): void {
    for (const [referId, subscription] of this.#subscriptions) {
      if (subscription.localTag === localTag) this.#end(referId);
    }
  }

  #end(referId: string): void {
    this.#subscriptions.delete(referId);
    this.#store.removeEntry(ENTRY + referId);
  }
}

function isSubscription(value: unknown): value is Subscription {
  const { localTag, eventId } = (value ?? {}) as Partial<Subscription>;
  return typeof localTag === "string" && typeof eventId === "string";
}
