import assert from "node:assert/strict";
import { Baresip } from "../support/baresip.ts";
import { Cleanup } from "../support/cleanup.ts";
import { eventually } from "../support/eventually.ts";
import { assertUnharmed, MonitoredCall, type MediaReport } from "../support/monitored-call.ts";
import { isRunning, processorWaitMs } from "../support/node-processes.ts";
import { hangUp } from "../support/phone-calls.ts";
import { exchangeUdp, optionsRequest } from "../support/raw-sip.ts";
import { CALL_GAUGES, TandemNode, type ServiceName } from "../support/tandem-node.ts";

const SERVICES: readonly ServiceName[] = ["edge", "callmanager", "media", "admin"];
const MAX_RECOVERY_MS = 2_000;

/** From a kill to the answer of the next call. */
interface Recovery {
  readonly killedAtMs: number;
  /** What processes waited for a processor meanwhile. */
  readonly machineMs: number;
  /** The rest. */
  readonly ownMs: number;
  readonly text: string;
}

describe("kill -9 of one process during two calls", () => {
  const cleanup = new Cleanup();
  let node: TandemNode;
  let phones: Baresip[] = [];
  let calls: MonitoredCall[] = [];
  let relayPid: number;

  beforeEach(async () => {
    node = cleanup.add(await TandemNode.start({ orphanGraceSeconds: 30 }), (started) => started.stop());
    phones = await Promise.all(
      ["1001", "1002", "1003", "1004", "1005", "1006"].map(async (user, index) => {
        const account = { ...node.account(user), answer: index === 5 ? "auto" : "manual" } as const;
        return cleanup.add(await Baresip.registered({ toneHz: toneOf(index) }, account), (phone) => phone.close());
      }),
    );
    relayPid = (await node.hello("media")).pid;
    calls = [];
    for (const [from, to] of [
      [0, 1],
      [2, 3],
    ] as const) {
      calls.push(cleanup.add(await establish(from, to), (call) => call.close()));
    }
  });

  afterEach(async () => {
    await cleanup.run();
  });

  for (const service of ["callmanager", "edge"] as const) {
    it(`given two calls, when ${service} is killed, then media goes on, a new call works and both can be hung up`, async () => {
      const waitedMs = processorWaitMs(relayPid);
      const recovery = await recoveryOf(service);
      const media = await mediaSince(recovery.killedAtMs);
      note(`${service}: ${recovery.text}, ${describeMedia(media)}`);
      for (const report of media) assertUnharmed(report, processorWaitMs(relayPid) - waitedMs);
      assert.ok(recovery.ownMs <= MAX_RECOVERY_MS, recovery.text);
      await endAllCalls();
    });
  }

  for (const service of ["callmanager", "edge"] as const) {
    it(`given two calls, when ${service} is killed and a phone dials before the next one is there, then that call is made`, async () => {
      const [caller, callee] = [phoneAt(4), phoneAt(5)];
      const formerPid = await node.killService(service);
      await caller.dial("1006");
      const { type, param } = await caller.anyEvent(["CALL_ESTABLISHED", "CALL_CLOSED"], 8_000);
      assert.equal(type, "CALL_ESTABLISHED", param);
      await node.serviceAgain(service, formerPid, 5_000);
      await callee.event("CALL_ESTABLISHED");
      await hangUp(caller, callee);
      await endAllCalls();
    });
  }

  it("given two calls, when media is killed, then audio is back, a new call works and both can be hung up", async () => {
    const recovery = await recoveryOf("media");
    const media = await mediaSince(recovery.killedAtMs);
    note(`media: ${recovery.text}, ${describeMedia(media)}`);
    const { machineMs } = recovery;
    for (const { gapMs } of media) {
      assert.ok(gapMs - machineMs <= MAX_RECOVERY_MS, `audio was away for ${gapMs} ms, ${machineMs} ms of it waiting`);
    }
    assert.ok(recovery.ownMs <= MAX_RECOVERY_MS, recovery.text);
    await Promise.all(calls.map((call) => call.assertHeard()));
    await endAllCalls();
  });

  it("given two calls, when the supervisor is killed, then all goes on and the next start adopts the services", async () => {
    const pids = await servicePids();
    const waitedMs = processorWaitMs(relayPid);
    const killedAtMs = Date.now();
    await node.killSupervisor();
    const recoveryMs = await callUntilAnswered(killedAtMs);
    const media = await mediaSince(killedAtMs);
    note(`supervisor: new call after ${recoveryMs} ms, ${describeMedia(media)}`);
    for (const report of media) assertUnharmed(report, processorWaitMs(relayPid) - waitedMs);
    assert.ok(recoveryMs <= MAX_RECOVERY_MS, `new call after ${recoveryMs} ms`);
    await node.startSupervisor();
    assert.deepEqual(await servicePids(), pids, "the services are the same processes");
    await endAllCalls();
  });

  async function establish(from: number, to: number): Promise<MonitoredCall> {
    return MonitoredCall.establish(
      { phone: phoneAt(from), toneHz: toneOf(from) },
      { phone: phoneAt(to), toneHz: toneOf(to), number: String(1001 + to) },
    );
  }

  function phoneAt(index: number): Baresip {
    const phone = phones[index];
    assert.ok(phone !== undefined);
    return phone;
  }

  /**
   * Kills a service and makes a call as soon as one can be made. What the supervisor and the new process were ready to
   * do and had no processor for is the machine's part, not ours: they work one after the other.
   */
  async function recoveryOf(service: ServiceName): Promise<Recovery> {
    const { supervisorPid } = node;
    const waitedMs = processorWaitMs(supervisorPid);
    const killedAtMs = Date.now();
    const formerPid = await node.killService(service);
    const wholeMs = await callUntilAnswered(killedAtMs);
    const { pid } = await node.serviceAgain(service, formerPid, 5_000);
    const machineMs = Math.round(processorWaitMs(pid) + processorWaitMs(supervisorPid) - waitedMs);
    const text = `new call after ${wholeMs} ms, of which it waited ${machineMs} ms for a processor`;
    return { killedAtMs, machineMs, ownMs: wholeMs - machineMs, text };
  }

  /**
   * Dials from the fifth to the sixth phone until that answers, then hangs up. The first call is placed when the node
   * answers a request: a phone that sends its INVITE to nobody repeats it after 0.5, 1 and 2 s (RFC 3261, 17.1.1.2), and
   * its timers would be measured. @returns ms from `sinceMs` to the answer
   */
  async function callUntilAnswered(sinceMs: number): Promise<number> {
    const [caller, callee] = [phoneAt(4), phoneAt(5)];
    await eventually(async () => assert.ok(await pingNode()), { timeoutMs: 10_000, intervalMs: 1 });
    const answeredAtMs = await eventually(
      async () => {
        await caller.dial("1006");
        const { type, param } = await caller.anyEvent(["CALL_ESTABLISHED", "CALL_CLOSED"], 8_000);
        if (type === "CALL_CLOSED") throw new Error(`the call was refused: ${param}`);
        return Date.now();
      },
      { timeoutMs: 10_000, intervalMs: 20 },
    );
    await callee.event("CALL_ESTABLISHED");
    await hangUp(caller, callee);
    return answeredAtMs - sinceMs;
  }

  async function pingNode(): Promise<boolean> {
    const target = { host: "127.0.0.1", port: node.sipPort };
    const reply = await exchangeUdp(target, (port) => [Buffer.from(optionsRequest("UDP", port, target))], 50);
    return reply !== undefined;
  }

  /** What became of each call's media in the two seconds after the kill. */
  function mediaSince(sinceMs: number): Promise<MediaReport[]> {
    return Promise.all(calls.map((call) => call.mediaSince(sinceMs, 100, 10_000)));
  }

  /** The first call is ended by its caller, the second by its callee; then nothing is left. */
  async function endAllCalls(): Promise<void> {
    await hangUp(phoneAt(0), phoneAt(1));
    await hangUp(phoneAt(3), phoneAt(2));
    await node.zero(CALL_GAUGES, 5_000);
  }

  async function servicePids(): Promise<number[]> {
    return Promise.all(SERVICES.map(async (service) => (await node.hello(service)).pid));
  }
});

