import { chmodSync, lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { type Ids, errorCodeOf, errorMessageOf, SwitchError } from "../../common/index.ts";
import type { NodePaths } from "../../config/node-paths.ts";

/**
 * Makes the folders of a node, private to its user.
 * @throws {SwitchError} `bad-data-dir` when a folder is somebody else's, no folder, or cannot be made
 */
export function prepareDataDir(paths: NodePaths): void {
  makePrivate(paths.dataDir, () => {
    // Somebody's folder with other things in it, such as /tmp, is not made private by a slip of the pen.
    const entries = readdirSync(paths.dataDir);
    return entries.length === 0 || entries.includes(basename(paths.runDir));
  });
  for (const folder of [paths.runDir, paths.stateDir, paths.recordsDir, paths.logDir]) makePrivate(folder, () => true);
}

function makePrivate(folder: string, isOurs: () => boolean): void {
  const refuse = (reason: string): SwitchError => new SwitchError("bad-data-dir", `data-dir: ${folder} ${reason}`);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const stat = lstatSync(folder);
    if (!stat.isDirectory()) throw refuse("is a link or a file; a folder is needed");
    if (stat.uid !== process.getuid?.()) throw refuse(`belongs to user id ${stat.uid}`);
    if ((stat.mode & 0o077) === 0) return;
    if (!isOurs()) throw refuse("holds other things and is open to other users; name a new or an empty folder");
    chmodSync(folder, 0o700);
  } catch (error) {
    throw error instanceof SwitchError ? error : refuse(`cannot be used: ${errorMessageOf(error)}`);
  }
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
