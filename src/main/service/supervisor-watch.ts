import { ChannelClient, type Clock, type Logger, type Timer } from "../../common/index.ts";

/** Options of a `SupervisorWatch`. */
export interface SupervisorWatchOptions {
  readonly socketPath: string;
  readonly graceMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
  /** There was no supervisor for the whole grace; called once. */
  readonly onOrphaned: () => void;
}

const RETRY_MS = 250;

/** Notices that the node has no supervisor any more, and says so when none came back within the grace. */
export class SupervisorWatch {
  readonly #options: SupervisorWatchOptions;
  readonly #channel: ChannelClient;
  #grace: Timer | undefined;

  constructor(options: SupervisorWatchOptions) {
    this.#options = options;
    const { socketPath: path, clock, logger, graceMs } = options;
    this.#channel = new ChannelClient({
      path,
      clock,
      logger,
      retryDelayMs: RETRY_MS,
      onConnected: () => {
        this.#grace?.cancel();
        this.#grace = undefined;
      },
      onDisconnected: () => {
        logger.warn("the supervisor is gone", { graceMs });
        this.#startGrace();
      },
    });
  }

  start(): void {
    this.#startGrace();
    this.#channel.start();
  }

  /** May be called twice. */
  close(): void {
    this.#grace?.cancel();
    this.#channel.close();
  }

  #startGrace(): void {
    const { clock, graceMs, onOrphaned } = this.#options;
    this.#grace?.cancel();
    this.#grace = clock.after(graceMs, onOrphaned);
  }
}