describe("a node whose supervisor stays dead", () => {
  it("given a call, when the grace has passed, then the call is ended and every process has gone", async () => {
    const node = await TandemNode.start({ orphanGraceSeconds: 2 });
    try {
      const caller = await Baresip.registered({ toneHz: 440 }, node.account("1001"));
      const callee = await Baresip.registered({ toneHz: 660 }, { ...node.account("1002"), answer: "auto" });
      try {
        await caller.dial("1002");
        await Promise.all([caller.event("CALL_ESTABLISHED"), callee.event("CALL_ESTABLISHED")]);
        const pids = node.processes().map(({ pid }) => pid);
        await node.killSupervisor();
        await Promise.all([caller.closedReason(15_000), callee.closedReason(15_000)]);
        await eventually(() => assert.deepEqual(node.processes(), []), { timeoutMs: 15_000 });
        assert.deepEqual(pids.filter(isRunning), []);
      } finally {
        await caller.close();
        await callee.close();
      }
    } finally {
      await node.destroy();
    }
  });
});

function toneOf(index: number): number {
  return 400 + 100 * index;
}

function describeMedia(reports: readonly MediaReport[]): string {
  const most = (key: keyof MediaReport): string => Math.max(...reports.map((report) => report[key])).toFixed(0);
  return `longest gap ${most("gapMs")} ms (phones: ${most("sentGapMs")} ms), ${most("lost")} packets lost`;
}

function note(text: string): void {
  console.log(`      ${text}`);
}
