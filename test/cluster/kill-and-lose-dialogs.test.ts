import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { Cleanup } from "../support/cleanup.ts";
import { establish, type EstablishedCall } from "../support/established-call.ts";
import { eventually } from "../support/eventually.ts";
import { isRunning } from "../support/node-processes.ts";
import type { PhoneCall } from "../support/sip-phone.ts";
import { SipPhone } from "../support/sip-phone.ts";
import { CALL_GAUGES, TandemNode, type ServiceName } from "../support/tandem-node.ts";
import { testSdp } from "../support/test-sdp.ts";

describe("kill -9 of the edge, whose journals are then lost, during two calls", () => {
  const cleanup = new Cleanup();
  let node: TandemNode;
  let calls: EstablishedCall[];

  beforeEach(async () => {
    node = cleanup.add(await TandemNode.start({ orphanGraceSeconds: 30 }), (started) => started.stop());
    calls = [
      await establish(await phone("1001"), await phone("1002")),
      await establish(await phone("1003"), await phone("1004")),
    ];
  });
  afterEach(() => cleanup.run());

  async function phone(number: string): Promise<SipPhone> {
    const server = { address: "127.0.0.1", port: node.sipPort };
    const options = { number, user: number, password: `demo-${number}`, server };
    const made = cleanup.add(await SipPhone.start(options), (started) => started.close());
    assert.equal((await made.register()).status, 200);
    return made;
  }

  /** Kills services for which nobody is there to start them again, and removes the edge's journals. */
  async function killAndForget(services: readonly ServiceName[]): Promise<void> {
    await node.killSupervisor();
    const pids: number[] = [];
    for (const service of services) pids.push(await node.killService(service));
    await eventually(() => assert.deepEqual(pids.filter(isRunning), []), { timeoutMs: 5_000, intervalMs: 10 });
    for (const name of ["edge-dialogs.journal", "edge-invites.journal"]) rmSync(join(node.dataDir, "state", name));
  }

  async function holdResumeAndHangUp(one: PhoneCall, other: PhoneCall): Promise<void> {
    for (const direction of ["sendonly", "sendrecv"]) {
      const change = one.send("INVITE", { sdp: testSdp(4_000, [`a=${direction}`], 2) });
      const passed = await other.request("INVITE");
      other.respond(passed, 200, { sdp: testSdp(5_000, [], 2) });
      await other.request("ACK");
      const changed = await change.final();
      assert.equal(changed.status, 200);
      one.ack(change, changed);
    }
    const bye = one.bye();
    await other.takeBye();
    assert.equal((await bye).status, 200);
  }

  for (const services of [["edge", "callmanager"], ["edge"]] as const) {
    it(`given the calls, when ${services.join(" and ")} start again, then the calls can be held, resumed and hung up from both sides`, async () => {
      await killAndForget(services);
      await node.startSupervisor();
      await eventually(async () => assert.equal((await node.metrics()).sum("tandem_sip_dialogs"), 4), {
        timeoutMs: 5_000,
        intervalMs: 50,
      });
      const [first, second] = calls;
      assert.ok(first !== undefined && second !== undefined);
      await holdResumeAndHangUp(first.near, first.far);
      await holdResumeAndHangUp(second.far, second.near);
      await node.zero(CALL_GAUGES, 5_000);
    });
  }
});
