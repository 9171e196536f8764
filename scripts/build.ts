// Builds dist from src: it holds the compiled sources and nothing else. A build that fails leaves the last one alone.
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const dist = join(root, "dist");
const cache = join(root, "node_modules", ".cache", `tandem-build-${process.pid}`);
const compiler = join(root, "node_modules", "@typescript", "native", "bin", "tsc");

mkdirSync(cache, { recursive: true });
try {
  const built = join(cache, "new");
  const words = [compiler, "-p", join(root, "src"), "--outDir", built];
  const { status } = spawnSync(process.execPath, words, { cwd: root, stdio: "inherit" });
  if (status === 0) {
    chmodSync(join(built, "main", "tandem.js"), 0o755);
    if (existsSync(dist)) renameSync(dist, join(cache, "old"));
    renameSync(built, dist);
  } else {
    process.exitCode = 1;
  }
} finally {
  rmSync(cache, { recursive: true, force: true });
}
