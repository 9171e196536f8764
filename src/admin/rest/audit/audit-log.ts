import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, parse } from "node:path";
import { errorCodeOf, type Clock } from "../../../common/index.ts";
import type { AuditEntry, AuditEvent, AuditQuery, AuditTrail } from "./audit-trail.ts";

/** Where lines go; `RotatingFile` of the host is one. */
export interface LineFile {
  append(line: string): void;
  /** Writes what is pending now. */
  flush(): void;
}

export interface AuditLogOptions {
  /** Of the newest file; the older ones are `audit.1.log` and so on. */
  readonly path: string;
  /** Files in all. */
  readonly maxFiles: number;
  readonly file: LineFile;
  readonly clock: Clock;
}

/** The audit trail as JSON lines in files that rotate. */
export class AuditLog implements AuditTrail {
  readonly #options: AuditLogOptions;
  #last: number;

  /** @throws the file system's error when there is a file that cannot be read */
  constructor(options: AuditLogOptions) {
    this.#options = options;
    this.#last = this.#readLast();
    // What comes next does not go on in a line that a crash cut short.
    if (/[^\n]$/.test(readWhole(options.path))) options.file.append("\n");
  }

  record(event: AuditEvent): void {
    this.#last += 1;
    const entry: AuditEntry = {
      number: this.#last,
      at: new Date(this.#options.clock.wallMs()).toISOString(),
      ...event,
    };
    this.#options.file.append(JSON.stringify(entry) + "\n");
    this.#options.file.flush();
  }

  async read({ before = Infinity, limit, user }: AuditQuery): Promise<AuditEntry[]> {
    const found: AuditEntry[] = [];
    // Numbers fall; so that files that rotate meanwhile are not read twice.
    let below = before;
    for (let age = 0; age < this.#options.maxFiles; age += 1) {
      const lines = linesOf(await readFile(this.#pathOf(age), "utf8").catch(emptyWhenMissing));
      for (const line of lines.reverse()) {
        const entry = entryIn(line);
        if (entry === undefined || entry.number >= below) continue;
        below = entry.number;
        if (user !== undefined && entry.user !== user) continue;
        found.push(entry);
        if (found.length === limit) return found;
      }
    }
    return found;
  }

  #readLast(): number {
    for (let age = 0; age < this.#options.maxFiles; age += 1) {
      const last = linesOf(readWhole(this.#pathOf(age))).findLast((line) => entryIn(line) !== undefined);
      if (last !== undefined) return entryIn(last)?.number ?? 0;
    }
    return 0;
  }

  #pathOf(age: number): string {
    const { dir, name, ext } = parse(this.#options.path);
    return age === 0 ? this.#options.path : join(dir, `${name}.${age}${ext}`);
  }
}

function linesOf(text: string): string[] {
  return text.split("\n").filter((line) => line !== "");
}

/** A line that was cut short by a crash, or that somebody else wrote, is none. */
function entryIn(line: string): AuditEntry | undefined {
  try {
    const entry = JSON.parse(line) as Partial<AuditEntry> | null;
    return Number.isSafeInteger(entry?.number) ? (entry as AuditEntry) : undefined;
  } catch {
    return undefined;
  }
}

function readWhole(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    return emptyWhenMissing(error);
  }
}

function emptyWhenMissing(error: unknown): string {
  if (errorCodeOf(error) === "ENOENT") return "";
  throw error;
}
