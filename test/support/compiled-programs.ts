import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "..", "..");

/**
 * Compiles programs of `test/support` with the sources they use, since a process that compiles itself starts five
 * times slower. The result is removed when the tests end.
 * @returns where the compiled program is
 */
export function compileProgram(...names: readonly string[]): (name: string) => string {
  const folder = join(ROOT, "node_modules", ".cache", `tandem-tests-${process.pid}`);
  mkdirSync(folder, { recursive: true });
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  copyFileSync(join(ROOT, "package.json"), join(folder, "package.json"));
  const compiler = join(ROOT, "node_modules", "@typescript", "native", "bin", "tsc");
  const files = names.map((name) => join(import.meta.dirname, `${name}.ts`));
  const options = [
    ["--outDir", folder],
    ["--rootDir", ROOT],
    ["--module", "nodenext"],
    ["--target", "es2023"],
    ["--rewriteRelativeImportExtensions", "--noCheck", "--skipLibCheck", "--ignoreConfig"],
  ];
  const { status, stdout } = spawnSync(process.execPath, [compiler, ...options.flat(), ...files], { encoding: "utf8" });
  if (status !== 0) throw new Error(`cannot compile ${names.join(", ")}: ${stdout}`);
  return (name) => join(folder, "test", "support", `${name}.js`);
}
