import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { TemporaryDirectory } from "../../support/temporary-directory.ts";
import { readComposeFile } from "./compose-file.ts";
import { runSrfFile, type SrfResult } from "./run-srf-file.ts";
import { copyScenarios } from "./scenario-copies.ts";
import { chooseFiles, PACKAGE, SRF_FILES } from "./srf-package.ts";
import { TapResults } from "./tap-results.ts";

describe("TAP of drachtio-srf's tests", () => {
  it("given a stream in pieces, when read, then each assertion is counted once", () => {
    const results = new TapResults();
    for (const piece of ["TAP version 13\n# UAC\nok 1 fi", "rst\nnot ok 2 second\nok 3 third # SKIP\nnot o", "k 4"]) {
      results.add(piece);
    }
    results.end();
    assert.deepEqual([results.passed, results.skipped, results.failures], [1, 1, ["second", "(no description)"]]);
  });

  it("given a diagnostic that quotes TAP, when read, then the quotation is not counted", () => {
    const results = new TapResults();
    results.add("not ok 1 first\n  ---\n    stack: |-\nok 2 quoted\n  ...\nok 2 second\n");
    assert.deepEqual([results.passed, results.failures], [1, ["first"]]);
  });
});

describe("a file of drachtio-srf's tests", () => {
  const run = (script: string, assertions: number, limitSeconds = 20): Promise<SrfResult> =>
    runSrfFile(
      { name: "made up", args: ["-e", script], needsTestbed: false, limitSeconds, assertions },
      { env: process.env, limitMs: 20_000, onOutput: () => undefined },
    );

  it("given fewer assertions than the original passes, when it ends well, then it has failed", async () => {
    const { passed, failures } = await run('console.log("ok 1 a")', 2);
    assert.deepEqual([passed, failures], [1, ["1 assertions were made, not 2"]]);
  });

  it("given a file that does not end, when its time is over, then it has failed and is ended", async () => {
    const { passed, failures } = await run('console.log("ok 1 a"); setInterval(() => {}, 1000)', 1, 1);
    assert.deepEqual([passed, failures], [1, ["not done after 1 s"]]);
  });

  it("given a crash after good assertions, when it ends, then it has failed", async () => {
    const { failures } = await run('console.log("ok 1 a"); process.exitCode = 7', 1);
    assert.deepEqual(failures, ["ended with code 7"]);
  });
});

describe("what drachtio-srf's tests are given", () => {
  it("given a word, when files are chosen, then those with it in their names are, and unknown words are told", () => {
    const { files, unknown } = chooseFiles(["re", "nothing"]);
    assert.deepEqual([files.map(({ name }) => name), unknown], [["reinvite-tests", "refer"], ["nothing"]]);
    assert.deepEqual(chooseFiles([]).files, SRF_FILES);
  });

  it("given the package's compose file, when read, then it has two edges and a SIPp server for each other service", () => {
    const { edges, servers } = readComposeFile(join(PACKAGE, "test", "docker-compose-testbed.yaml"));
    assert.deepEqual(
      edges.map(({ name, address, wirePort }) => `${name} ${address} ${wirePort}`),
      ["drachtio-sut 172.29.0.10 9061", "drachtio-uas 172.29.0.19 9062"],
    );
    assert.equal(servers.length, 17);
    assert.ok(servers.some(({ address, scenario }) => address === "172.29.0.25" && /with-auth/.test(scenario)));
  });

  it("given an unescaped expression, when scenarios are copied, then the copy has it escaped and the rest as it was", () => {
    const directory = new TemporaryDirectory("copies");
    try {
      const from = directory.join("from");
      mkdirSync(from);
      const rest = "<send><![CDATA[\n  Contact: <sip:[local_ip]>\n]]></send>";
      writeFileSync(join(from, "a.xml"), `<ereg regexp="<sip:(.*)>" header="Contact:"/>${rest}`);
      writeFileSync(join(from, "b.xml"), rest);
      assert.deepEqual(copyScenarios(from, directory.join("to")), ["a.xml"]);
      const copy = readFileSync(directory.join("to", "a.xml"), "latin1");
      assert.equal(copy, `<ereg regexp="&lt;sip:(.*)&gt;" header="Contact:"/>${rest}`);
    } finally {
      directory.close();
    }
  });
});
