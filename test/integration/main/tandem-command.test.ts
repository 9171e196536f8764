import assert from "node:assert/strict";
import { createSocket, type Socket } from "node:dgram";
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { nodePaths } from "../../../src/config/index.ts";
import { eventually } from "../../support/eventually.ts";
import { freePort } from "../../support/free-port.ts";
import { ManagedProcess } from "../../support/managed-process.ts";
import { processesNaming } from "../../support/node-processes.ts";
import { TemporaryDirectory } from "../../support/temporary-directory.ts";

const program = join(import.meta.dirname, "../../../src/main/tandem.ts");

describe("the tandem command", function () {
  this.timeout(30_000);
  let folder: TemporaryDirectory;
  beforeEach(() => {
    folder = new TemporaryDirectory("cmd");
  });
  afterEach(() => folder.close());

  const start = (...words: string[]): ManagedProcess =>
    new ManagedProcess({
      command: process.execPath,
      args: ["--import", "tsx", program, ...words],
      env: { HOME: folder.path, TMPDIR: folder.path },
    });
  const run = async (...words: string[]): Promise<{ code: number | null; output: string }> => {
    const started = start(...words);
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
      `${file}:3:38: phones[0].profile: unknown profile "nope"; known phone profiles: baresip, cti-port, linphone, route-point, sipp, standard-phone`,
    ]);
  });

  describe("start --detach", () => {
    const config = (): string => {
      const file = folder.join("t.yaml");
      writeFileSync(file, `sip: { listen: [{ transport: udp, address: 127.0.0.1, port: ${sipPort} }] }\n`);
      return file;
    };
    let sipPort: number;
    let logFile: string;
    let taken: Socket | undefined;
    const takePort = async (): Promise<void> => {
      const socket = (taken = createSocket("udp4"));
      await new Promise<void>((resolve) => socket.bind(sipPort, "127.0.0.1", resolve));
    };
    afterEach(() => {
      taken?.close();
      taken = undefined;
    });
    beforeEach(async () => {
      sipPort = await freePort();
      logFile = folder.join("data", "log", "supervisor.out");
      mkdirSync(folder.join("data", "log"), { recursive: true, mode: 0o700 });
    });
    const words = (): string[] => ["start", "--config", config(), "--data-dir", folder.join("data"), "--detach"];

    it("given a port that is taken, when started, then it says what the background said, with its code", async () => {
      await takePort();
      writeFileSync(logFile, "of before\n");
      const { code, output } = await run(...words());
      assert.match(output, new RegExp(`^tandem: SIP udp 127.0.0.1:${sipPort} is taken by process ${process.pid}: `));
      assert.equal(code, 69);
      assert.equal(readFileSync(logFile, "utf8"), `of before\n${output}`);
    });

    it("given a link in the place of its output, when started, then that is not written to", async () => {
      writeFileSync(folder.join("precious"), "precious\n");
      symlinkSync(folder.join("precious"), logFile);
      await takePort();
      assert.equal((await run(...words())).code, 69);
      assert.equal(readFileSync(folder.join("precious"), "utf8"), "precious\n");
    });

    it("given a start that is under way, when Ctrl-C is pressed, then nothing is left of it", async () => {
      const started = start(...words());
      const socket = nodePaths(folder.join("data")).socket("supervisor");
      await eventually(() => assert.ok(existsSync(socket)), { timeoutMs: 15_000 });
      started.signal("SIGINT");
      assert.notEqual((await started.exited(20_000)).code, 0);
      assert.match(started.output, /^stopping; /);
      assert.match(started.output, /^tandem: the node was stopped before it was ready$/m);
      assert.deepEqual(processesNaming(folder.path), []);
    });
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

  it("given taken ports, when the demo is started, then that comes first and what to do about it after", async () => {
    const port = await freePort();
    const socket = createSocket("udp4");
    await new Promise<void>((resolve) => socket.bind(port, "127.0.0.1", resolve));
    try {
      const [tls, http] = [String(await freePort()), String(await freePort())];
      const { code, output } = await run("demo", "--sip-port", String(port), "--tls-port", tls, "--http-port", http);
      assert.equal(code, 69);
      assert.match(
        output,
        /^tandem: SIP udp .* is taken by .*\nchoose others with --sip-port, --tls-port, --http-port and --cti-port\n$/,
      );
    } finally {
      socket.close();
    }
  });

  it("given an address of another host, when the demo is bound to it, then no other port is suggested", async () => {
    const { code, output } = await run("demo", "--bind", "203.0.113.9", "--http-port", String(await freePort()));
    assert.equal(code, 69);
    assert.match(output, /^tandem: SIP udp 203\.0\.113\.9:5060: this host has no address/);
    assert.doesNotMatch(output, /choose others/);
  });

  it("given the last port for SIP and none for TLS, when the demo is started, then it is refused", async () => {
    const { code, output } = await run("demo", "--sip-port", "65535");
    assert.equal(code, 64);
    assert.match(output, /--sip-port 65535: there is none after it for TLS; choose it with --tls-port/);
  });

  it("given no address, when the demo is bound to it, then it is refused", async () => {
    const { code, output } = await run("demo", "--bind", "localhost");
    assert.equal(code, 64);
    assert.match(output, /--bind localhost: expected an IPv4 address/);
  });
});
