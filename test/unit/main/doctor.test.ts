import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { nodePaths } from "../../../src/config/index.ts";
import { TemporaryDirectory } from "../../support/temporary-directory.ts";
import { drachtioServer, inspectHost, nodeVersion, openFiles, receiveBuffer } from "../../../src/main/launch/doctor.ts";

describe("doctor", () => {
  it("given a Node.js version, when checked, then 20.19 and later are good", () => {
    for (const version of ["20.19.0", "20.20.2", "22.0.0", "24.1.0"]) assert.equal(nodeVersion(version).state, "ok");
    for (const version of ["18.20.0", "20.18.9"]) assert.equal(nodeVersion(version).state, "bad");
  });

  it("given few open files, when checked, then it says how many calls that allows", () => {
    const check = openFiles(
      "Limit  Soft Limit  Hard Limit\nMax open files            1024                 4096                 files\n",
    );
    assert.equal(check.state, "low");
    assert.match(check.advice, /about 231 calls/);
    assert.equal(openFiles("Max open files            65536  65536 files").state, "ok");
    assert.equal(openFiles("Max open files            unlimited  unlimited files").state, "ok");
    assert.equal(openFiles("").state, "ok");
  });

  it("given a small receive buffer, when checked, then it says what is lost and how to raise it", () => {
    const check = receiveBuffer("212992\n");
    assert.equal(check.state, "low");
    assert.match(check.advice, /more than about 104 messages .* sysctl -w net\.core\.rmem_max=8388608/);
    assert.equal(receiveBuffer("8388608").state, "ok");
    assert.equal(receiveBuffer("").state, "ok");
  });

  it("given no program anywhere, when inspected, then each that is missing says what it costs and where it comes from", () => {
    const missing = inspectHost("/nonexistent", []).filter(({ found }) => found === "");
    assert.deepEqual(
      missing.map(({ name }) => name),
      ["baresip", "linphonec", "SIPp", "tshark", "rtpengine", "C compiler"],
    );
    for (const { advice, state } of missing) {
      assert.equal(state, "missing");
      assert.match(advice, /^costs: .+; on Debian it comes with: apt-get install [a-z-]+$/);
    }
  });

  it("given a folder with a program, when inspected, then it is found there", () => {
    const folder = process.execPath.replace(/\/[^/]+$/, "");
    assert.ok(inspectHost(folder, []).every(({ found }) => found === "" || !found.endsWith("/nothing")));
    assert.equal(inspectHost("/bin:/usr/bin", []).find(({ name }) => name === "Node.js")?.found, process.versions.node);
  });

  it("given a node with a drachtio server, when inspected, then it says what is absent, and not of other nodes", () => {
    const folder = new TemporaryDirectory("doctor");
    try {
      mkdirSync(nodePaths(folder.path).runDir, { mode: 0o700, recursive: true });
      const { nodeFile } = nodePaths(folder.path);
      writeFileSync(nodeFile, JSON.stringify({ name: "n", drachtio: { host: "h", port: 9022, secret: "s3cret" } }));
      const check = inspectHost("", [folder.path]).find(({ name }) => name === "drachtio server");
      assert.equal(check?.found, "h:9022");
      assert.match(check.advice, /^absent with it: .*dialogs are not listed/);
      assert.doesNotMatch(JSON.stringify(check), /s3cret/);
      writeFileSync(nodeFile, JSON.stringify({ name: "n" }));
      assert.equal(drachtioServer(folder.path), undefined);
      assert.equal(drachtioServer(folder.join("nothing")), undefined);
    } finally {
      folder.close();
    }
  });
});
