import { errorMessageOf, type Clock, type Logger, type Timer } from "../../common/index.ts";
import { LiveDialPlan, type DialPlan } from "../../call/digit-analysis/index.ts";
import {
  StoredInventory,
  type Inventory,
  type InventoryChange,
  type StoredInventoryContext,
} from "../../call/device/index.ts";
import {
  ConfigurationMirror,
  ServiceParameters,
  type ConfigurationStore,
  type TouchedObjects,
} from "../../database/index.ts";

/** How often it is looked whether the configuration has changed; who changes it says so, too. */
const LOOK_MS = 1_000;

export interface FollowedInventoryOptions extends StoredInventoryContext {
  readonly store: ConfigurationStore;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Told after a change has been taken up: what it touched, and what it puts an end to. */
  readonly onChanged: (touched: TouchedObjects, change: InventoryChange) => void;
}

/** The inventory and the dial plan of call control, which follow the configuration while calls go on. */
export class FollowedInventory {
  readonly mirror: ConfigurationMirror;
  readonly parameters: ServiceParameters;
  readonly #options: FollowedInventoryOptions;
  readonly #stored: StoredInventory;
  readonly #dialPlan: LiveDialPlan;
  #timer: Timer | undefined;
  #work: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  constructor(options: FollowedInventoryOptions) {
    this.#options = options;
    this.mirror = new ConfigurationMirror(options.store);
    this.parameters = new ServiceParameters(this.mirror);
    this.#stored = new StoredInventory(this.mirror, options);
    this.#dialPlan = new LiveDialPlan(this.mirror);
    this.#look();
  }

  get dialPlan(): DialPlan {
    return this.#dialPlan.plan;
  }

  get inventory(): Inventory {
    return this.#stored.inventory;
  }

  /**
   * Takes up what has changed; resolves with the number of the change it has come to.
   * @throws {DatabaseError} when the configuration cannot be read
   */
  refresh(): Promise<number> {
    const work = this.#work.then(() => this.#takeUp());
    this.#work = work.catch(() => undefined);
    return work;
  }

  /** May be called twice. */
  close(): void {
    this.#isClosed = true;
    this.#timer?.cancel();
  }

  async #takeUp(): Promise<number> {
    const { mirror } = this;
    if (this.#isClosed) return mirror.sequence;
    const touched = await mirror.refresh();
    if (touched.size === 0) return mirror.sequence;
    const change = await this.#stored.takeUp(touched);
    await this.#dialPlan.takeUp(touched);
    if (this.#isClosed) return mirror.sequence;
    this.#options.onChanged(touched, change);
    this.#options.logger.info("configuration taken up", { sequence: mirror.sequence });
    return mirror.sequence;
  }

  #look(): void {
    if (this.#isClosed) return;
    this.#timer = this.#options.clock.after(LOOK_MS, () => {
      void this.refresh()
        .catch((error: unknown) => {
          if (this.#isClosed) return;
          this.#options.logger.warn("the configuration cannot be read", { error: errorMessageOf(error) });
        })
        .finally(() => this.#look());
    });
  }
}
