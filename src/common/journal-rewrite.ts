import { closeSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { jsonWith } from "./json-text.ts";

/** A new file that has taken the place of a journal's old one. */
export interface RewrittenFile {
  /** Open for what comes after. */
  readonly descriptor: number;
  readonly bytes: number;
}

/** Octets of one slice, which calls wait for: a quarter of a millisecond of work, three times that at cold caches. */
const SLICE_BYTES = 32 * 1024;
/** Entries passed over in one slice. */
const SLICE_SKIPS = 2_500;

/**
 * The next file of a journal, made from its owner's values a slice at a time while changes go on. A value that changes
 * meanwhile comes with its change and is passed over; so the last line of each key is its last value.
 */
export class JournalRewrite<Value> {
  readonly #path: string;
  readonly #entries: Iterator<readonly [string, Value]>;
  readonly #onEntry: (key: string, lineLength: number) => void;
  readonly #changed = new Set<string>();
  readonly #descriptor: number;
  #bytes = 0;

  /**
   * @param path of the journal; the new file stands beside it until it is whole
   * @param entries live values; of a Map or walked lazily over one, so that changes of it do no harm
   * @param onEntry told of each line that was written of them
   * @throws the file system's error when the file cannot be made
   */
  constructor(
    path: string,
    entries: Iterable<readonly [string, Value]>,
    onEntry: (key: string, lineLength: number) => void,
  ) {
    this.#path = path;
    this.#entries = entries[Symbol.iterator]();
    this.#onEntry = onEntry;
    this.#descriptor = openSync(this.#temporary, "w", 0o600);
  }

  /** The key's line comes with `append`. */
  noteChanged(key: string): void {
    this.#changed.add(key);
  }

  /** Adds lines of changes. @throws the file system's error */
  append(bytes: Buffer): void {
    writeAll(this.#descriptor, bytes);
    this.#bytes += bytes.length;
  }

  /** Writes a slice of the values. @returns true when it was the last. @throws the file system's error */
  step(): boolean {
    const lines: string[] = [];
    let length = 0;
    let skipped = 0;
    let isLast = false;
    while (length < SLICE_BYTES && skipped < SLICE_SKIPS) {
      const next = this.#entries.next();
      if (next.done === true) {
        isLast = true;
        break;
      }
      const [key, value] = next.value;
      if (this.#changed.has(key)) {
        skipped += 1;
        continue;
      }
      const line = jsonWith({ k: key }, "v", value) + "\n";
      this.#onEntry(key, line.length);
      lines.push(line);
      length += line.length;
    }
    this.append(Buffer.from(lines.join("")));
    return isLast;
  }

  /** Puts the file in place of the old one; all changes have been appended. @throws the file system's error */
  finish(): RewrittenFile {
    renameSync(this.#temporary, this.#path);
    return { descriptor: this.#descriptor, bytes: this.#bytes };
  }

  /** Gives it up: half of a file takes space on a disk that may be full. */
  abort(): void {
    closeSync(this.#descriptor);
    rmSync(this.#temporary, { force: true });
  }

  get #temporary(): string {
    return `${this.#path}.new`;
  }
}

/** @throws the file system's error */
export function writeAll(descriptor: number, bytes: Buffer): void {
  for (let written = 0; written < bytes.length;) written += writeSync(descriptor, bytes, written);
}
