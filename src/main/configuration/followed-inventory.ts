import { errorMessageOf, type Clock, type Logger, type Timer } from "../../common/index.ts";
import {
  LiveInventory,
  storedInventory,
  type Inventory,
  type StoredInventoryContext,
} from "../../call/device/index.ts";
import { ConfigurationMirror, type ConfigurationStore, type Kind } from "../../database/index.ts";

/** How often it is looked whether the configuration has changed; who changes it says so, too. */
const LOOK_MS = 1_000;

export interface FollowedInventoryOptions extends Omit<StoredInventoryContext, "logger"> {
  readonly store: ConfigurationStore;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Told after a change has been taken up, with the kinds of what changed. */
  readonly onChanged: (kinds: ReadonlySet<Kind>) => void;
}

/** The inventory of call control, which follows the configuration while calls go on. */
export class FollowedInventory {
  readonly #options: FollowedInventoryOptions;
  readonly #mirror: ConfigurationMirror;
  readonly #live: LiveInventory;
  #timer: Timer | undefined;
  #isClosed = false;

  constructor(options: FollowedInventoryOptions) {
    this.#options = options;
    this.#mirror = new ConfigurationMirror(options.store);
    this.#live = new LiveInventory(storedInventory(this.#mirror, options));
    this.#look();
  }

  get inventory(): Inventory {
    return this.#live;
  }

  get mirror(): ConfigurationMirror {
    return this.#mirror;
  }

  /** Takes up what has changed; returns the number of the change it has come to. */
  refresh(): number {
    const { logger, onChanged } = this.#options;
    const kinds = this.#mirror.refresh();
    if (kinds.size > 0) {
      try {
        this.#live.replace(storedInventory(this.#mirror, this.#options));
        onChanged(kinds);
        logger.info("configuration taken up", { sequence: this.#mirror.sequence });
      } catch (error) {
        logger.error("configuration not taken up", { sequence: this.#mirror.sequence, error: errorMessageOf(error) });
      }
    }
    return this.#mirror.sequence;
  }

  /** May be called twice. */
  close(): void {
    this.#isClosed = true;
    this.#timer?.cancel();
  }

  #look(): void {
    if (this.#isClosed) return;
    this.#timer = this.#options.clock.after(LOOK_MS, () => {
      try {
        this.refresh();
      } catch (error) {
        this.#options.logger.warn("the configuration cannot be read", { error: errorMessageOf(error) });
      }
      this.#look();
    });
  }
}
