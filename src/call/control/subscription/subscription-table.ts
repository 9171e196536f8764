import type { Clock } from "../../../common/index.ts";
import { ExpiryQueue } from "../../registrar/expiry-queue.ts";
import type { Subscription } from "./subscription.ts";

interface Entry {
  readonly subscription: Subscription;
  deadlineMs: number;
}

/** All subscriptions, by dialog, by resource and by device. Bounded by who adds to it. */
export class SubscriptionTable {
  readonly #clock: Clock;
  readonly #entries = new Map<string, Entry>();
  readonly #byResource = new Map<string, Set<Subscription>>();
  readonly #byDevice = new Map<string, Set<Subscription>>();
  readonly #queue: ExpiryQueue<Entry>;

  /** @param onExpired told of each that was not renewed in time; it is still there */
  constructor(clock: Clock, onExpired: (subscription: Subscription) => void) {
    this.#clock = clock;
    this.#queue = new ExpiryQueue<Entry>(clock, (entries) => {
      for (const { subscription } of entries) onExpired(subscription);
    });
  }

  get size(): number {
    return this.#entries.size;
  }

  get all(): readonly Subscription[] {
    return [...this.#entries.values()].map(({ subscription }) => subscription);
  }

  find(dialogId: string): Subscription | undefined {
    return this.#entries.get(dialogId)?.subscription;
  }

  hasResource(event: string, resource: string): boolean {
    return this.#byResource.has(keyOf(event, resource));
  }

  ofResource(event: string, resource: string): readonly Subscription[] {
    return [...(this.#byResource.get(keyOf(event, resource)) ?? [])];
  }

  ofDevice(name: string): readonly Subscription[] {
    return [...(this.#byDevice.get(name) ?? [])];
  }

  /** Adds it, in the place of another with its dialog. */
  add(subscription: Subscription): void {
    this.remove(subscription.dialogId);
    const entry = { subscription, deadlineMs: this.#deadlineOf(subscription) };
    this.#entries.set(subscription.dialogId, entry);
    this.#queue.add(entry, entry.deadlineMs);
    addTo(this.#byResource, keyOf(subscription.event, subscription.resource), subscription);
    addTo(this.#byDevice, subscription.device.name, subscription);
  }

  /** It ends at another time than before. */
  renew(subscription: Subscription): void {
    const entry = this.#entries.get(subscription.dialogId);
    if (entry === undefined) return;
    this.#queue.remove(entry, entry.deadlineMs);
    entry.deadlineMs = this.#deadlineOf(subscription);
    this.#queue.add(entry, entry.deadlineMs);
  }

  /** @returns false when there was none */
  remove(dialogId: string): boolean {
    const entry = this.#entries.get(dialogId);
    if (entry === undefined) return false;
    const { subscription } = entry;
    this.#entries.delete(dialogId);
    this.#queue.remove(entry, entry.deadlineMs);
    removeFrom(this.#byResource, keyOf(subscription.event, subscription.resource), subscription);
    removeFrom(this.#byDevice, subscription.device.name, subscription);
    return true;
  }

  close(): void {
    this.#queue.close();
  }

  #deadlineOf({ expiresAtMs }: Subscription): number {
    return this.#clock.nowMs() + Math.max(0, expiresAtMs - this.#clock.wallMs());
  }
}

function keyOf(event: string, resource: string): string {
  return `${event} ${resource}`;
}

function addTo(index: Map<string, Set<Subscription>>, key: string, subscription: Subscription): void {
  const found = index.get(key);
  if (found === undefined) index.set(key, new Set([subscription]));
  else found.add(subscription);
}

function removeFrom(index: Map<string, Set<Subscription>>, key: string, subscription: Subscription): void {
  const found = index.get(key);
  found?.delete(subscription);
  if (found?.size === 0) index.delete(key);
}
