import { close, closeSync, mkdirSync, readFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import type { Clock, Timer } from "./clock.ts";
import { JournalRewrite, writeAll } from "./journal-rewrite.ts";
import { jsonWith } from "./json-text.ts";
import type { MetricSample } from "./metric.ts";
import { errorCodeOf } from "./switch-error.ts";

/** Options of a `Journal`. */
export interface JournalOptions {
  /** The file; its folder is made when missing. */
  readonly path: string;
  readonly clock: Clock;
  /** The file is rewritten, a slice at a time, when it exceeds this and four times its live content; default 4 MiB. */
  readonly compactAboveBytes?: number;
  /** Told each time the file could not be written (disk full, say); absent: it is only counted. */
  readonly onError?: (error: unknown) => void;
}

const DEFAULT_COMPACT_ABOVE_BYTES = 4 * 1024 * 1024;
/** Between slices of a rewrite, for what else there is to do: some 16 MB are rewritten in a second at most. */
const SLICE_PAUSE_MS = 2;
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
  #rewrite: JournalRewrite<Value> | undefined;
  #pending: string[] = [];
  #scheduled = false;
  #closed = false;
  #fileBytes = 0;
  #liveBytes = 0;
  #failedWrites = 0;
  #retry: Timer | undefined;
  #nextSlice: Timer | undefined;

  /**
   * Opens, or makes, the file and hands each live value to `restore`.
   * @param snapshot gives all live values whenever the file is rewritten, as they are when they are asked for; the
   * owner's map is the only copy in memory, so the owner changes it before it calls `put` or `remove`
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
    if (text === undefined) this.#rewriteAtOnce();
    else this.#attempt(() => this.#rewriteAtOnce());
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
    const line = jsonWith({ k: key }, "v", value) + "\n";
    this.#noteLine(key, line.length);
    this.#append(key, line);
  }

  /** Records a removal; removing an unknown key does nothing. */
  remove(key: string): void {
    const length = this.#lines.get(key);
    if (length === undefined) return;
    this.#liveBytes -= length;
    this.#lines.delete(key);
    this.#append(key, JSON.stringify({ k: key }) + "\n");
  }

  /** Writes what is pending now; call it before an effect that must not come before the record. */
  flush(): void {
    this.#scheduled = false;
    const lines = this.#pending;
    this.#pending = [];
    if (lines.length === 0 || this.#closed) return;
    // What a failed write left out is in the owner's map only; the file is made anew in its time.
    if (this.#failedWrites > 0 && this.#rewrite === undefined) return;
    this.#attempt(() => this.#appendBytes(Buffer.from(lines.join(""))));
  }

  /** Writes what is pending and closes the file; may be called twice. */
  close(): void {
    if (this.#closed) return;
    this.flush();
    this.#rewrite?.abort();
    this.#rewrite = undefined;
    if (this.#failedWrites > 0) this.#attempt(() => this.#rewriteAtOnce());
    this.#retry?.cancel();
    this.#nextSlice?.cancel();
    this.#closed = true;
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
  }

  #append(key: string, line: string): void {
    if (this.#closed) return;
    this.#rewrite?.noteChanged(key);
    this.#pending.push(line);
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => this.flush());
  }

  #attempt(write: () => void): void {
    try {
      write();
    } catch (error) {
      this.#rewrite?.abort();
      this.#rewrite = undefined;
      const delayMs = Math.min(FIRST_RETRY_MS * 2 ** this.#failedWrites, MAX_RETRY_MS);
      this.#failedWrites += 1;
      this.#retry?.cancel();
      this.#retry = this.#clock.after(delayMs, () => this.#attempt(() => this.#startRewrite()));
      this.#onError?.(error);
    }
  }

  #appendBytes(bytes: Buffer): void {
    this.#rewrite?.append(bytes);
    if (this.#failedWrites > 0 || this.#descriptor === undefined) return;
    writeAll(this.#descriptor, bytes);
    this.#fileBytes += bytes.length;
    if (this.#rewrite !== undefined) return;
    if (this.#fileBytes > this.#compactAboveBytes && this.#fileBytes > 4 * this.#liveBytes) this.#startRewrite();
  }

  /** Thousands of values take a tenth of a second to write: a slice now and then keeps nobody waiting. */
  #startRewrite(): void {
    this.#continueRewrite(this.#newRewrite());
  }

  #continueRewrite(rewrite: JournalRewrite<Value>): void {
    this.#nextSlice = undefined;
    // A value that has changed is passed over, so its change is in the file before the file is in place.
    this.flush();
    if (this.#rewrite !== rewrite) return;
    this.#attempt(() => {
      if (rewrite.step()) return this.#adopt(rewrite);
      const next = (): void => this.#continueRewrite(rewrite);
      // After a failed write nothing is safe before the new file is.
      if (this.#failedWrites > 0) setImmediate(next);
      else this.#nextSlice = this.#clock.after(SLICE_PAUSE_MS, next);
    });
  }

  #rewriteAtOnce(): void {
    const rewrite = this.#newRewrite();
    while (!rewrite.step());
    this.#adopt(rewrite);
  }

  #newRewrite(): JournalRewrite<Value> {
    this.flush();
    const note = (key: string, length: number): void => this.#noteLine(key, length);
    this.#rewrite = new JournalRewrite(this.#path, this.#snapshot(), note);
    return this.#rewrite;
  }

  #adopt(rewrite: JournalRewrite<Value>): void {
    const { descriptor, bytes } = rewrite.finish();
    this.#rewrite = undefined;
    // The last close of a large file takes the system long.
    if (this.#descriptor !== undefined) close(this.#descriptor);
    this.#descriptor = descriptor;
    this.#fileBytes = bytes;
    this.#failedWrites = 0;
  }

  #noteLine(key: string, length: number): void {
    this.#liveBytes += length - (this.#lines.get(key) ?? 0);
    this.#lines.set(key, length);
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
