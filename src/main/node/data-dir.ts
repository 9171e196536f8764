import { chmodSync, lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { type Ids, errorCodeOf, errorMessageOf, SwitchError } from "../../common/index.ts";
import type { NodePaths } from "../../config/node-paths.ts";
import { foreignFolderReason } from "../../config/own-folder.ts";

/**
 * Makes the folders of a node, private to its user. All of them are checked before the first is changed.
 * @throws {SwitchError} `bad-data-dir` when a folder is somebody else's, holds other things, is no folder, or cannot
 * be made
 */
export function prepareDataDir(paths: NodePaths): void {
  const { dataDir, runDir, stateDir, recordsDir, logDir } = paths;
  const inner = [runDir, stateDir, recordsDir, logDir];
  if (exists(dataDir)) {
    refuseForeign(dataDir);
    for (const folder of inner) if (exists(folder)) refuseForeign(folder);
    if (isOpenToOthers(dataDir) && !isDataDir(paths)) {
      throw refusal(dataDir, "holds other things and is open to other users; name a new or an empty folder");
    }
  }
  for (const folder of [dataDir, ...inner]) makePrivate(folder);
}

/** Somebody's folder with other things in it, such as /tmp or /var, is not made private by a slip of the pen. */
function isDataDir({ dataDir, runDir, stateDir, recordsDir, logDir, sippScenarioFile }: NodePaths): boolean {
  const own = new Set([runDir, stateDir, recordsDir, logDir, sippScenarioFile].map((path) => basename(path)));
  const entries = attempt(dataDir, () => readdirSync(dataDir));
  return entries.length === 0 || (exists(runDir) && entries.every((entry) => own.has(entry)));
}

function refuseForeign(folder: string): void {
  const reason = attempt(folder, () => foreignFolderReason(folder));
  if (reason !== undefined) throw refusal(folder, reason);
}

function makePrivate(folder: string): void {
  attempt(folder, () => mkdirSync(folder, { recursive: true, mode: 0o700 }));
  // Somebody else may have been faster.
  refuseForeign(folder);
  if (isOpenToOthers(folder)) attempt(folder, () => chmodSync(folder, 0o700));
}

function isOpenToOthers(folder: string): boolean {
  return (attempt(folder, () => lstatSync(folder)).mode & 0o077) !== 0;
}

function exists(path: string): boolean {
  return attempt(path, () => lstatSync(path, { throwIfNoEntry: false })) !== undefined;
}

function attempt<Result>(folder: string, run: () => Result): Result {
  try {
    return run();
  } catch (error) {
    throw refusal(folder, `cannot be used: ${errorMessageOf(error)}`);
  }
}

function refusal(folder: string, reason: string): SwitchError {
  return new SwitchError("bad-data-dir", `data-dir: ${folder} ${reason}`);
}

/** Reads a secret of the node; the first time it is made, 32 random bytes in hex. */
export function keptSecret(path: string, ids: Ids): string {
  try {
    const text = readFileSync(path, "utf8").trim();
    if (/^[0-9a-f]{64}$/.test(text)) return text;
  } catch (error) {
    if (errorCodeOf(error) !== "ENOENT") throw error;
  }
  const secret = ids.token(32);
  writeFileSync(path, secret + "\n", { mode: 0o600 });
  return secret;
}
