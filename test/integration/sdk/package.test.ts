import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { WebSocket } from "ws";
import type { Provider } from "../../../src/sdk/browser.ts";
import { CtiServer } from "../../support/cti-server.ts";
import { phoneView } from "../../support/cti-samples.ts";
import { applicationIn, codeBlocks } from "../../support/readme-block.ts";
import { TemporaryDirectory } from "../../support/temporary-directory.ts";

const ROOT = join(import.meta.dirname, "..", "..", "..");
const COMPILER = join(ROOT, "node_modules", "@typescript", "native", "bin", "tsc");

function compile(words: readonly string[], cwd: string): { readonly status: number | null; readonly text: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [COMPILER, ...words], { cwd, encoding: "utf8" });
  return { status, text: stdout + stderr };
}

describe("the package tandem/sdk", () => {
  let directory: TemporaryDirectory;
  before(() => {
    directory = new TemporaryDirectory("package");
    const own = directory.join("node_modules/tandem");
    mkdirSync(own, { recursive: true });
    copyFileSync(join(ROOT, "package.json"), join(own, "package.json"));
    mkdirSync(directory.join("node_modules/@types"));
    symlinkSync(join(ROOT, "node_modules/@types/node"), directory.join("node_modules/@types/node"));
    writeFileSync(directory.join("package.json"), '{ "type": "module" }');
    const built = compile(["-p", join(ROOT, "src", "sdk"), "--outDir", join(own, "dist")], ROOT);
    assert.equal(built.status, 0, built.text);
    const blocks = [applicationIn("README.md"), ...codeBlocks("docs/cti/sdk.md", "ts")];
    assert.ok(blocks.length >= 6);
    blocks.forEach((code, index) => writeFileSync(directory.join(`application-${index}.ts`), code));
  });
  after(() => directory.close());

  for (const [name, words] of [
    ["Node.js", ["--module", "nodenext", "--types", "node"]],
    ["browsers", ["--module", "esnext", "--moduleResolution", "bundler", "--lib", "es2023,dom,esnext.disposable"]],
  ] as const) {
    it(`given applications of the documentation, when they are compiled for ${name}, then every type is there and fits`, () => {
      const strict = ["--noEmit", "--strict", "--target", "es2023", "--ignoreConfig"];
      const files = Array.from(
        { length: codeBlocks("docs/cti/sdk.md", "ts").length + 1 },
        (_, index) => `application-${index}.ts`,
      );
      const { status, text } = compile([...strict, ...words, ...files], directory.path);
      assert.equal(status, 0, text);
    });
  }

  it("given the build for browsers, when it is bundled, then it holds nothing of Node.js, and works with a global WebSocket", async () => {
    const file = directory.join("bundle.mjs");
    const entry = join(ROOT, "src", "sdk", "browser.ts");
    const { metafile } = await build({
      entryPoints: [entry],
      outfile: file,
      bundle: true,
      format: "esm",
      platform: "browser",
      target: "es2022",
      metafile: true,
      absWorkingDir: ROOT,
    });
    const strangers = Object.keys(metafile.inputs).filter((path) => !/^src\/(sdk|protocol)\//.test(path));
    assert.deepEqual(strangers, []);
    const server = await CtiServer.start();
    const host = globalThis as { WebSocket?: unknown };
    const before = host.WebSocket;
    host.WebSocket = WebSocket;
    try {
      server.world.devices.set("phone-1001", phoneView("1001"));
      const sdk = (await import(pathToFileURL(file).href)) as {
        readonly Provider: { open(options: object): Promise<Provider> };
      };
      const provider = await sdk.Provider.open({ servers: [server.url], user: "cti", password: "secret" });
      assert.deepEqual(
        provider.terminals.map(({ name }) => name),
        ["phone-1001"],
      );
      await provider.close();
      assert.equal(provider.state, "shutdown");
    } finally {
      host.WebSocket = before;
      await server.close();
    }
  });
});
