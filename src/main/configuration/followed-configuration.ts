import { errorMessageOf, type Clock, type Logger, type Timer } from "../../common/index.ts";
import {
  ConfigurationMirror,
  ServiceParameters,
  type ConfigurationStore,
  type TouchedObjects,
} from "../../database/index.ts";

/** How often it is looked whether the configuration has changed; who changes it says so, too. */
const LOOK_MS = 1_000;

export interface FollowedConfigurationOptions {
  readonly store: ConfigurationStore;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Told after a change. */
  readonly onChanged: (touched: TouchedObjects) => void;
}

/** The configuration in memory, which follows the stored one. */
export class FollowedConfiguration {
  readonly mirror: ConfigurationMirror;
  readonly parameters: ServiceParameters;
  readonly #options: FollowedConfigurationOptions;
  #timer: Timer | undefined;
  #work: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  constructor(options: FollowedConfigurationOptions) {
    this.#options = options;
    this.mirror = new ConfigurationMirror(options.store);
    this.parameters = new ServiceParameters(this.mirror);
    this.#lookLater();
  }

  /**
   * Takes up what has changed; resolves with the number of the last change.
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
    if (this.#isClosed) return this.mirror.sequence;
    const touched = await this.mirror.refresh();
    if (touched.size > 0 && !this.#isClosed) this.#options.onChanged(touched);
    return this.mirror.sequence;
  }

  #lookLater(): void {
    if (this.#isClosed) return;
    const { clock, logger } = this.#options;
    this.#timer = clock.after(LOOK_MS, () => {
      void this.refresh()
        .catch((error: unknown) =>
          logger.warn("the configuration cannot be taken up", { error: errorMessageOf(error) }),
        )
        .finally(() => this.#lookLater());
    });
  }
}
