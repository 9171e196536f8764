import assert from "node:assert/strict";
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

  it("given what a service printed, when its last line is asked for, then only its last process counts", () => {
    assert.equal(output.lastLine("edge"), "");
    print("old\n");
    assert.equal(output.lastLine("edge"), "old");
    print("");
    assert.equal(output.lastLine("edge"), "");
    print("new\nnewer\n\n");
    assert.equal(output.lastLine("edge"), "newer");
    assert.equal(readFileSync(file, "utf8"), "old\nnew\nnewer\n\n");
    assert.equal(statSync(file).mode & 0o777, 0o600);
  });

  it("given a file that has grown large, when opened, then it is emptied and what comes after it counts", () => {
    print("x".repeat(1024 * 1024 + 1));
    print("the reason\n");
    assert.equal(output.lastLine("edge"), "the reason");
    assert.equal(statSync(file).size, 11);
  });

  it("given a folder that was removed, when opened, then it is made again, and without one nothing is kept", () => {
    print("a\n");
    rmSync(folder.join("log"), { recursive: true });
    print("b\n");
    assert.equal(output.lastLine("edge"), "b");
    rmSync(folder.join("log"), { recursive: true });
    writeFileSync(folder.join("log"), "a file where the folder should be");
    assert.equal(output.open("edge"), "ignore");
    assert.equal(output.lastLine("edge"), "");
  });
});
