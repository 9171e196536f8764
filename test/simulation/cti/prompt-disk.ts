import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";

type Path = string;

/**
 * From now on what this process asks of files by promises is done at once: how long a disk takes is nothing that a seed
 * could say again.
 * @returns ends that
 */
export function usePromptDisk(): () => void {
  const before = { ...fs.promises };
  const prompt = {
    appendFile: promised(fs.appendFileSync),
    mkdir: promised(fs.mkdirSync),
    rename: promised(fs.renameSync),
    stat: promised(fs.statSync),
    truncate: promised(fs.truncateSync),
    unlink: promised(fs.unlinkSync),
    open: promised((path: Path) => {
      const descriptor = fs.openSync(path, "r");
      return {
        stat: promised(() => fs.fstatSync(descriptor)),
        read: promised((buffer: Buffer, offset: number, length: number, position: number) => {
          return { bytesRead: fs.readSync(descriptor, buffer, offset, length, position) };
        }),
        close: promised(() => fs.closeSync(descriptor)),
      };
    }),
  };
  Object.assign(fs.promises, prompt);
  syncBuiltinESMExports();
  return () => {
    Object.assign(fs.promises, before);
    syncBuiltinESMExports();
  };
}

function promised<Params extends readonly unknown[], Result>(
  act: (...params: Params) => Result,
): (...params: Params) => Promise<Result> {
  return (...params) =>
    new Promise((resolve) => {
      resolve(act(...params));
    });
}
