import { Journal, JsonText, type Clock, type MetricSample } from "../../common/index.ts";
import type { WatchKey } from "./watch-keys.ts";

/** Where in the signals of call control CTI is. */
export interface FeedPlace {
  readonly epoch: string;
  readonly position: number;
}

type Kept = FeedPlace | readonly WatchKey[] | JsonText;

const PLACE = "place";

export interface FeedMemoryOptions {
  readonly path: string;
  readonly clock: Clock;
  readonly onError?: (error: unknown) => void;
}

/** What has to be known after a restart: the last signal that all logs have, and what had been in each call by then. */
export class FeedMemory {
  readonly #journal: Journal<Kept>;
  /** JSON of an array, as it is on file: most are of calls that have ended. */
  readonly #keys = new Map<string, string>();
  #place: FeedPlace | undefined;

  constructor(options: FeedMemoryOptions) {
    this.#journal = new Journal<Kept>(
      options,
      (key, value) => {
        if ("position" in value) this.#place = value;
        else this.#keys.set(key, JSON.stringify(value));
      },
      () => this.#entries(),
    );
  }

  get place(): FeedPlace | undefined {
    return this.#place;
  }

  /** What had been in calls, at `place`; made when it is asked for. */
  get keys(): ReadonlyMap<string, ReadonlySet<WatchKey>> {
    const known = new Map<string, ReadonlySet<WatchKey>>();
    for (const [callId, text] of this.#keys) known.set(callId, new Set(JSON.parse(text) as WatchKey[]));
    return known;
  }

  get metric(): MetricSample {
    return this.#journal.metric;
  }

  /** Writes, at once: the place, what has come into calls since the last one, and calls that are forgotten (undefined). */
  commit(place: FeedPlace, changed: ReadonlyMap<string, ReadonlySet<WatchKey> | undefined>): void {
    for (const [callId, keys] of changed) {
      if (keys === undefined) {
        this.#keys.delete(callId);
        this.#journal.remove(callId);
      } else {
        const text = JSON.stringify([...keys]);
        this.#keys.set(callId, text);
        this.#journal.put(callId, new JsonText(text));
      }
    }
    this.#place = place;
    this.#journal.put(PLACE, place);
    this.#journal.flush();
  }

  /** What is known of calls is of no use any more. */
  forgetCalls(): void {
    for (const callId of [...this.#keys.keys()]) {
      this.#keys.delete(callId);
      this.#journal.remove(callId);
    }
  }

  close(): void {
    this.#journal.close();
  }

  *#entries(): Generator<readonly [string, Kept]> {
    if (this.#place !== undefined) yield [PLACE, this.#place];
    for (const [callId, keys] of this.#keys) yield [callId, new JsonText(keys)];
  }
}
