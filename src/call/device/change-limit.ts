import type { Clock } from "../../common/index.ts";

/** Changes that a device may ask for in a minute: each is kept, and others must not be lost for them. */
const MAX_CHANGES = 20;
const WINDOW_MS = 60_000;
/** Devices that are counted at a time; with more, the one that has been counted longest begins anew. */
const MAX_DEVICES = 10_000;

/** Bounds how often a device changes settings. */
export class ChangeLimit {
  readonly #clock: Clock;
  readonly #changes = new Map<string, { readonly sinceMs: number; count: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Counts a change that a device asks for. False: it has asked for too many. */
  admits(device: string): boolean {
    const nowMs = this.#clock.nowMs();
    const known = this.#changes.get(device);
    if (known !== undefined && nowMs - known.sinceMs < WINDOW_MS) {
      known.count += 1;
      return known.count <= MAX_CHANGES;
    }
    this.#changes.delete(device);
    const [first] = this.#changes.keys();
    if (this.#changes.size >= MAX_DEVICES && first !== undefined) this.#changes.delete(first);
    this.#changes.set(device, { sinceMs: nowMs, count: 1 });
    return true;
  }

  /** It has come to nothing: it does not count. */
  giveBack(device: string): void {
    const known = this.#changes.get(device);
    if (known !== undefined && known.count > 0) known.count -= 1;
  }
}
