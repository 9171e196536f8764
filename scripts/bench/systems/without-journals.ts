import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { bundlePrograms } from "../../bundle.ts";
import type { BenchContext } from "../bench.ts";

/** Below the packages, which the programs need. */
const FOLDER = join(import.meta.dirname, "..", "..", "..", "node_modules", ".cache");

/** What a Journal has that keeps nothing: no line is made and nothing is written. */
const NULL_JOURNAL = `
export class Journal {
  constructor() {}
  get metric() {
    return { name: "tandem_journal_failed_writes", type: "gauge", help: "", labels: { journal: "none" }, value: 0 };
  }
  put() {}
  remove() {}
  flush() {}
  close() {}
}`;

/** Builds the programs of dist with journals that keep nothing. @returns the file of the `tandem` command */
export async function buildWithoutJournals({ cleanup }: BenchContext): Promise<string> {
  mkdirSync(FOLDER, { recursive: true });
  const folder = cleanup.add(mkdtempSync(join(FOLDER, "tandem-bench-")), (made) => {
    rmSync(made, { recursive: true, force: true });
  });
  await bundlePrograms(folder, new Map([["src/common/journal.ts", NULL_JOURNAL]]));
  return join(folder, "tandem.js");
}
