import assert from "node:assert/strict";
import { Baresip } from "../support/baresip.ts";
import { Cleanup } from "../support/cleanup.ts";
import { eventually } from "../support/eventually.ts";
import { MonitoredCall } from "../support/monitored-call.ts";
import { assertHears, hangUp } from "../support/phone-calls.ts";
import { CALL_GAUGES, tandem, TandemNode } from "../support/tandem-node.ts";

const NO_CALLS = /no active calls|Active calls \(0\)/;

describe("losing and restarting services at other moments", () => {
  const cleanup = new Cleanup();
  let node: TandemNode;

  beforeEach(async () => {
    node = cleanup.add(await TandemNode.start(), (started) => started.stop());
  });

  afterEach(async () => {
    await cleanup.run();
  });

  async function registered(user: string, toneHz: number, transport: "udp" | "tcp" = "udp"): Promise<Baresip> {
    const phone = await Baresip.registered({ toneHz }, { ...node.account(user), transport });
    return cleanup.add(phone, (started) => started.close());
  }

  async function call(caller: Baresip, callee: Baresip): Promise<MonitoredCall> {
    const established = await MonitoredCall.establish(
      { phone: caller, toneHz: 440 },
      { phone: callee, toneHz: 660, number: "1002" },
    );
    return cleanup.add(established, (running) => running.close());
  }

  for (const service of ["callmanager", "edge", "media"] as const) {
    it(`given a ringing call, when ${service} is killed, then no phone is left half in a call`, async () => {
      const [caller, callee] = [await registered("1001", 440), await registered("1002", 660)];
      await caller.dial("1002");
      await callee.event("CALL_INCOMING");
      await caller.event("CALL_RINGING");
      const pid = await node.killService(service);
      await node.serviceAgain(service, pid, 5_000);
      if (!(await endsByItself(caller, 4_000))) await caller.hangup();
      await eventually(
        async () => {
          for (const phone of [caller, callee]) assert.match(await phone.listCalls(), NO_CALLS);
        },
        { timeoutMs: 10_000, intervalMs: 200 },
      );
      await node.zero(CALL_GAUGES, 10_000);
    });
  }

  it("given a call between TCP phones, when edge is killed, then audio goes on and the call can be hung up", async () => {
    const [caller, callee] = [await registered("1001", 440, "tcp"), await registered("1002", 660, "tcp")];
    const established = await call(caller, callee);
    const killedAtMs = Date.now();
    const pid = await node.killService("edge");
    await node.serviceAgain("edge", pid, 5_000);
    const { lost } = await established.mediaSince(killedAtMs, 100, 10_000);
    assert.equal(lost, 0);
    // Each phone connects again for its own BYE; until it does, nobody can reach it.
    await caller.hangup();
    await node.zero(CALL_GAUGES, 5_000);
    await callee.hangup();
    await eventually(async () => assert.match(await callee.listCalls(), NO_CALLS), { timeoutMs: 5_000 });
  });

  for (const service of ["callmanager", "edge", "media"] as const) {
    it(`given a call, when the operator restarts ${service}, then the call goes on`, async () => {
      const [caller, callee] = [await registered("1001", 440), await registered("1002", 660)];
      const established = await call(caller, callee);
      const { pid } = await node.hello(service);
      const command = tandem(["service", "restart", service, "--data-dir", node.dataDir]);
      assert.equal((await command.exited(15_000)).code, 0, command.output);
      await node.serviceAgain(service, pid, 5_000);
      await established.mediaSince(Date.now(), 50, 5_000);
      await Promise.all([assertHears(caller, 660), assertHears(callee, 440)]);
      await hangUp(callee, caller);
      await node.zero(CALL_GAUGES, 5_000);
    });
  }
});

async function endsByItself(phone: Baresip, waitMs: number): Promise<boolean> {
  return phone.closedReason(waitMs).then(
    () => true,
    () => false,
  );
}
