import { resolve } from "node:path";
import { errorMessageOf, type Logger } from "../../common/index.ts";
import type { MediaRelay } from "../../media/index.ts";

/** Options of a `RelayMusic`. */
export interface RelayMusicOptions {
  readonly relay: Pick<MediaRelay, "connected" | "configure">;
  /** Files of music sources by name, as they are now; undefined: the music that comes with Tandem. */
  readonly sources: () => ReadonlyMap<string, string | undefined>;
  /** Where relative paths begin. */
  readonly folder: string;
  readonly logger: Logger;
}

/** What the relay takes. */
const MAX_SOURCES = 1_000;

/** Tells the relay which music there is: to be called when it is connected, and when the configuration has changed. */
export class RelayMusic {
  readonly #options: RelayMusicOptions;

  constructor(options: RelayMusicOptions) {
    this.#options = options;
  }

  /** Never fails; what a relay that is away misses it is told when it is back. */
  tell(): void {
    const { relay, sources, folder, logger } = this.#options;
    if (!relay.connected) return;
    const all = [...sources()].map(([name, file]) => ({
      name,
      ...(file === undefined ? {} : { file: resolve(folder, file) }),
    }));
    if (all.length > MAX_SOURCES) logger.warn("music sources beyond the limit are left out", { limit: MAX_SOURCES });
    relay.configure({ music: all.slice(0, MAX_SOURCES) }).catch((error: unknown) => {
      logger.warn("the relay could not be told of its music", { error: errorMessageOf(error) });
    });
  }
}
