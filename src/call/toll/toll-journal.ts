import { errorMessageOf, Journal, type Clock, type Logger, type MetricSample } from "../../common/index.ts";
import { HourWindow, type MinuteCount } from "./hour-window.ts";

/** The calls of the last hour, on file: a process that is started again goes on counting. */
export class TollJournal {
  readonly window: HourWindow;
  readonly #journal: Journal<number>;

  /** @throws the file system's error when the file cannot be read or made */
  constructor(path: string, clock: Clock, logger: Logger) {
    this.window = new HourWindow({
      put: (entry) => this.#journal.put(keyOf(entry), entry.count),
      remove: (entry) => this.#journal.remove(keyOf(entry)),
    });
    this.#journal = new Journal<number>(
      {
        path,
        clock,
        onError: (error) => logger.error("calls by trunks cannot be counted", { path, error: errorMessageOf(error) }),
      },
      (key, count) => this.#restore(key, count),
      () => this.#lines(),
    );
  }

  get metric(): MetricSample {
    return this.#journal.metric;
  }

  /** May be called twice. */
  close(): void {
    this.#journal.close();
  }

  *#lines(): Iterable<readonly [string, number]> {
    for (const entry of this.window.entries()) yield [keyOf(entry), entry.count];
  }

  #restore(key: string, count: unknown): void {
    const [, minute, name] = /^(\d{1,12}) (.{1,256})$/s.exec(key) ?? [];
    if (minute === undefined || name === undefined || typeof count !== "number" || !(count > 0)) return;
    this.window.restore({ name, minute: Number(minute), count });
  }
}

function keyOf({ name, minute }: MinuteCount): string {
  return `${minute} ${name}`;
}
