import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** Folder of Tandem's package; its code runs from `src` or from `dist` below it. */
export const packageRoot = rootAbove(import.meta.dirname);

/** SIP profiles that come with Tandem. */
export const builtInProfilesDir = join(packageRoot, "sip-profiles");

/** Tandem's version. */
export function readVersion(): string {
  const { version } = JSON.parse(readFileSync(join(packageRoot, "package.json"), "utf8")) as { version: string };
  return version;
}

function rootAbove(folder: string): string {
  const above = dirname(folder);
  return existsSync(join(folder, "package.json")) || above === folder ? folder : rootAbove(above);
}
