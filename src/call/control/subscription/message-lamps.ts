import {
  errorMessageOf,
  Journal,
  SwitchError,
  type Clock,
  type Logger,
  type MetricSample,
} from "../../../common/index.ts";
import { MAX_MESSAGES, type MessageCount, type MessageLamp } from "../../../signals/index.ts";

/** What a lamp is set to. */
export type LampSetting = Pick<MessageCount, "new" | "old"> & Partial<MessageCount>;

export interface MessageLampsOptions {
  readonly path: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** True when there is such a line. */
  readonly hasLine: (line: string) => boolean;
}

const NONE: MessageCount = { new: 0, old: 0, newUrgent: 0, oldUrgent: 0 };

/**
 * How many messages wait on which line, by who has said so last. It outlives the process. Bounded by the number of lines:
 * none is kept of a line that is gone.
 */
export class MessageLamps {
  readonly #options: MessageLampsOptions;
  readonly #lamps = new Map<string, MessageCount>();
  readonly #journal: Journal<MessageCount>;
  readonly #listeners: ((line: string) => void)[] = [];

  /** @throws the file system's error when the journal cannot be opened */
  constructor(options: MessageLampsOptions) {
    const { path, clock, logger } = options;
    this.#options = options;
    const onError = (error: unknown): void =>
      logger.error("message lamps cannot be recorded", { path, error: errorMessageOf(error) });
    this.#journal = new Journal<MessageCount>(
      { path, clock, onError },
      (line, value) => this.#restore(line, value),
      () => this.#lamps,
    );
  }

  /** Lamps of lines that have messages, by line. */
  get all(): readonly MessageLamp[] {
    const lamps = [...this.#lamps].map(([line, count]) => ({ line, ...count }));
    return lamps.sort((one, other) => (one.line < other.line ? -1 : 1));
  }

  count(line: string): MessageCount {
    return this.#lamps.get(line) ?? NONE;
  }

  /** `listener` is told of each line whose count changes, from now on. */
  onChange(listener: (line: string) => void): void {
    this.#listeners.push(listener);
  }

  /**
   * Sets the lamp of a line; undefined, or no messages: there are none. Who has subscribed is told at once.
   * @throws {SwitchError} `lamp-invalid-target` there is no such line; `bad-params` the counts are none
   */
  set(line: string, setting: LampSetting | undefined): "changed" | "unchanged" {
    const { hasLine } = this.#options;
    if (!hasLine(line)) throw new SwitchError("lamp-invalid-target", `there is no line ${line}`, { line });
    const count: MessageCount = { ...NONE, ...setting };
    if (!isCount(count)) throw new SwitchError("bad-params", `messages are counted from 0 to ${MAX_MESSAGES}`);
    if (isSame(count, this.count(line))) return "unchanged";
    if (isSame(count, NONE)) this.#forget(line);
    else {
      this.#lamps.set(line, count);
      this.#journal.put(line, count);
    }
    for (const listener of this.#listeners) listener(line);
    return "changed";
  }

  /** To be called when lines may be gone. */
  prune(): void {
    for (const line of this.#lamps.keys()) if (!this.#options.hasLine(line)) this.#forget(line);
  }

  get metric(): MetricSample {
    return this.#journal.metric;
  }

  /** Writes what is pending now. */
  flush(): void {
    this.#journal.flush();
  }

  /** May be called twice. */
  close(): void {
    this.#journal.close();
  }

  #forget(line: string): void {
    this.#lamps.delete(line);
    this.#journal.remove(line);
  }

  #restore(line: string, value: unknown): void {
    if (isCount(value) && this.#options.hasLine(line)) this.#lamps.set(line, value);
  }
}

/** The urgent ones are some of them. */
function isCount(value: unknown): value is MessageCount {
  if (typeof value !== "object" || value === null) return false;
  const count = value as MessageCount;
  const numbers = [count.new, count.old, count.newUrgent, count.oldUrgent];
  const areNumbers = numbers.every((one) => Number.isInteger(one) && one >= 0 && one <= MAX_MESSAGES);
  return areNumbers && count.newUrgent <= count.new && count.oldUrgent <= count.old;
}

function isSame(one: MessageCount, other: MessageCount): boolean {
  return (
    one.new === other.new &&
    one.old === other.old &&
    one.newUrgent === other.newUrgent &&
    one.oldUrgent === other.oldUrgent
  );
}
