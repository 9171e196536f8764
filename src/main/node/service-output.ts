import { constants, fstatSync, ftruncateSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A link in the place of the file is not followed. */
const APPEND = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW;
const MAX_FILE_BYTES = 1024 * 1024;
const MAX_LINE_LENGTH = 500;
const ERROR = /Error|FATAL ERROR/;

/**
 * What services print beside their logs, in `<service>.out`: Node itself writes there when it cannot run, or dies. The
 * files are kept short. The supervisor has one when it runs in the background.
 */
export class ServiceOutput {
  readonly #logDir: string;
  readonly #marks = new Map<string, number>();

  constructor(logDir: string) {
    this.#logDir = logDir;
  }

  /** Opens the file of a service, for its next process; one that cannot be heard runs all the same. */
  open(service: string): number | "ignore" {
    const path = this.fileOf(service);
    try {
      mkdirSync(this.#logDir, { recursive: true, mode: 0o700 });
      const descriptor = openSync(path, APPEND, 0o600);
      if (fstatSync(descriptor).size > MAX_FILE_BYTES) ftruncateSync(descriptor);
      this.#marks.set(service, fstatSync(descriptor).size);
      return descriptor;
    } catch {
      return "ignore";
    }
  }

  /** Why the process opened last ended, in a line of its own, with where to read on; empty when it printed nothing. */
  reason(service: string): string {
    const lines = this.text(service).split("\n").filter(isStatement);
    const reason = lines.findLast((line) => line.startsWith(`${service}: `) || ERROR.test(line)) ?? lines.at(-1);
    return reason === undefined ? "" : `${reason.slice(0, MAX_LINE_LENGTH)}; see ${this.fileOf(service)}`;
  }

  /** All that the process opened last has printed. */
  text(service: string): string {
    try {
      return readFileSync(this.fileOf(service)).subarray(this.#marks.get(service)).toString("utf8");
    } catch {
      return "";
    }
  }

  fileOf(service: string): string {
    return join(this.#logDir, `${service}.out`);
  }
}

/** False for the lines around an error: code, stack, properties, and the version that Node.js prints last. */
function isStatement(line: string): boolean {
  return /^[^\s{}]/.test(line) && !/^Node\.js v\d/.test(line);
}
