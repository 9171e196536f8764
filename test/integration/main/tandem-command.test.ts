import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { ManagedProcess } from "../../support/managed-process.ts";
import { TemporaryDirectory } from "../../support/temporary-directory.ts";

const program = join(import.meta.dirname, "../../../src/main/tandem.ts");

describe("the tandem command", function () {
  this.timeout(30_000);
  let folder: TemporaryDirectory;
  beforeEach(() => {
    folder = new TemporaryDirectory("cmd");
  });
  afterEach(() => folder.close());

  const run = async (...words: string[]): Promise<{ code: number | null; output: string }> => {
    const started = new ManagedProcess({
      command: process.execPath,
      args: ["--import", "tsx", program, ...words],
      env: { HOME: folder.path, TMPDIR: folder.path },
    });
    const { code } = await started.exited(20_000);
    return { code, output: started.output };
  };

  it("given a bad file, when started, then every problem is listed with its place and the code is 78", async () => {
    const file = folder.join("bad.yaml");
    writeFileSync(file, 'sip: { realm: "a b" }\nphones:\n  - { name: x, number: "1", profile: nope }\n');
    const { code, output } = await run("start", "--config", file);
    assert.equal(code, 78);
    assert.deepEqual(output.trim().split("\n"), [
      `${file}:1:15: sip.realm: expected a domain name such as example.org, found "a b"`,
      `${file}:3:5: phones[0].password: is missing (or ha1); a phone without it cannot register`,
      `${file}:3:38: phones[0].profile: unknown profile "nope"; known phone profiles: baresip, linphone, sipp, standard-phone`,
    ]);
  });

  it("given no node, when asked for its status, then the usual places are named and the code is 69", async () => {
    const { code, output } = await run("status");
    assert.equal(code, 69);
    assert.match(output, new RegExp(`no node runs in ${folder.path}/\\.tandem or ${folder.path}/tandem-demo-\\d+`));
  });

  it("given this host, when the doctor looks, then what is there and what is missing is listed", async () => {
    const { code, output } = await run("doctor");
    assert.equal(code, 0);
    assert.match(output, new RegExp(`^Node\\.js +ok +${process.versions.node}`, "m"));
  });

  it("given a data-dir too long for sockets, when the demo is started, then it is refused before anything", async () => {
    const { code, output } = await run("demo", "--data-dir", folder.join("x".repeat(80)));
    assert.equal(code, 64);
    assert.match(output, /data-dir: .* bytes; at most 74 leave room for the paths of sockets/);
  });

  it("given no address, when the demo is bound to it, then it is refused", async () => {
    const { code, output } = await run("demo", "--bind", "localhost");
    assert.equal(code, 64);
    assert.match(output, /--bind localhost: expected an IPv4 address/);
  });
});
