import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";

const MAX_LINE_LENGTH = 500;

/** What services print beside their logs, which is why they could not start; `mark` tells old from new. */
export class ServiceOutput {
  readonly #logDir: string;
  readonly #marks = new Map<string, number>();

  constructor(logDir: string) {
    this.#logDir = logDir;
  }

  /** Only what comes from now on counts. */
  mark(service: string): void {
    this.#marks.set(service, statSync(this.#fileOf(service), { throwIfNoEntry: false })?.size ?? 0);
  }

  /** The last line that the service printed since the mark; empty when there is none. */
  lastLine(service: string): string {
    try {
      const bytes = readFileSync(this.#fileOf(service)).subarray(this.#marks.get(service));
      return (bytes.toString("utf8").trim().split("\n").at(-1) ?? "").slice(0, MAX_LINE_LENGTH);
    } catch {
      return "";
    }
  }

  #fileOf(service: string): string {
    return join(this.#logDir, `${service}.out`);
  }
}
