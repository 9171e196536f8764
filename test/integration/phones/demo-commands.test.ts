import assert from "node:assert/strict";
import { appendFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { writeBaresipConfig } from "../../support/baresip-config.ts";
import { Cleanup } from "../../support/cleanup.ts";
import { eventually } from "../../support/eventually.ts";
import { freeLoopbackAddress } from "../../support/loopback-address.ts";
import { ManagedProcess } from "../../support/managed-process.ts";
import { CALL_GAUGES, TandemNode } from "../../support/tandem-node.ts";
import { TemporaryDirectory } from "../../support/temporary-directory.ts";

describe("the commands that the demo prints", () => {
  const cleanup = new Cleanup();
  let node: TandemNode;
  let directory: TemporaryDirectory;

  before(async () => {
    directory = cleanup.add(new TemporaryDirectory("demo"), (folder) => folder.close());
    node = cleanup.add(await TandemNode.demo(), (started) => started.stop());
  });

  after(async () => {
    await cleanup.run();
  });

  /** The command of the demo's text that starts with a word: a line of its own, or what is to be typed. */
  function printed(word: string): string {
    const command = new RegExp(`^ +(?:then type: )?(${word}.+)$`, "m").exec(node.output)?.[1];
    assert.ok(command !== undefined, `the demo prints no ${word} command:\n${node.output}`);
    return command.trim();
  }

  function run(command: string): ManagedProcess {
    const env = { HOME: directory.path, TMPDIR: directory.path };
    const started = new ManagedProcess({ command: "sh", args: ["-c", `exec ${command}`], cwd: directory.path, env });
    return cleanup.add(started, async (process) => void (await process.kill()));
  }

  /** A sound card is what this host may lack: only the audio modules come from a configuration. */
  async function sound(name: string): Promise<string> {
    const config = directory.join(`baresip-${name}`);
    mkdirSync(config);
    writeBaresipConfig({
      directory: config,
      address: await freeLoopbackAddress(),
      toneHz: 440,
      controlPort: 4444,
      toneSeconds: 30,
      rtpPorts: { first: 39_000, last: 39_018 },
      modules: [],
    });
    appendFileSync(join(config, "config"), "module stdio.so\n");
    return config;
  }

  it("given the demo, when it has started, then ready is the last line", () => {
    assert.match(node.output, /\nready\n$/);
  });

  for (const transport of ["udp", "tls"]) {
    it(`given the baresip command over ${transport}, when 9196 is dialed as the text says, then the call is up`, async () => {
      const phone = run(
        printed(`baresip -e .*${transport}`).replace("baresip", `baresip -f ${await sound(transport)}`),
      );
      await phone.outputMatching(/200 OK/, 5_000);
      assert.match(node.output, /\/dial 9196/);
      phone.write("/dial 9196\n");
      await phone.outputMatching(/Call established/, 5_000);
      phone.write("q");
      await phone.exited(5_000);
      await node.zero(CALL_GAUGES, 5_000);
    });
  }

  it("given the Linphone commands, when they are typed, then it registers and calls", async () => {
    for (const folder of [".local/share/linphone", ".config"]) mkdirSync(directory.join(folder), { recursive: true });
    const phone = run("linphonec");
    await phone.outputMatching(/linphonec> /, 10_000);
    phone.write("soundcard use files\n");
    phone.write(`${printed("register")}\n`);
    await eventually(
      () => {
        phone.write("status register\n");
        return phone.outputMatching(/^registered,/m, 300);
      },
      { timeoutMs: 5_000 },
    );
    assert.match(node.output, /call 9196/);
    phone.write("call 9196\n");
    await phone.outputMatching(/Call \d+ with .* connected/, 5_000);
    phone.write("terminate\n");
    await phone.outputMatching(/ended/, 5_000);
    phone.write("quit\n");
    await phone.exited(8_000);
    await node.zero(CALL_GAUGES, 5_000);
  });

  it("given the SIPp command, when it is run, then its calls are good", async () => {
    const { code } = await run(printed("sipp")).exited(20_000);
    assert.equal(code, 0);
    await node.zero(CALL_GAUGES, 5_000);
  });
});
