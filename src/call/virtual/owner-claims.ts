import type { Clock, Timer } from "../../common/index.ts";
import type { CtiDeviceRequest } from "../../signals/index.ts";
import type { Ownership } from "./ownership.ts";

export interface OwnerClaimsOptions {
  readonly clock: Clock;
  /** By device. */
  readonly owners: ReadonlyMap<string, Ownership>;
  /** What the CTIManager would say of a device, if it were there. */
  readonly onSaid: (request: CtiDeviceRequest) => void;
  /** New calls wait, or wait no more, for CTIManagers. */
  readonly onAway: (isAway: boolean) => void;
}

/** How long CTIManagers may be away, or say nothing of a device, before it counts as failed. */
const AWAY_MS = 10_000;
/** Of an owner that has not said. */
const LEASE_MS = 30_000;

/**
 * Sees to it that devices do not wait for ever for a CTIManager: after it was away it has to say again who owns them. One that
 * it says nothing of fails, and when the lease of its owner is over its established calls are treated as the device says.
 */
export class OwnerClaims {
  readonly #options: OwnerClaimsOptions;
  /** When leases are over of the devices that nothing has been said of since, on the monotonic clock. */
  readonly #unclaimed = new Map<string, number>();
  #isAway = false;
  #isClosed = false;
  #failing: Timer | undefined;
  #losing: Timer | undefined;

  constructor(options: OwnerClaimsOptions) {
    this.#options = options;
  }

  /** To be called once calls are taken up: who owned devices before may be gone as well. */
  start(): void {
    this.#begin();
  }

  /** So many CTIManagers are attached. */
  managers(count: number): void {
    if (count === 0) return this.#begin();
    if (!this.#isAway) return;
    this.#setAway(false);
    this.#failing?.cancel();
    if (this.#unclaimed.size > 0) this.#failing = this.#options.clock.after(AWAY_MS, () => this.#fail());
  }

  /** A CTIManager has said something of a device that is so. */
  claimed(device: string): void {
    this.#unclaimed.delete(device);
  }

  /** May be called twice. */
  close(): void {
    this.#isClosed = true;
    this.#unclaimed.clear();
    this.#failing?.cancel();
    this.#losing?.cancel();
  }

  #begin(): void {
    const { clock, owners } = this.#options;
    if (this.#isAway || this.#isClosed) return;
    for (const { device, state, leaseMs = LEASE_MS } of owners.values()) {
      if ((state !== "owned" && state !== "failed") || this.#unclaimed.has(device)) continue;
      this.#unclaimed.set(device, clock.nowMs() + Math.max(leaseMs, AWAY_MS));
    }
    if (this.#unclaimed.size === 0) return;
    this.#setAway(true);
    this.#failing?.cancel();
    this.#failing = clock.after(AWAY_MS, () => {
      this.#setAway(false);
      this.#fail();
    });
    this.#arm();
  }

  #fail(): void {
    for (const device of [...this.#unclaimed.keys()]) this.#say("failed", device);
  }

  #arm(): void {
    this.#losing?.cancel();
    this.#losing = undefined;
    if (this.#unclaimed.size === 0) return;
    const { clock } = this.#options;
    const dueMs = this.#firstDueMs();
    this.#losing = clock.after(Math.max(0, dueMs - clock.nowMs()), () => {
      const nowMs = clock.nowMs();
      for (const [device, untilMs] of [...this.#unclaimed]) {
        if (untilMs > nowMs) continue;
        this.#unclaimed.delete(device);
        this.#say("lost", device);
      }
      this.#arm();
    });
  }

  /** There may be too many to be arguments. */
  #firstDueMs(): number {
    let first = Infinity;
    for (const dueMs of this.#unclaimed.values()) first = Math.min(first, dueMs);
    return first;
  }

  #say(type: "failed" | "lost", device: string): void {
    const owner = this.#options.owners.get(device);
    if (owner !== undefined) this.#options.onSaid({ type, device, fence: owner.fence });
  }

  #setAway(isAway: boolean): void {
    if (this.#isAway === isAway) return;
    this.#isAway = isAway;
    this.#options.onAway(isAway);
  }
}
