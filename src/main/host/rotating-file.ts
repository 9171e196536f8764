import { closeSync, fstatSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { dirname, join, parse } from "node:path";

/** Options of a `RotatingFile`. */
export interface RotatingFileOptions {
  readonly path: string;
  /** A file that would exceed this is renamed, and a new one begun. */
  readonly maxBytes: number;
  /** Files in all; the oldest is deleted. */
  readonly maxFiles: number;
}

const MAX_PENDING_BYTES = 4 * 1024 * 1024;

/**
 * A text file that grows to a bound: `edge.log`, then `edge.1.log` and so on, which is the older the higher its number.
 * What is appended in one event-loop turn goes out in one write. What cannot be written is dropped and counted: a full
 * disk must not stop calls.
 */
export class RotatingFile {
  readonly #options: RotatingFileOptions;
  #descriptor: number | undefined;
  #fileBytes = 0;
  #pending: string[] = [];
  #pendingBytes = 0;
  #scheduled = false;
  #closed = false;
  #dropped = 0;

  constructor(options: RotatingFileOptions) {
    this.#options = options;
    mkdirSync(dirname(options.path), { recursive: true, mode: 0o700 });
  }

  /** Lines that could not be written. */
  get dropped(): number {
    return this.#dropped;
  }

  /** @param line with its line break */
  append(line: string): void {
    if (this.#closed || this.#pendingBytes > MAX_PENDING_BYTES) {
      this.#dropped += 1;
      return;
    }
    this.#pending.push(line);
    this.#pendingBytes += line.length;
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => this.flush());
  }

  /** Writes what is pending now. */
  flush(): void {
    this.#scheduled = false;
    if (this.#pending.length === 0 || this.#closed) return;
    const lines = this.#pending;
    this.#pending = [];
    this.#pendingBytes = 0;
    try {
      this.#write(Buffer.from(lines.join("")));
    } catch {
      this.#dropped += lines.length;
    }
  }

  /** Writes what is pending; may be called twice. */
  close(): void {
    this.flush();
    this.#closed = true;
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }

  #write(bytes: Buffer): void {
    this.#descriptor ??= this.#open();
    if (this.#fileBytes > 0 && this.#fileBytes + bytes.length > this.#options.maxBytes) {
      this.#rotate();
      this.#descriptor = this.#open();
    }
    for (let written = 0; written < bytes.length;) {
      written += writeSync(this.#descriptor, bytes, written);
    }
    this.#fileBytes += bytes.length;
  }

  #open(): number {
    const descriptor = openSync(this.#options.path, "a", 0o600);
    this.#fileBytes = fstatSync(descriptor).size;
    return descriptor;
  }

  #rotate(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
    const { maxFiles } = this.#options;
    rmSync(this.#pathOf(maxFiles - 1), { force: true });
    for (let number = maxFiles - 2; number >= 0; number -= 1) {
      try {
        renameSync(this.#pathOf(number), this.#pathOf(number + 1));
      } catch {
        // There are fewer files yet.
      }
    }
  }

  #pathOf(number: number): string {
    const { dir, name, ext } = parse(this.#options.path);
    return number === 0 ? this.#options.path : join(dir, `${name}.${number}${ext}`);
  }
}
