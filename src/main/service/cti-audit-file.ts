import { createReadStream } from "node:fs";
import { join, parse } from "node:path";
import { createInterface } from "node:readline";
import { errorCodeOf } from "../../common/index.ts";
import type { CommandEntry, CommandLog } from "../../cti/index.ts";
import { RotatingFile } from "../host/rotating-file.ts";

const MAX_FILES = 8;
const MAX_FILE_BYTES = 8 * 1024 * 1024;

/** What is looked for in the audit; absent: anything. */
export interface CommandQuery {
  readonly user?: string;
  readonly session?: string;
  /** A method, such as `call.answer`. */
  readonly method?: string;
  readonly callId?: string;
  readonly device?: string;
  /** From and to, both included; ISO 8601. */
  readonly from?: string;
  readonly to?: string;
  /** Only what was refused or failed. */
  readonly isFailed?: boolean;
  /** The latest so many. */
  readonly limit: number;
}

/** The audit of commands as JSON lines in files that rotate. */
export class CtiAuditFile implements CommandLog {
  readonly #path: string;
  readonly #file: RotatingFile;

  constructor(path: string) {
    this.#path = path;
    this.#file = new RotatingFile({ path, maxBytes: MAX_FILE_BYTES, maxFiles: MAX_FILES });
  }

  /** Lines that could not be written. */
  get dropped(): number {
    return this.#file.dropped;
  }

  append(entry: CommandEntry): void {
    this.#file.append(`${JSON.stringify(entry)}\n`);
  }

  /** The latest entries that match, the oldest of them first. */
  async read(query: CommandQuery): Promise<CommandEntry[]> {
    this.#file.flush();
    const found: CommandEntry[] = [];
    for (let age = 0; age < MAX_FILES && found.length < query.limit; age += 1) {
      found.unshift(...(await latestIn(this.#pathOf(age), query, query.limit - found.length)));
    }
    return found;
  }

  /** May be called twice. */
  close(): void {
    this.#file.close();
  }

  #pathOf(age: number): string {
    const { dir, name, ext } = parse(this.#path);
    return age === 0 ? this.#path : join(dir, `${name}.${age}${ext}`);
  }
}

async function latestIn(path: string, query: CommandQuery, limit: number): Promise<CommandEntry[]> {
  const found: CommandEntry[] = [];
  try {
    for await (const line of createInterface({ input: createReadStream(path, "utf8"), crlfDelay: Infinity })) {
      const entry = entryIn(line);
      if (entry === undefined || !isWanted(entry, query)) continue;
      found.push(entry);
      if (found.length > 2 * limit) found.splice(0, found.length - limit);
    }
  } catch (error) {
    if (errorCodeOf(error) !== "ENOENT") throw error;
  }
  return found.slice(-limit);
}

function entryIn(line: string): CommandEntry | undefined {
  try {
    const value = JSON.parse(line) as Partial<CommandEntry> | null;
    return typeof value?.at === "string" ? (value as CommandEntry) : undefined;
  } catch {
    return undefined;
  }
}

function isWanted(entry: CommandEntry, query: CommandQuery): boolean {
  const { user, session, method, callId, device, from, to, isFailed } = query;
  if (from !== undefined && entry.at < from) return false;
  if (to !== undefined && entry.at > to) return false;
  if (isFailed === true && (entry.result === undefined || entry.result === "ok")) return false;
  return (
    isSame(user, entry.user) &&
    isSame(session, entry.session) &&
    isSame(method, entry.method) &&
    isSame(callId, entry.target?.["callId"]) &&
    isSame(device, entry.target?.["device"])
  );
}

function isSame(wanted: string | undefined, value: string | undefined): boolean {
  return wanted === undefined || wanted === value;
}
