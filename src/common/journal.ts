import { closeSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { basename, dirname } from "node:path";
import type { Clock, Timer } from "./clock.ts";
import type { MetricSample } from "./metric.ts";
import { errorCodeOf } from "./switch-error.ts";

/** Options of a `Journal`. */
export interface JournalOptions {
  /** The file; its folder is made when missing. */
  readonly path: string;
  readonly clock: Clock;
  /** The file is rewritten when it exceeds this and is four times its live content; default 4 MiB. */
  readonly compactAboveBytes?: number;
  /** Told each time the file could not be written (disk full, say); absent: it is only counted. */
  readonly onError?: (error: unknown) => void;
}

const DEFAULT_COMPACT_ABOVE_BYTES = 4 * 1024 * 1024;
const FIRST_RETRY_MS = 1_000;
const MAX_RETRY_MS = 30_000;

/**
 * A map of JSON values that outlives its process: an append-only file of one JSON object a line,
 * `{"k":key,"v":value}` for a value and `{"k":key}` for a removal. Changes of one event-loop turn go out in one
 * write, without fsync: they survive any death of the process, not of the host. A torn last line is ignored.
 * After a failed write the file is made anew from the owner's map as soon as the disk takes it again: after 1 second,
 * then 2, and so on to every 30 seconds.
 */
export class Journal<Value> {
  readonly #path: string;
  readonly #clock: Clock;
  readonly #compactAboveBytes: number;
  readonly #onError: ((error: unknown) => void) | undefined;
  readonly #lines = new Map<string, number>();
  readonly #snapshot: () => Iterable<readonly [string, Value]>;
  #descriptor: number | undefined;
  #pending: string[] = [];
  #scheduled = false;
  #closed = false;
  #fileBytes = 0;
  #liveBytes = 0;
  #failedWrites = 0;
  #retry: Timer | undefined;

  /**
   * Opens, or makes, the file and hands each live value to `restore`.
   * @param snapshot gives all live values whenever the file is rewritten; the owner's map is the only copy in memory,
   * so the owner changes it before it calls `put` or `remove`
   * @throws the file system's error when the file cannot be read, or is not there and cannot be made
   */
  constructor(
    options: JournalOptions,
    restore: (key: string, value: Value) => void,
    snapshot: () => Iterable<readonly [string, Value]>,
  ) {
    this.#path = options.path;
    this.#clock = options.clock;
    this.#compactAboveBytes = options.compactAboveBytes ?? DEFAULT_COMPACT_ABOVE_BYTES;
    this.#onError = options.onError;
    this.#snapshot = snapshot;
    mkdirSync(dirname(options.path), { recursive: true, mode: 0o700 });
    const text = readText(options.path);
    for (const [key, value] of liveValuesOf<Value>(text ?? "")) restore(key, value);
    if (text === undefined) this.#rewrite();
    else this.#makeAnew();
  }

  /** `tandem_journal_failed_writes`, by the file's name. */
  get metric(): MetricSample {
    return {
      name: "tandem_journal_failed_writes",
      type: "gauge",
      help: "Writes of a journal that failed one after the other; 0 when its file is up to date",
      labels: { journal: basename(this.#path, ".journal") },
      value: this.#failedWrites,
    };
  }

  /** Records a value; written at the end of this event-loop turn. */
  put(key: string, value: Value): void {
    const line = JSON.stringify({ k: key, v: value }) + "\n";
    this.#liveBytes += line.length - (this.#lines.get(key) ?? 0);
    this.#lines.set(key, line.length);
    this.#append(line);
  }

  /** Records a removal; removing an unknown key does nothing. */
  remove(key: string): void {
    const length = this.#lines.get(key);
    if (length === undefined) return;
    this.#liveBytes -= length;
    this.#lines.delete(key);
    this.#append(JSON.stringify({ k: key }) + "\n");
  }

  /** Writes what is pending now; call it before an effect that must not come before the record. */
  flush(): void {
    this.#scheduled = false;
    const lines = this.#pending;
    this.#pending = [];
    // What a failed write left out is in the owner's map only; the file is made anew in its time.
    if (lines.length === 0 || this.#closed || this.#failedWrites > 0) return;
    this.#attempt(() => this.#appendBytes(Buffer.from(lines.join(""))));
  }

  /** Writes what is pending and closes the file; may be called twice. */
  close(): void {
    if (this.#closed) return;
    this.flush();
    if (this.#failedWrites > 0) this.#makeAnew();
    this.#retry?.cancel();
    this.#closed = true;
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
  }

  #append(line: string): void {
    if (this.#closed) return;
    this.#pending.push(line);
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => this.flush());
  }

  #makeAnew(): void {
    this.#attempt(() => this.#rewrite());
  }

  #attempt(write: () => void): void {
    try {
      write();
      this.#failedWrites = 0;
    } catch (error) {
      const delayMs = Math.min(FIRST_RETRY_MS * 2 ** this.#failedWrites, MAX_RETRY_MS);
      this.#failedWrites += 1;
      this.#retry?.cancel();
      this.#retry = this.#clock.after(delayMs, () => this.#makeAnew());
      this.#onError?.(error);
    }
  }

  #appendBytes(bytes: Buffer): void {
    if (this.#descriptor === undefined) return this.#rewrite();
    for (let written = 0; written < bytes.length;) {
      written += writeSync(this.#descriptor, bytes, written);
    }
    this.#fileBytes += bytes.length;
    if (this.#fileBytes > this.#compactAboveBytes && this.#fileBytes > 4 * this.#liveBytes) this.#rewrite();
  }

  #rewrite(): void {
    const lengths = new Map<string, number>();
    const lines: string[] = [];
    let liveBytes = 0;
    for (const [key, value] of this.#snapshot()) {
      const line = JSON.stringify({ k: key, v: value }) + "\n";
      lengths.set(key, line.length);
      liveBytes += line.length;
      lines.push(line);
    }
    const bytes = Buffer.from(lines.join(""));
    replaceFile(this.#path, bytes);
    const descriptor = openSync(this.#path, "a", 0o600);
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = descriptor;
    this.#fileBytes = bytes.length;
    this.#liveBytes = liveBytes;
    this.#lines.clear();
    for (const [key, length] of lengths) this.#lines.set(key, length);
  }
}

/** Half of a file takes space on the disk that may be full: it does not stay. */
function replaceFile(path: string, bytes: Buffer): void {
  const temporary = `${path}.new`;
  try {
    writeFileSync(temporary, bytes, { mode: 0o600 });
    renameSync(temporary, path);
  } catch (error) {
    if (errorCodeOf(error) === "ENOSPC") rmSync(temporary, { force: true });
    throw error;
  }
}

function liveValuesOf<Value>(text: string): Map<string, Value> {
  const values = new Map<string, Value>();
  for (const line of text.split("\n")) {
    const entry = parseLine<Value>(line);
    if (entry === undefined) continue;
    if (entry.v === undefined) values.delete(entry.k);
    else values.set(entry.k, entry.v);
  }
  return values;
}

/** `undefined` when there is no such file. */
function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (errorCodeOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

function parseLine<Value>(line: string): { k: string; v?: Value } | undefined {
  if (line === "") return undefined;
  try {
    const entry = JSON.parse(line) as { k?: unknown; v?: Value };
    return typeof entry.k === "string" ? (entry as { k: string; v?: Value }) : undefined;
  } catch {
    return undefined;
  }
}
