import { errorMessageOf, type Clock, type Logger, type Timer } from "../../common/index.ts";
import { LiveDialPlan, type DialPlan } from "../../call/digit-analysis/index.ts";
import {
  LiveFeatureSettings,
  StoredInventory,
  type FeatureSettings,
  type Inventory,
  type InventoryChange,
  type StoredInventoryContext,
} from "../../call/device/index.ts";
import {
  ConfigurationMirror,
  ServiceParameters,
  type ConfigurationStore,
  type Kind,
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
  readonly #features: LiveFeatureSettings;
  /** Read from the configuration and not taken up; more than one change's when taking up has failed. */
  #pending = new Map<Kind, Set<string>>();
  #takenUp: number;
  #timer: Timer | undefined;
  #work: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  constructor(options: FollowedInventoryOptions) {
    this.#options = options;
    this.mirror = new ConfigurationMirror(options.store);
    this.parameters = new ServiceParameters(this.mirror);
    this.#stored = new StoredInventory(this.mirror, options);
    this.#dialPlan = new LiveDialPlan(this.mirror);
    this.#features = new LiveFeatureSettings(this.mirror);
    this.#takenUp = this.mirror.sequence;
    this.#lookLater();
  }

  get dialPlan(): DialPlan {
    return this.#dialPlan.plan;
  }

  get features(): FeatureSettings {
    return this.#features;
  }

  get inventory(): Inventory {
    return this.#stored.inventory;
  }

  /**
   * Takes up what has changed; resolves with the number of the last change that calls go by. What cannot be taken up is
   * tried again with the next look.
   * @throws {DatabaseError} when the configuration cannot be read
   */
  refresh(): Promise<number> {
    const work = this.#work.then(() => this.#takeUp());
    this.#work = work.catch(() => undefined);
    return work;
  }

  /** Has taken up what has changed; what fails is logged and tried again with the next look. */
  look(): void {
    void this.refresh().catch((error: unknown) => this.#warn(error));
  }

  /** May be called twice. */
  close(): void {
    this.#isClosed = true;
    this.#timer?.cancel();
  }

  async #takeUp(): Promise<number> {
    if (this.#isClosed) return this.#takenUp;
    this.#addPending(await this.mirror.refresh());
    const { sequence } = this.mirror;
    if (this.#pending.size > 0) {
      const touched = this.#pending;
      this.#features.takeUp(touched);
      await this.#dialPlan.takeUp(touched);
      const change = await this.#stored.takeUp(touched);
      if (this.#isClosed) return this.#takenUp;
      this.#pending = new Map();
      this.#options.onChanged(touched, change);
      this.#options.logger.info("configuration taken up", { sequence });
    }
    this.#takenUp = sequence;
    return sequence;
  }

  #addPending(touched: TouchedObjects): void {
    for (const [kind, names] of touched) {
      this.#pending.set(kind, new Set([...(this.#pending.get(kind) ?? []), ...names]));
    }
  }

  #lookLater(): void {
    if (this.#isClosed) return;
    this.#timer = this.#options.clock.after(LOOK_MS, () => {
      void this.refresh()
        .catch((error: unknown) => this.#warn(error))
        .finally(() => this.#lookLater());
    });
  }

  #warn(error: unknown): void {
    if (this.#isClosed) return;
    this.#options.logger.warn("the configuration cannot be taken up", { error: errorMessageOf(error) });
  }
}
