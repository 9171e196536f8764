import { cpSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Linux keeps files there in memory. */
const IN_MEMORY = "/dev/shm";

/** @returns a new folder, where files cost as little as they can */
export function quickFolder(): string {
  return mkdtempSync(join(existsSync(IN_MEMORY) ? IN_MEMORY : tmpdir(), "tandem-sim-"));
}

/** The files of a process. When it dies its successor goes on with them as they were then, whatever is still written. */
export class Disk {
  readonly #folder: string;
  #life = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  get folder(): string {
    return join(this.#folder, String(this.#life));
  }

  /** @returns forgets the files of the process that has died */
  crash(): () => void {
    const { folder } = this;
    this.#life += 1;
    cpSync(folder, this.folder, { recursive: true });
    return () => rmSync(folder, { recursive: true, force: true });
  }
}
