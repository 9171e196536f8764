import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ManagedProcess } from "./managed-process.ts";
import { TemporaryDirectory } from "./temporary-directory.ts";

const ROOT = join(import.meta.dirname, "..", "..");

/** An application as its author starts it: a file that imports the built package by its name. */
export class SdkApplication {
  readonly #directory: TemporaryDirectory;
  readonly #process: ManagedProcess;

  /** @param source JavaScript; `ws://127.0.0.1:2748/cti` in it stands for `url` */
  constructor(source: string, url: string) {
    this.#directory = new TemporaryDirectory("application");
    mkdirSync(this.#directory.join("node_modules"));
    symlinkSync(ROOT, this.#directory.join("node_modules/tandem"));
    const file = this.#directory.join("app.mjs");
    writeFileSync(file, source.replaceAll("ws://127.0.0.1:2748/cti", url));
    this.#process = new ManagedProcess({ command: process.execPath, args: [file], cwd: this.#directory.path });
  }

  get output(): string {
    return this.#process.output;
  }

  /** Resolves when it has printed that. @throws {Error} after `withinMs` */
  async prints(pattern: RegExp, withinMs = 5_000): Promise<void> {
    await this.#process.outputMatching(pattern, withinMs);
  }

  async close(): Promise<void> {
    await this.#process.kill();
    this.#directory.close();
  }
}
