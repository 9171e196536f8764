import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Cleanup } from "../support/cleanup.ts";
import { TandemNode } from "../support/tandem-node.ts";
import { doneOn, tandemOn } from "../support/tandem-shell.ts";
import { TemporaryDirectory } from "../support/temporary-directory.ts";

const PATCHERS = 4;
const PATCHES = 10;
const COMMANDS = 4;

describe("writers at the same time", () => {
  const cleanup = new Cleanup();
  let node: TandemNode;
  let folder: TemporaryDirectory;
  before(async () => {
    folder = cleanup.add(new TemporaryDirectory("writers"), (one) => one.close());
    node = cleanup.add(await TandemNode.start(), (one) => one.stop());
  });
  after(() => cleanup.run());

  const rest = (path: string, init: RequestInit = {}): Promise<Response> => {
    const token = readFileSync(join(node.dataDir, "run", "admin.token"), "utf8").trim();
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json", ...init.headers };
    return fetch(`${node.http}/api/v1${path}`, { ...init, headers });
  };

  /** Adds an entry to the speed dials of the phone as REST asks for it; again while others come first. */
  const patch = async (label: string): Promise<"done" | "told"> => {
    const response = await rest("/phones/phone-1001");
    const { speedDials } = (await response.json()) as { speedDials: object[] };
    const headers = { "if-match": response.headers.get("etag") ?? "" };
    const body = JSON.stringify({ speedDials: [...speedDials, { label, destination: "1002" }] });
    const { status } = await rest("/phones/phone-1001", { method: "PATCH", headers, body });
    assert.ok(status === 200 || status === 412, String(status));
    return status === 200 ? "done" : "told";
  };

  it("given commands and requests that add to one list, when all have ended, then it has what was done and nothing that was refused", async () => {
    const done: string[] = [];
    const patcher = async (name: string): Promise<void> => {
      for (let index = 0; index < PATCHES; index += 1) {
        const label = `${name}-${index}`;
        if ((await patch(label)) === "done") done.push(label);
      }
    };
    const command = async (label: string): Promise<void> => {
      const words = ["phone", "set", "phone-1001", `speedDials+=[{label: ${label}, destination: "1003"}]`];
      const { exitCode, err } = await tandemOn(node, words);
      if (exitCode === 0) done.push(label);
      else assert.match(err, /\((?:precondition-failed|changed-meanwhile)\)/);
    };
    await Promise.all([
      ...Array.from({ length: PATCHERS }, (_, index) => patcher(`rest-${index}`)),
      ...Array.from({ length: COMMANDS }, (_, index) => command(`command-${index}`)),
    ]);
    const shown = JSON.parse(await doneOn(node, ["phone", "show", "phone-1001", "--json"])) as {
      readonly speedDials: readonly { readonly label: string }[];
    };
    assert.deepEqual(shown.speedDials.map(({ label }) => label).sort(), done.sort());
    assert.ok(done.length >= PATCHES, `${done.length} of ${PATCHERS * PATCHES + COMMANDS} were done`);
  });

  it("given two files with other fields of one phone and one document twice, when imported at the same time, then each was done whole or told", async () => {
    const write = (name: string, description: string): string => {
      const numbers = Array.from({ length: 500 }, (_, index) => {
        return { number: String(20_000 + index), description };
      });
      const file = folder.join(name);
      writeFileSync(file, JSON.stringify({ version: 1, directoryNumbers: numbers }));
      return file;
    };
    const files = [write("a.yaml", "a"), write("b.yaml", "b"), write("a-again.yaml", "a")];
    const setters = ["20001", "20002"].map((number) =>
      tandemOn(node, ["line", "set", number, "displayName=set"]).then(({ exitCode, err }) => {
        assert.ok(exitCode === 0 || /not-found|changed-meanwhile|precondition-failed/.test(err), err);
      }),
    );
    const runs = await Promise.all(files.map((file) => tandemOn(node, ["import", file])));
    await Promise.all(setters);
    for (const { exitCode, err } of runs) {
      assert.ok(exitCode === 0 || err.includes("has been changed since it was read"), `${exitCode}: ${err}`);
    }
    assert.ok(runs.some(({ exitCode }) => exitCode === 0));
    const lines = JSON.parse(await doneOn(node, ["line", "list", "--json"])) as readonly {
      readonly id: string;
      readonly description?: string;
    }[];
    const found = lines.filter(({ id }) => /^20\d{3}@/.test(id)).map(({ description }) => description);
    assert.equal(found.length, 500);
    assert.equal(new Set(found).size, 1, "two documents are there in part");
  });
});
