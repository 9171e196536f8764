import assert from "node:assert/strict";
import { Cleanup } from "../../support/cleanup.ts";
import { freeLoopbackAddress } from "../../support/loopback-address.ts";
import { Sipp, sippCredentials } from "../../support/sipp.ts";
import { CALL_GAUGES, tandem, TandemNode } from "../../support/tandem-node.ts";

const CALLS = 5;

describe("calls that are redirected, to SIPp", () => {
  const cleanup = new Cleanup();
  let node: TandemNode;

  before(async () => {
    node = cleanup.add(await TandemNode.start(), (started) => started.stop());
  });

  after(async () => {
    await cleanup.run();
  });

  async function forward(line: string, ...words: readonly string[]): Promise<void> {
    const command = tandem(["line", "forward", line, ...words, "--data-dir", node.dataDir]);
    cleanup.add(command, async (one) => void (await one.kill()));
    const { code } = await command.exited(10_000);
    assert.equal(code, 0, command.output);
  }

  /** A SIPp that takes the calls of a number, once that is registered. */
  async function callee(number: string, scenario: string): Promise<Sipp> {
    const address = await freeLoopbackAddress();
    const server = cleanup.add(Sipp.start({ scenario, address, port: 5060, calls: CALLS }), (one) => one.close());
    const registered = await Sipp.run(
      {
        scenario: "register-digest",
        address,
        port: 5070,
        target: node.sip,
        calls: 1,
        keywords: { contact_port: "5060", expires: "3600" },
        rows: [[number, sippCredentials(number, `demo-${number}`)]],
      },
      10_000,
    );
    assert.equal(registered.successful, 1, registered.log);
    return server;
  }

  it("given CFA to a phone that is busy, and CFB there, when the first number is called, then the last phone reads both redirections", async () => {
    await forward("1002", "--all", "1003");
    await forward("1003", "--busy", "1004");
    const busy = await callee("1003", "busy");
    const last = await callee("1004", "answer-redirected");
    const calls = await Sipp.run(
      {
        scenario: "call-digest",
        address: await freeLoopbackAddress(),
        port: 5060,
        target: node.sip,
        service: "1002",
        calls: CALLS,
        rows: [["1001", sippCredentials("1001", "demo-1001")]],
      },
      30_000,
    );
    const [refused, taken] = [await busy.finished(10_000), await last.finished(10_000)];
    assert.deepEqual([calls.successful, calls.failed], [CALLS, 0], calls.log);
    assert.deepEqual([refused.successful, refused.failed], [CALLS, 0], refused.log);
    assert.deepEqual([taken.successful, taken.failed], [CALLS, 0], taken.log);
    await node.zero(CALL_GAUGES, 5_000);
  });
});
