import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { parse } from "yaml";
import { Cleanup } from "../../support/cleanup.ts";
import type { ManagedProcess } from "../../support/managed-process.ts";
import { TandemNode } from "../../support/tandem-node.ts";
import { TemporaryDirectory } from "../../support/temporary-directory.ts";
import { startInTerminal } from "../../support/terminal-process.ts";

const ROOT = join(import.meta.dirname, "../../..");
const PAGE = readFileSync(join(ROOT, "docs/configure-cti.md"), "utf8");
const STEPS = [1, 2, 3, 4, 5, 6, 7, 8] as const;
const run = promisify(execFile);

interface Block {
  readonly language: string;
  readonly text: string;
}

/** The fenced blocks below a heading. */
function blocksBelow(heading: string): Block[] {
  const [, section = ""] = PAGE.split(new RegExp(`^## ${heading}.*$`, "m"));
  const [own = ""] = section.split(/^## /m, 1);
  return [...own.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map(([, language = "", text = ""]) => ({ language, text }));
}

function textsBelow(heading: string, language: string): string[] {
  const blocks = blocksBelow(heading);
  assert.ok(blocks.length > 0, `there is nothing to run below ${heading}`);
  return blocks.filter((block) => block.language === language).map(({ text }) => text);
}

/** A node and a shell beside it, in which `tandem` is its command line. */
class Desk {
  readonly node: TandemNode;
  readonly #folder: TemporaryDirectory;
  readonly #cleanup: Cleanup;
  readonly #env: Readonly<Record<string, string>>;

  constructor(node: TandemNode, folder: TemporaryDirectory, cleanup: Cleanup) {
    this.node = node;
    this.#folder = folder;
    this.#cleanup = cleanup;
    this.#env = { PATH: `${folder.join("bin")}:${process.env["PATH"] ?? ""}`, HOME: folder.path };
    const program = join(ROOT, "dist/main/tandem.js");
    mkdirSync(folder.join("bin"));
    writeFileSync(
      folder.join("bin/tandem"),
      `#!/bin/sh\nexec "${process.execPath}" "${program}" "$@" --data-dir "${node.dataDir}"\n`,
    );
    chmodSync(folder.join("bin/tandem"), 0o755);
  }

  write(name: string, text: string): void {
    writeFileSync(this.#folder.join(name), text);
  }

  /** Runs a block as it stands in the page. @throws {Error} with its output when a command of it fails */
  async shell(text: string): Promise<string> {
    const { stdout } = await run("sh", ["-e", "-c", text], { cwd: this.#folder.path, env: this.#env, timeout: 50_000 });
    return stdout;
  }

  /** The same on a terminal of its own. */
  terminal(text: string): ManagedProcess {
    const started = startInTerminal(text, { cwd: this.#folder.path, env: this.#env });
    return this.#cleanup.add(started, async (process) => void (await process.kill()));
  }

  export(): Promise<string> {
    return this.shell("tandem export");
  }
}

describe("the page about CTI applications", () => {
  const cleanup = new Cleanup();
  const byCommands: string[] = [];
  let commands: Desk;
  let expected: string;

  const open = async (): Promise<Desk> => {
    const folder = cleanup.add(new TemporaryDirectory("desk"), (one) => one.close());
    return new Desk(
      cleanup.add(await TandemNode.start(), (node) => node.stop()),
      folder,
      cleanup,
    );
  };

  before(async () => {
    commands = await open();
    for (const step of STEPS) {
      for (const block of textsBelow(`Step ${step}:`, "sh")) byCommands.push(await commands.shell(block));
    }
    expected = await commands.export();
  });
  after(() => cleanup.run());

  it("given the eight steps, when their commands have run, then the configuration is what the checklist wants", async () => {
    const document = parse(expected) as Record<string, readonly Readonly<Record<string, unknown>>[]>;
    const named = (key: string, name: string): Readonly<Record<string, unknown>> =>
      document[key]?.find((object) => object["name"] === name) ?? assert.fail(`there is no ${name} in ${key}`);
    const linesOf = (key: string, name: string): unknown[] =>
      (named(key, name)["lines"] as { directoryNumber: string }[]).map(({ directoryNumber }) => directoryNumber);
    assert.deepEqual(linesOf("routePoints", "desk"), ["1900"]);
    assert.deepEqual(linesOf("ctiPorts", "desk-1"), ["1901"]);
    assert.deepEqual(linesOf("ctiPorts", "desk-2"), ["1902"]);
    assert.equal(named("serviceParameters", "CTIApplicationHeartbeatTime")["value"], 15);
    const { ctiEnabled, devices } = named("users", "front-desk");
    assert.deepEqual([ctiEnabled, devices], [true, ["desk", "desk-1", "desk-2"]]);
    // What has its default value is left out of the file.
    const pool = JSON.parse(await commands.shell("tandem pool show cti --json")) as {
      readonly callManagerGroup: string;
    };
    assert.equal(pool.callManagerGroup, "default");
    assert.match(byCommands.join(""), /^Result: .*1900/m);
    assert.match(byCommands.join(""), /^desk-1 +cti-ports +1901@internal +\S/m);
    for (const [key, name] of [
      ["routePoints", "desk"],
      ["ctiPorts", "desk-1"],
      ["ctiPorts", "desk-2"],
    ] as const) {
      assert.equal(named(key, name)["devicePool"], "cti");
    }
  });

  it("given the password that step 6 showed, when the user signs in with it, then REST lets it in", async () => {
    const [, password = ""] = /with the password (\S+), which is not shown again/.exec(byCommands.join("")) ?? [];
    const authorization = `Basic ${Buffer.from(`front-desk:${password}`).toString("base64")}`;
    const response = await fetch(`${commands.node.http}/api/v1/me`, { headers: { authorization } });
    assert.equal(response.status, 200, await response.text());
  });

  it("given the commands again, when they run, then they are refused and nothing is different", async () => {
    await assert.rejects(commands.shell("tandem route-point add desk"), /already-exists/);
    assert.equal(await commands.export(), expected);
  });

  it("given the same as one file, when imported, then both are the same, and a second time changes nothing", async () => {
    const desk = await open();
    const [yaml = ""] = textsBelow("The same as one file", "yaml");
    desk.write("cti.yaml", yaml);
    for (const block of textsBelow("The same as one file", "sh")) await desk.shell(block);
    assert.equal(await desk.export(), expected);
    desk.write("cti.yaml", yaml.replace(/^ +password: .*\n/m, ""));
    assert.match(await desk.shell("tandem import cti.yaml"), /: 0 created, 0 changed, 0 removed, \d+ unchanged/);
  });

  it("given a terminal, when Ctrl-C is pressed during an import, then it ends with 130 and nothing was done", async () => {
    const numbers = Array.from({ length: 25_000 }, (_, index) => `  - number: "${20_000 + index}"\n`).join("");
    commands.write("many.yaml", `version: 1\ndirectoryNumbers:\n${numbers}`);
    const terminal = commands.terminal("trap : INT; tandem import many.yaml; echo ended with $?");
    await terminal.outputMatching(/read \[/, 20_000);
    terminal.write("\u0003");
    await terminal.outputMatching(/interrupted; nothing was done\s+ended with 130/, 20_000);
    assert.equal(await commands.export(), expected);
  });

  it("given the same over REST, when the requests have run, then all are the same", async () => {
    const desk = await open();
    const [variables = "", ...blocks] = textsBelow("The same over REST", "sh");
    assert.match(variables, /^URL=\S+\nTOKEN_FILE=\S+\n$/);
    const own = `URL=${desk.node.http}\nTOKEN_FILE=${desk.node.dataDir}/run/admin.token\n`;
    await desk.shell(own + blocks.join("\n"));
    assert.equal(await desk.export(), expected);
  });
});
