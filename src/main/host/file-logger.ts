import { Writable } from "node:stream";
import winston from "winston";
import type { LogFields, Logger } from "../../common/index.ts";
import type { LogConfig } from "../../config/index.ts";
import { RotatingFile } from "./rotating-file.ts";

/** A log file that is written to until it is closed. */
export interface FileLog {
  readonly logger: Logger;
  /** Lines that could not be written. */
  readonly dropped: number;
  /** Writes at once, past all queues: for the last line of a dying process. */
  writeLast(message: string, fields: LogFields): void;
  /** Resolves when all lines are in the file; may be called twice. */
  close(): Promise<void>;
}

/** Logs JSON lines to a file that is renamed when it grows too large; old files are deleted. */
export function openFileLog(path: string, config: LogConfig, fields: LogFields): FileLog {
  const file = new RotatingFile({
    path,
    maxBytes: config.maxFileMegabytes * 1024 * 1024,
    maxFiles: config.maxFiles,
  });
  const sink = new Writable({
    decodeStrings: false,
    write: (line: string, _encoding, done) => {
      file.append(line);
      done();
    },
  });
  const root = winston.createLogger({
    level: config.level,
    format: winston.format.combine(winston.format.timestamp(), winston.format.json()),
    transports: [new winston.transports.Stream({ stream: sink, eol: "\n" })],
  });
  return {
    logger: loggerOver(root.child(fields), config.level === "debug"),
    get dropped() {
      return file.dropped;
    },
    writeLast: (message, more) => {
      const line = { level: "error", message, ...fields, ...more, timestamp: new Date().toISOString() };
      file.append(JSON.stringify(line) + "\n");
      file.flush();
    },
    close: async () => {
      // The logger is never ended: a line that comes later would be an exception instead of being dropped.
      await turn();
      file.close();
    },
  };
}

/** Resolves when the streams inside the logger have passed on what they hold. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
}

function loggerOver(log: winston.Logger, debugEnabled: boolean): Logger {
  return {
    debugEnabled,
    debug: debugEnabled ? (message, fields) => void log.debug(message, fields) : () => undefined,
    info: (message, fields) => void log.info(message, fields),
    warn: (message, fields) => void log.warn(message, fields),
    error: (message, fields) => void log.error(message, fields),
    child: (fields) => loggerOver(log.child(fields), debugEnabled),
  };
}
