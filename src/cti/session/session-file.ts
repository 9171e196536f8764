import { closeSync, openSync, readFileSync, renameSync, rmSync, writeSync } from "node:fs";
import { lineOf, recordIn, type SessionRecord } from "./session-record.ts";

export interface SessionFileOptions {
  readonly path: string;
  /** Everything that is so now: what the file is made of when it is made anew. */
  readonly snapshot: () => Iterable<SessionRecord>;
  /** Told of each write that failed. */
  readonly onError: (error: unknown) => void;
}

/** A file below this is not made anew for what is of no more use in it. */
const COMPACT_ABOVE_BYTES = 256 * 1024;

/**
 * What survives of one session any death of the process, though not of the host: records as lines, written without
 * fsync. Made anew when it is four times as long as what counts of it, and after a write that failed.
 */
export class SessionFile {
  readonly #options: SessionFileOptions;
  #descriptor: number | undefined;
  #pending: string[] = [];
  #fileBytes = 0;
  #liveBytes = 0;
  #isClosed = false;

  constructor(options: SessionFileOptions) {
    this.#options = options;
  }

  /** False while what is new is in memory only, since the disk does not take it. */
  get isWritten(): boolean {
    return this.#descriptor !== undefined && this.#pending.length === 0;
  }

  /** Takes down a record; written by the next `flush`. */
  add(record: SessionRecord): void {
    if (!this.#isClosed) this.#pending.push(lineOf(record));
  }

  /** Writes what is pending. After a failure the next call begins a new file. */
  flush(): void {
    if (this.#isClosed || (this.#pending.length === 0 && this.#descriptor !== undefined)) return;
    try {
      const size = this.#fileBytes;
      if (this.#descriptor === undefined || (size > COMPACT_ABOVE_BYTES && size > 4 * this.#liveBytes)) {
        return this.#rewrite();
      }
      this.#fileBytes += writeAll(this.#descriptor, this.#pending.join(""));
      this.#pending = [];
    } catch (error) {
      // The owner has everything; what could not be appended is in the next new file.
      this.#pending = [];
      this.#closeDescriptor();
      this.#options.onError(error);
    }
  }

  /** Makes the file anew with the next `flush`. */
  renew(): void {
    this.#closeDescriptor();
  }

  /** Tells how long the file would be if it were made anew. */
  noteLive(bytes: number): void {
    this.#liveBytes = bytes;
  }

  /** Writes what is pending and lets go of the file; may be called twice. */
  close(): void {
    if (this.#isClosed) return;
    this.flush();
    this.#isClosed = true;
    this.#closeDescriptor();
  }

  /** The session is over. */
  remove(): void {
    this.#isClosed = true;
    this.#closeDescriptor();
    try {
      rmSync(this.#options.path, { force: true });
    } catch (error) {
      this.#options.onError(error);
    }
  }

  #rewrite(): void {
    const { path, snapshot } = this.#options;
    const temporary = `${path}.new`;
    const lines: string[] = [];
    for (const record of snapshot()) lines.push(lineOf(record));
    this.#pending = [];
    this.#closeDescriptor();
    const descriptor = openSync(temporary, "w", 0o600);
    try {
      this.#fileBytes = writeAll(descriptor, lines.join(""));
      renameSync(temporary, path);
    } catch (error) {
      closeSync(descriptor);
      throw error;
    }
    this.#descriptor = descriptor;
  }

  #closeDescriptor(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }
}

/**
 * The records of a file, from the last one that begins it on; a line that was cut short ends them.
 * @throws the file system's error
 */
export function readSessionFile(path: string): SessionRecord[] {
  const records: SessionRecord[] = [];
  for (const line of readFileSync(path, "utf8").split("\n")) {
    if (line === "") continue;
    const record = recordIn(line);
    if (record === undefined) break;
    records.push(record);
  }
  return records;
}

function writeAll(descriptor: number, text: string): number {
  const bytes = Buffer.from(text);
  for (let written = 0; written < bytes.length;) written += writeSync(descriptor, bytes, written);
  return bytes.length;
}
