import { sourceOf, type Clock } from "../../common/index.ts";
import type { Binding } from "./binding.ts";
import { ExpiryQueue } from "./expiry-queue.ts";

/** A binding and when it ends in `clock.nowMs()`, which no change of the wall clock moves. */
type Entry = { readonly binding: Binding; readonly deadlineMs: number };

/** Bindings by address of record, oldest first, with their expiry. */
export class BindingTable {
  readonly #clock: Clock;
  readonly #onExpired: (aor: string) => void;
  readonly #entries = new Map<string, readonly Entry[]>();
  /** Number of bindings by source: an IPv4 address, or an IPv6 /64. */
  readonly #sources = new Map<string, number>();
  readonly #expiry: ExpiryQueue<Entry>;
  #size = 0;

  /** @param onExpired told after bindings of an address of record ended */
  constructor(clock: Clock, onExpired: (aor: string) => void) {
    this.#clock = clock;
    this.#onExpired = onExpired;
    this.#expiry = new ExpiryQueue(clock, (due) => this.#handleDue(due));
  }

  /** Bindings in all. */
  get size(): number {
    return this.#size;
  }

  /** Live bindings of an address of record, oldest first. */
  get(aor: string): Binding[] {
    const nowMs = this.#clock.nowMs();
    const live: Binding[] = [];
    for (const { binding, deadlineMs } of this.#entries.get(aor) ?? []) if (deadlineMs > nowMs) live.push(binding);
    return live;
  }

  /** Seconds that a binding has left, rounded up. */
  remainingSeconds(binding: Binding): number {
    const entry = this.#entries.get(binding.aor)?.find((each) => each.binding === binding);
    return entry === undefined ? 0 : Math.max(0, Math.ceil((entry.deadlineMs - this.#clock.nowMs()) / 1_000));
  }

  /** True when a live binding came from that address, or from another one of the same IPv6 /64. */
  hasSource(address: string): boolean {
    return this.#sources.has(sourceOf(address));
  }

  /** Addresses that live bindings came from; of an IPv6 /64 the first one. */
  get sources(): string[] {
    return [...this.#sources.keys()].map((source) => source.replace("/64", ""));
  }

  /** Makes `bindings` those of the address of record; the ones that it had already keep their deadline. */
  replace(aor: string, bindings: readonly Binding[]): void {
    const old = new Map((this.#entries.get(aor) ?? []).map((entry) => [entry.binding, entry]));
    const next = bindings.map((binding) => old.get(binding) ?? this.#add(binding));
    for (const entry of next) old.delete(entry.binding);
    for (const entry of old.values()) this.#drop(entry);
    if (next.length === 0) this.#entries.delete(aor);
    else this.#entries.set(aor, next);
  }

  *all(): Generator<readonly [aor: string, bindings: readonly Binding[]]> {
    for (const aor of this.#entries.keys()) {
      const bindings = this.get(aor);
      if (bindings.length > 0) yield [aor, bindings];
    }
  }

  /** Forgets everything; may be called twice. */
  close(): void {
    this.#expiry.close();
    this.#entries.clear();
    this.#sources.clear();
    this.#size = 0;
  }

  #add(binding: Binding): Entry {
    const deadlineMs = this.#clock.nowMs() + binding.expiresAtMs - this.#clock.wallMs();
    const entry = { binding, deadlineMs };
    const source = sourceOf(binding.source.address);
    this.#expiry.add(entry, deadlineMs);
    this.#sources.set(source, (this.#sources.get(source) ?? 0) + 1);
    this.#size += 1;
    return entry;
  }

  #drop(entry: Entry): void {
    const source = sourceOf(entry.binding.source.address);
    const others = (this.#sources.get(source) ?? 0) - 1;
    this.#expiry.remove(entry, entry.deadlineMs);
    if (others > 0) this.#sources.set(source, others);
    else this.#sources.delete(source);
    this.#size -= 1;
  }

  #handleDue(due: readonly Entry[]): void {
    for (const aor of new Set(due.map(({ binding }) => binding.aor))) {
      this.replace(aor, this.get(aor));
      this.#onExpired(aor);
    }
  }
}
