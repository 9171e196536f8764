// Builds dist from src: it holds the programs, the SDK with its types, and nothing else. A build that fails leaves the last
// one alone.
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { bundlePrograms, bundleSdk } from "./bundle.ts";

const root = join(import.meta.dirname, "..");
const dist = join(root, "dist");
const cache = join(root, "node_modules", ".cache", `tandem-build-${process.pid}`);
const compiler = join(root, "node_modules", "@typescript", "native", "bin", "tsc");

mkdirSync(cache, { recursive: true });
try {
  const built = join(cache, "new");
  if (compiles("-p", "src") && compiles("-p", join("src", "sdk"), "--outDir", built) && (await bundles(built))) {
    chmodSync(join(built, "main", "tandem.js"), 0o755);
    if (existsSync(dist)) renameSync(dist, join(cache, "old"));
    renameSync(built, dist);
  } else {
    process.exitCode = 1;
  }
} finally {
  rmSync(cache, { recursive: true, force: true });
}

function compiles(...words: readonly string[]): boolean {
  return spawnSync(process.execPath, [compiler, ...words], { cwd: root, stdio: "inherit" }).status === 0;
}

async function bundles(built: string): Promise<boolean> {
  try {
    await Promise.all([bundlePrograms(join(built, "main")), bundleSdk(join(built, "sdk"))]);
    return true;
  } catch {
    return false;
  }
}
