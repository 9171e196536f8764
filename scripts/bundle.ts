import { join } from "node:path";
import { build, type Plugin } from "esbuild";

const ROOT = join(import.meta.dirname, "..");

/** What is started as a process or a thread of its own. */
const PROGRAMS = {
  tandem: "src/main/tandem.ts",
  service: "src/main/service.ts",
  "record-worker": "src/call/record/sqlite/record-worker.ts",
};
const SDK = { index: "src/sdk/index.ts", browser: "src/sdk/browser.ts" };

/** Sources by their path from the root, and what stands in their place. */
export type Replacements = ReadonlyMap<string, string>;

/**
 * Makes the programs in few files, since Node.js takes half a second of processor time to find and read a thousand: those
 * files, and what they share, stand beside each other in the folder. Packages are not bundled.
 * @throws when a source cannot be bundled; esbuild has said why on stderr
 */
export async function bundlePrograms(folder: string, replaced: Replacements = new Map()): Promise<void> {
  await bundle(PROGRAMS, folder, replaced);
}

/** The same for the SDK. */
export async function bundleSdk(folder: string): Promise<void> {
  await bundle(SDK, folder);
}

/** The same for one source; the file has the name that is given. */
export async function bundleSource(source: string, folder: string, name: string): Promise<void> {
  await bundle({ [name]: source }, folder);
}

async function bundle(
  entryPoints: Readonly<Record<string, string>>,
  outdir: string,
  replaced: Replacements = new Map(),
): Promise<void> {
  await build({
    entryPoints,
    outdir,
    absWorkingDir: ROOT,
    tsconfig: join(ROOT, "src", "tsconfig.json"),
    bundle: true,
    splitting: true,
    packages: "external",
    format: "esm",
    platform: "node",
    target: "node20",
    sourcemap: "linked",
    sourcesContent: false,
    logLevel: "warning",
    plugins: [replacing(replaced)],
  });
}

function replacing(replaced: Replacements): Plugin {
  const byPath = new Map([...replaced].map(([source, text]) => [join(ROOT, source), text]));
  return {
    name: "replacing",
    setup: (building) => {
      if (byPath.size === 0) return;
      building.onLoad({ filter: /\.ts$/ }, ({ path }) => {
        const contents = byPath.get(path);
        return contents === undefined ? undefined : { contents, loader: "ts" };
      });
    },
  };
}
