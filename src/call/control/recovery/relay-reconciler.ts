import { errorMessageOf, type Clock, type Logger, type Timer } from "../../../common/index.ts";
import type { MediaRelay } from "../../../media/index.ts";
import type { CallSession } from "../session/call-session.ts";
import type { CallTable } from "../call-table.ts";

export interface RelayReconcilerOptions {
  readonly relay: MediaRelay;
  readonly table: CallTable;
  readonly clock: Clock;
  readonly logger: Logger;
  /** A session beside those of calls is used. */
  readonly isUsed?: (callId: string) => boolean;
  /** Told of the sessions that the relay has; it may have lost what was laid over them. */
  readonly onFound?: (sessions: readonly CallSession[]) => void;
}

const RETRY_MS = 1_000;

/** After each connection to the relay: sessions that no call uses are released, calls whose session is lost re-offer. */
export class RelayReconciler {
  readonly #options: RelayReconcilerOptions;
  #round = 0;
  #retry: Timer | undefined;

  constructor(options: RelayReconcilerOptions) {
    this.#options = options;
  }

  /** The relay is connected. */
  start(): void {
    this.stop();
    void this.#run(this.#round);
  }

  stop(): void {
    this.#round += 1;
    this.#retry?.cancel();
    this.#retry = undefined;
  }

  async #run(round: number): Promise<void> {
    const { relay, table, clock, logger, isUsed } = this.#options;
    // A call that opens its session while the list is on its way is not lost.
    const open = table.sessions.filter(({ media }) => media.isConfirmed);
    try {
      const sessions = await relay.list();
      if (round !== this.#round) return;
      const known = new Set(sessions.map(({ callId }) => callId));
      const orphans = sessions.filter(
        ({ callId }) => table.get(callId)?.hasMedia !== true && isUsed?.(callId) !== true,
      );
      for (const { callId } of orphans) this.#release(callId);
      const still = open.filter(({ hasMedia }) => hasMedia);
      const lost = still.filter(({ callId }) => !known.has(callId));
      // Those that ring have no media yet, but perhaps what they will be answered with, or are answered with meanwhile.
      for (const session of lost) {
        session.media.lose();
        session.dispatch({ type: "media-lost" });
      }
      this.#options.onFound?.(still.filter(({ callId, call }) => call.state === "established" && known.has(callId)));
      if (orphans.length > 0 || lost.length > 0) {
        logger.warn("relay and calls differed", { released: orphans.length, lost: lost.length });
      }
    } catch (error) {
      if (round !== this.#round || !relay.connected) return;
      logger.warn("relay sessions cannot be listed", { error: errorMessageOf(error) });
      this.#retry = clock.after(RETRY_MS, () => void this.#run(round));
    }
  }

  #release(callId: string): void {
    const { relay, logger } = this.#options;
    relay.release(callId).catch((error: unknown) => {
      logger.warn("a relay session could not be released", { callId, error: errorMessageOf(error) });
    });
  }
}
