import { readdirSync } from "node:fs";
import { join } from "node:path";

/** How the files of a suite are run. */
export interface PartsOptions {
  /** How many parts run at a time. */
  readonly processes: number;
  /** Names, without `.test.ts`, of files that take long, the longest first: each is a part, and they begin before others. */
  readonly longest?: readonly string[];
}

/** Files that run in several processes are dealt out in more parts than those, since they differ in length. */
const PARTS_PER_PROCESS = 3;

/**
 * Deals files out to the processes that run them; a process that has ended its part takes the next one. With one process
 * there is one part.
 * @throws {Error} a file that takes long is not there
 */
export function partsOf(files: readonly string[], { processes, longest = [] }: PartsOptions): string[][] {
  if (processes === 1) return files.length === 0 ? [] : [[...files]];
  const alone = longest.map((name) => {
    const file = files.find((one) => one.endsWith(`/${name}.test.ts`));
    if (file === undefined) throw new Error(`there is no ${name}.test.ts`);
    return file;
  });
  const others = files.filter((file) => !alone.includes(file));
  const count = processes * PARTS_PER_PROCESS;
  const dealt = Array.from({ length: count }, (_, part) => others.filter((_file, index) => index % count === part));
  return [...alone.map((file) => [file]), ...dealt.filter((part) => part.length > 0)];
}

/** The `*.test.ts` below a folder. @param except a path within it, whose files are left out */
export function testFiles(folder: string, except: string | undefined): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".test.ts") && (except === undefined || !name.startsWith(except)))
    .map((name) => join(folder, name))
    .sort();
}
