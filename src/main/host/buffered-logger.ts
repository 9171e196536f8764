import type { LogFields, Logger } from "../../common/index.ts";

type Level = "debug" | "info" | "warn" | "error";
type Line = readonly [level: Level, message: string, fields: LogFields];

const MAX_LINES = 1_000;

/** Keeps the first lines until there is a place for them: the log library is loaded after the services are started. */
export class BufferedLogger implements Logger {
  readonly debugEnabled = false;
  readonly #target: { lines: Line[]; logger: Logger | undefined };
  readonly #fields: LogFields;

  constructor(parent?: BufferedLogger, fields: LogFields = {}) {
    this.#target = parent === undefined ? { lines: [], logger: undefined } : parent.#target;
    this.#fields = parent === undefined ? fields : { ...parent.#fields, ...fields };
  }

  /** Hands over what was kept, and all that comes. */
  attach(logger: Logger): void {
    this.#target.logger = logger;
    for (const [level, message, fields] of this.#target.lines.splice(0)) logger[level](message, fields);
  }

  debug(message: string, fields?: LogFields): void {
    this.#write("debug", message, fields);
  }

  info(message: string, fields?: LogFields): void {
    this.#write("info", message, fields);
  }

  warn(message: string, fields?: LogFields): void {
    this.#write("warn", message, fields);
  }

  error(message: string, fields?: LogFields): void {
    this.#write("error", message, fields);
  }

  child(fields: LogFields): Logger {
    return new BufferedLogger(this, fields);
  }

  #write(level: Level, message: string, fields: LogFields = {}): void {
    const all = { ...this.#fields, ...fields };
    if (this.#target.logger !== undefined) this.#target.logger[level](message, all);
    else if (this.#target.lines.length < MAX_LINES) this.#target.lines.push([level, message, all]);
  }
}
