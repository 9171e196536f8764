import { readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { rename, writeFile } from "node:fs/promises";
import { isIP } from "node:net";
import { errorCodeOf, errorMessageOf, type Clock, type Logger, type Timer } from "../../common/index.ts";
import type { BanReason, KeptBan } from "./ban-list.ts";

/** What a `BanFile` is made of. */
export interface BanFileOptions {
  readonly path: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** What is to be kept now. */
  readonly bans: () => readonly KeptBan[];
}

/** Bans that follow each other are written together. */
const WRITE_AFTER_MS = 1_000;
/** More than all bans that there can be. */
const MAX_BYTES = 4 * 1024 * 1024;
const REASONS: ReadonlySet<unknown> = new Set<BanReason>(["malformed", "flood", "authentication", "handshake"]);

/** Keeps bans in a file of JSON, so that they outlive the process. A file that cannot be read is as good as none. */
export class BanFile {
  readonly #options: BanFileOptions;
  #timer: Timer | undefined;
  /** Ends with the last write that has begun: each waits for the one before. */
  #writing: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(options: BanFileOptions) {
    this.#options = options;
  }

  /** Reads what a predecessor left; entries that make no sense are left out. */
  load(): KeptBan[] {
    const { path, logger } = this.#options;
    try {
      if (statSync(path).size > MAX_BYTES) throw new RangeError("the file is too large");
      const parsed: unknown = JSON.parse(readFileSync(path, "utf8"));
      if (!Array.isArray(parsed)) throw new TypeError("expected a list");
      return parsed.filter(isKeptBan);
    } catch (error) {
      if (errorCodeOf(error) !== "ENOENT") logger.warn("bans of before are lost", { error: errorMessageOf(error) });
      return [];
    }
  }

  /** The bans have changed: they are written soon. */
  changed(): void {
    if (this.#isClosed || this.#timer !== undefined) return;
    this.#timer = this.#options.clock.after(WRITE_AFTER_MS, () => {
      this.#timer = undefined;
      this.#writing = this.#writing.then(() => this.#replace());
    });
  }

  /** Writes what is not written yet. May be called twice. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const isPending = this.#timer !== undefined;
    this.#timer?.cancel();
    await this.#writing;
    if (!isPending) return;
    const { path, logger } = this.#options;
    try {
      writeFileSync(`${path}.new`, this.#text(), { mode: 0o600 });
      renameSync(`${path}.new`, path);
    } catch (error) {
      logger.warn("bans are not kept", { error: errorMessageOf(error) });
    }
  }

  async #replace(): Promise<void> {
    const { path, logger } = this.#options;
    try {
      await writeFile(`${path}.new`, this.#text(), { mode: 0o600 });
      await rename(`${path}.new`, path);
    } catch (error) {
      logger.warn("bans are not kept", { error: errorMessageOf(error) });
    }
  }

  #text(): string {
    return JSON.stringify(this.#options.bans());
  }
}

function isKeptBan(value: unknown): value is KeptBan {
  if (typeof value !== "object" || value === null) return false;
  const { source, reason, untilMs, forgottenAtMs, count } = value as Readonly<Record<string, unknown>>;
  return (
    typeof source === "string" &&
    isIP(source.replace(/\/64$/, "")) !== 0 &&
    REASONS.has(reason) &&
    Number.isFinite(untilMs) &&
    Number.isFinite(forgottenAtMs) &&
    Number.isInteger(count) &&
    (count as number) > 0
  );
}
