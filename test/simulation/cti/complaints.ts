import type { LogFields, Logger } from "../../../src/common/index.ts";

/** Keeps the first error that is logged: where nothing but what was told to die has died, there is none. */
export class Complaints {
  #first: Error | undefined;

  get first(): Error | undefined {
    return this.#first;
  }

  note(what: string, fields: LogFields = {}): void {
    this.#first ??= new Error(`${what} ${JSON.stringify(fields)}`);
  }

  /** @param process whose lines these are. @param isDead what a dead process says is not heard */
  logger(process: string, isDead: () => boolean): Logger {
    const nothing = (): void => undefined;
    const logger: Logger = {
      debugEnabled: false,
      debug: nothing,
      info: nothing,
      warn: nothing,
      error: (message, fields) => {
        if (!isDead()) this.note(`${process}: ${message}`, fields);
      },
      child: () => logger,
    };
    return logger;
  }
}
