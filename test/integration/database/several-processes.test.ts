import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import Database from "libsql";
import { change, create, openNewStore, openStore, temporaryFolder } from "../../support/configuration-store.ts";

const program = join(import.meta.dirname, "writer-program.ts");

describe("a configuration file that several processes write", function () {
  this.timeout(60_000);
  let folder: ReturnType<typeof temporaryFolder>;
  let file: string;
  let children: ChildProcess[];

  beforeEach(() => {
    folder = temporaryFolder();
    file = join(folder.path, "configuration.db");
    children = [];
  });

  afterEach(() => {
    for (const child of children) child.kill("SIGKILL");
    folder.remove();
  });

  const start = (...args: string[]): ChildProcess => {
    const child = spawn(process.execPath, ["--import", "tsx", program, "--file", file, ...args], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    children.push(child);
    return child;
  };
  /** Reads the lines that a process writes, one at a time. */
  const linesOf = (child: ChildProcess): (() => Promise<string>) => {
    const lines = createInterface({ input: child.stdout ?? assert.fail() })[Symbol.asyncIterator]();
    return async () => {
      const next = await lines.next();
      return next.done === true ? "ended" : next.value;
    };
  };

  it("given two processes, when each changes an object 250 times on what it has read, then no change is lost", async () => {
    const store = await openNewStore({ path: file });
    await change(store, create("region", { name: "counter", description: "0" }));
    const writers = [start("--count", "250"), start("--count", "250")];
    const lines = writers.map((child) => linesOf(child));
    for (const line of lines) assert.equal(await line(), "ready");
    for (const child of writers) child.stdin?.write("go\n");
    const retries = await Promise.all(lines.map((line) => line()));
    assert.equal(store.get("region", "counter")?.body.description, "500");
    assert.equal(store.sequence(), 502);
    assert.ok(
      retries.some((text) => Number.parseInt(text) > 0),
      "they did not meet",
    );
    store.close();
  });

  it("given a file that is not there, when three processes open it at once, then all of them can write", async () => {
    const writers = [start("--objects", "1"), start("--objects", "1"), start("--objects", "1")];
    for (const line of writers.map(linesOf)) {
      assert.equal(await line(), "begins");
      assert.equal(await line(), "goes on");
      assert.equal(await line(), "done");
    }
    const store = openStore({ path: file });
    assert.deepEqual([store.sequence(), store.count("region")], [3, 3]);
    store.close();
  });

  for (const moment of [0, 40, 150, 300]) {
    it(`given a large change, when its process is killed after ${moment} ms, then the configuration is the old one, whole`, async () => {
      const before = await openNewStore({ path: file });
      before.close();
      const child = start("--objects", "40000");
      const line = linesOf(child);
      assert.equal(await line(), "begins");
      assert.equal(await line(), "goes on");
      const timer = setTimeout(() => child.kill("SIGKILL"), moment);
      const [, signal] = (await once(child, "exit")) as [unknown, string | null];
      clearTimeout(timer);
      assert.equal(signal, "SIGKILL", "it was done before it was killed");
      const store = openStore({ path: file });
      assert.deepEqual([store.sequence(), store.count("region")], [1, 1]);
      await change(store, create("region", { name: "next" }));
      assert.equal(store.sequence(), 2);
      store.close();
      const check = new Database(file);
      assert.deepEqual(Object.values(check.prepare("PRAGMA integrity_check").get() as object)[0], "ok");
      check.close();
    });
  }
});
