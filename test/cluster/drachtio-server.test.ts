import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Cleanup } from "../support/cleanup.ts";
import { EdgeFixture, SECRET } from "../support/edge-fixture.ts";
import { eventually } from "../support/eventually.ts";
import { SipPhone } from "../support/sip-phone.ts";
import { testSdp } from "../support/test-sdp.ts";
import { TandemNode } from "../support/tandem-node.ts";

/** A second embedded edge stands for the drachtio server: without losses a node does the same with either. */
describe("a node with a drachtio server in place of its edge", () => {
  const cleanup = new Cleanup();
  let server: EdgeFixture;
  let node: TandemNode;

  beforeEach(async () => {
    server = cleanup.add(await EdgeFixture.start(), (started) => started.stop());
    const edge = { kind: "drachtio", host: "127.0.0.1", port: server.edge.wirePort, secret: SECRET } as const;
    node = cleanup.add(await TandemNode.start({ edge }), (started) => started.stop());
  });
  afterEach(() => cleanup.run());

  async function phone(number: string): Promise<SipPhone> {
    const address = { address: "127.0.0.1", port: server.sipPort };
    const options = { number, user: number, password: `demo-${number}`, server: address };
    return cleanup.add(await SipPhone.start(options), (started) => started.close());
  }

  it("given phones, when they register and call by the server, then the call is up, and nothing of it is left", async () => {
    const [caller, callee] = [await phone("1001"), await phone("1002")];
    assert.equal((await caller.register()).status, 200);
    assert.equal((await callee.register()).status, 200);
    const call = await caller.call("1002", { sdp: testSdp(6_000) });
    const offered = await callee.offered();
    await Promise.all([offered.answer({ sdp: testSdp(7_000) }), call.established()]);
    assert.equal(server.gauge("tandem_sip_dialogs"), 2);
    const [ended] = await Promise.all([call.bye(), offered.takeBye()]);
    assert.equal(ended.status, 200);
    await eventually(async () => assert.equal(server.gauge("tandem_sip_dialogs"), 0), {
      timeoutMs: 2_000,
      intervalMs: 20,
    });
  });

  it("given the node, when looked at, then it has no edge service, and says what is absent", async () => {
    const healthy = async (): Promise<void> => assert.equal((await fetch(`${node.http}/health`)).status, 200);
    await eventually(healthy, { timeoutMs: 5_000, intervalMs: 20 });
    const { services } = (await (await fetch(`${node.http}/api/v1/status`)).json()) as {
      services: readonly { name: string; state: string; details: object }[];
    };
    const edge = services.find(({ name }) => name === "edge");
    assert.deepEqual([edge?.state, edge?.details], ["external", { drachtio: `127.0.0.1:${server.edge.wirePort}` }]);
    const runs = (service: string): boolean => node.processes().some(({ command }) => command.includes(` ${service} `));
    assert.deepEqual([runs("edge"), runs("callmanager")], [false, true]);
    assert.doesNotMatch(await (await fetch(`${node.http}/metrics`)).text(), /service_up\{service="edge"/);
    assert.match(node.output, /a drachtio server at 127\.0\.0\.1:\d+ is the SIP edge; absent with it: .*not listed/);
    const log = readFileSync(join(node.dataDir, "log", "callmanager.log"), "utf8");
    assert.equal(log.split("\n").filter((line) => line.includes("a drachtio server is the SIP edge")).length, 1);
    assert.equal(log.includes(SECRET), false);
  });
});
