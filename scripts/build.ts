// Builds dist from src: it holds the compiled sources, the types of the SDK, and nothing else. A build that fails leaves the
// last one alone.
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
  if (["src", join("src", "sdk")].every((project) => compiles(project, built))) {
    chmodSync(join(built, "main", "tandem.js"), 0o755);
    if (existsSync(dist)) renameSync(dist, join(cache, "old"));
    renameSync(built, dist);
  } else {
    process.exitCode = 1;
  }
} finally {
  rmSync(cache, { recursive: true, force: true });
}

function compiles(project: string, outDir: string): boolean {
  const words = [compiler, "-p", join(root, project), "--outDir", outDir];
  return spawnSync(process.execPath, words, { cwd: root, stdio: "inherit" }).status === 0;
}
