import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { closeSync, readFileSync, rmSync, statSync, writeFileSync, writeSync } from "node:fs";
import { ServiceOutput } from "../../../src/main/node/service-output.ts";
import { TemporaryDirectory } from "../../support/temporary-directory.ts";

describe("ServiceOutput", () => {
  let folder: TemporaryDirectory;
  let output: ServiceOutput;
  let file: string;
  beforeEach(() => {
    folder = new TemporaryDirectory("output");
    output = new ServiceOutput(folder.join("log"));
    file = folder.join("log", "edge.out");
  });
  afterEach(() => folder.close());

  const print = (text: string): void => {
    const descriptor = output.open("edge");
    assert.ok(descriptor !== "ignore");
    writeSync(descriptor, text);
    closeSync(descriptor);
  };

  it("given what a service printed, when asked why it ended, then its last process counts, and the file is named", () => {
    assert.equal(output.reason("edge"), "");
    print("old\n");
    assert.equal(output.reason("edge"), `old; see ${file}`);
    print("");
    assert.equal(output.reason("edge"), "");
    print("new\nnewer\n\n");
    assert.equal(output.reason("edge"), `newer; see ${file}`);
    assert.equal(readFileSync(file, "utf8"), "old\nnew\nnewer\n\n");
    assert.equal(statSync(file).mode & 0o777, 0o600);
  });

  it("given a process that Node.js gave up, when asked why it ended, then it is the error and not what is around it", () => {
    const { stderr } = spawnSync(process.execPath, ["/nonexistent/service.js"], { encoding: "utf8" });
    assert.match(stderr, /\nNode\.js v\d.*\n$/);
    print(stderr);
    assert.equal(output.reason("edge"), `Error: Cannot find module '/nonexistent/service.js'; see ${file}`);
  });

  it("given a service that says why it ends, when asked, then that is it, whatever comes before and after", () => {
    print("a warning of an Error\nedge: the reason\nclosing\n    at once\n");
    assert.equal(output.reason("edge"), `edge: the reason; see ${file}`);
  });

  it("given a file that has grown large, when opened, then it is emptied and what comes after it counts", () => {
    print("x".repeat(1024 * 1024 + 1));
    print("the reason\n");
    assert.equal(output.reason("edge"), `the reason; see ${file}`);
    assert.equal(statSync(file).size, 11);
  });

  it("given a folder that was removed, when opened, then it is made again, and without one nothing is kept", () => {
    print("a\n");
    rmSync(folder.join("log"), { recursive: true });
    print("b\n");
    assert.equal(output.text("edge"), "b\n");
    rmSync(folder.join("log"), { recursive: true });
    writeFileSync(folder.join("log"), "a file where the folder should be");
    assert.equal(output.open("edge"), "ignore");
    assert.equal(output.reason("edge"), "");
  });
});
