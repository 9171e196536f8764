/** Facts that go with a log line; never secrets, digests or tokens. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Where code writes its log lines: a constant message, facts in fields. */
export interface Logger {
  /** False in production: guard costly debug fields with it on hot paths. */
  readonly debugEnabled: boolean;
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** A logger that adds `fields` to each line. */
  child(fields: LogFields): Logger;
}

/** Drops every line. */
export const silentLogger: Logger = {
  debugEnabled: false,
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silentLogger,
};
