import assert from "node:assert/strict";
import { Baresip } from "../../support/baresip.ts";
import { Cleanup } from "../../support/cleanup.ts";
import { eventually } from "../../support/eventually.ts";
import { assertHears, callAndAnswer, hangUp } from "../../support/phone-calls.ts";
import { CALL_GAUGES, TandemNode } from "../../support/tandem-node.ts";
import { TcpForwarder } from "../../support/tcp-forwarder.ts";

const CALLER_HZ = 440;
const CALLEE_HZ = 660;

/** A phone that keeps two flows over TCP (RFC 5626), each by a path of its own. */
describe("a phone with two flows", () => {
  const cleanup = new Cleanup();
  let node: TandemNode;
  let paths: readonly TcpForwarder[];
  let caller: Baresip;
  let callee: Baresip;
  /** Another one for each test: a phone whose paths are cut cannot unregister. */
  let number: string;
  let nextNumber = 1002;
  let contactsBefore: number;

  before(async () => {
    node = cleanup.add(await TandemNode.start(), (started) => started.stop());
  });
  after(() => cleanup.run());

  const phones = new Cleanup();
  beforeEach(async () => {
    const target = { host: "127.0.0.1", port: node.sipPort };
    paths = [await TcpForwarder.start(target), await TcpForwarder.start(target)];
    for (const path of paths) phones.add(path, (one) => one.cut());
    const flows = paths.map(({ port }) => `sip:127.0.0.1:${port};transport=tcp`);
    caller = phones.add(await Baresip.registered({ toneHz: CALLER_HZ }, node.account("1001")), (one) => one.close());
    contactsBefore = (await node.metrics()).sum("tandem_registrations");
    number = String(nextNumber++);
    callee = phones.add(
      await Baresip.registered({ toneHz: CALLEE_HZ }, { ...node.account(number), transport: "tcp", flows }),
      (one) => one.close(),
    );
    await contacts(2);
  });
  afterEach(() => phones.run());

  /** Waits until the phone has that many contacts. */
  async function contacts(count: number): Promise<void> {
    await eventually(
      async () => assert.equal((await node.metrics()).sum("tandem_registrations") - contactsBefore, count),
      { timeoutMs: 8_000 },
    );
  }

  for (const index of [0, 1]) {
    it(`given path ${index + 1} of two is cut, when the phone is called, then the call comes over the other, once`, async () => {
      assert.deepEqual(
        paths.map(({ connections }) => connections),
        [1, 1],
      );
      paths[index]?.cut();
      await eventually(async () => assert.equal((await node.metrics()).sum("tandem_sip_connections"), 1), {
        timeoutMs: 4_000,
      });
      await callAndAnswer(caller, number, callee);
      await Promise.all([assertHears(caller, CALLEE_HZ), assertHears(callee, CALLER_HZ)]);
      await hangUp(caller, callee);
      assert.equal(callee.hasEvent("CALL_INCOMING"), false);
      await node.zero(CALL_GAUGES, 5_000);
    });
  }

  it("given both paths are cut, when the phone is called, then the caller is told at once", async () => {
    for (const path of paths) path.cut();
    await eventually(async () => assert.equal((await node.metrics()).sum("tandem_sip_connections"), 0), {
      timeoutMs: 4_000,
    });
    const startMs = performance.now();
    await caller.dial(number);
    assert.match(await caller.closedReason(), /^480 /);
    assert.ok(performance.now() - startMs < 3_000);
    await contacts(0);
  });
});
