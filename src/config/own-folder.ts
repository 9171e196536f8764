import { lstatSync } from "node:fs";

/**
 * Why a folder cannot be trusted with a node: it is a link, or somebody else's. Others may make any folder in /tmp.
 * @throws the file system's error, `ENOENT` when there is nothing
 */
export function foreignFolderReason(folder: string): string | undefined {
  const stat = lstatSync(folder);
  if (!stat.isDirectory()) return "is a link or a file; a folder is needed";
  return stat.uid === process.getuid?.() ? undefined : `belongs to user id ${stat.uid}`;
}
