import assert from "node:assert/strict";
import type { CallView, PlacedSignal } from "../../../../src/signals/index.ts";
import { Cleanup } from "../../../support/cleanup.ts";
import { CtiLink, CtiSocket } from "../../../support/cti-link.ts";
import { CallReplica } from "../../../support/cti-reader.ts";
import { establish, hangUp } from "../../../support/established-call.ts";
import { SignalWords } from "../../../support/signal-story.ts";
import { SwitchFixture } from "../../../support/switch-fixture.ts";

describe("signals of calls over the control channel", () => {
  const cleanup = new Cleanup();
  let node: SwitchFixture;
  let socket: CtiSocket;
  let link: CtiLink;
  beforeEach(async () => {
    node = cleanup.add(await SwitchFixture.start(), (one) => one.stop());
    socket = cleanup.add(new CtiSocket(), (one) => one.close());
    await socket.listen(node.manager.cti.feed);
    link = await connect();
  });
  afterEach(() => cleanup.run());

  const connect = async (): Promise<CtiLink> => cleanup.add(await CtiLink.connect(socket.path), (one) => one.close());

  /** Signals until one says that a call has ended, or has a party in that state. */
  async function until(wanted: "established" | "ended", from = link): Promise<PlacedSignal[]> {
    const signals: PlacedSignal[] = [];
    for (;;) {
      const placed = await from.signals.take(() => true, wanted);
      signals.push(placed);
      if (placed.signal.kind !== "call") continue;
      const { connections, state } = placed.signal.call;
      const isUp = connections.length === 2 && connections.every((one) => one.state === "established");
      if (wanted === "ended" ? state === "invalid" : isUp) return signals;
    }
  }

  it("given two phones, when one calls the other and hangs up, then all is told in the order of JTAPI, with its parties", async () => {
    const [alice, bob] = [await node.phone("1001"), await node.phone("1002")];
    await link.attach();
    const { near, far } = await establish(alice, bob);
    const began = await until("established");
    await hangUp(near, far);
    const ended = await until("ended");
    const words = new SignalWords();
    const callId = callIn(began).callId;
    assert.equal(
      words.of([...began, ...ended]).replaceAll(callId, "c1"),
      [
        "c1.1: call active, 1001 new initiated, phone-1001 talking, 1001 dialing",
        "c1.2: 1001 established, 1002 new offered, parties 1001>1002 now 1001>1002",
        "c1.3: 1002 alerting, phone-1002 ringing, 1002 established, phone-1002 talking",
        "c1.4: phone-1001 dropped, 1001 disconnected, phone-1002 dropped, 1002 disconnected, call invalid",
      ].join("\n"),
    );
    assert.deepEqual(
      [...began, ...ended].map(({ position }) => position),
      [1, 2, 3, 4],
    );
    const { calling, called, sinceMs } = callIn(began);
    assert.deepEqual(
      [calling, called],
      [
        { number: "1001", line: "1001@internal" },
        { number: "1002", line: "1002@internal" },
      ],
    );
    assert.ok(Math.abs(Date.now() - sinceMs) < 60_000);
  });

  it("given a call that goes on, when a CTIManager attaches, then a snapshot shows it, and signals follow from there", async () => {
    const [alice, bob] = [await node.phone("1001"), await node.phone("1002")];
    const { near, far } = await establish(alice, bob);
    const { isResumed } = await link.attach();
    const snapshot = await link.snapshot();
    assert.deepEqual([isResumed, snapshot.calls.length, snapshot.position], [false, 1, 0]);
    const replica = new CallReplica(snapshot);
    await hangUp(near, far);
    for (const { signal } of await until("ended")) replica.apply(signal);
    assert.deepEqual([replica.calls.size, (await link.snapshot()).calls], [0, []]);
  });

  it("given signals that were not acknowledged, when call control is killed, then they come again, and the call goes on with its id and version", async () => {
    const [alice, bob] = [await node.phone("1001"), await node.phone("1002")];
    const { epoch } = await link.attach();
    const { near, far } = await establish(alice, bob);
    const before = await until("established");
    await link.acknowledge(1);
    await node.killManager();
    await node.startManager();
    await socket.listen(node.manager.cti.feed);
    const again = await connect();
    const attached = await again.attach({ epoch, position: 1 });
    assert.equal(attached.isResumed, true);
    await hangUp(near, far);
    const after = await until("ended", again);
    assert.deepEqual(after.slice(0, 2), before.slice(1));
    assert.deepEqual(
      after.map(({ position, signal }) => [position, signal.kind === "call" && signal.call.ver]),
      [
        [2, 2],
        [3, 3],
        [4, 4],
      ],
    );
    assert.equal(callIn(after).callId, callIn(before).callId);
  });

  for (const [method, params] of [
    ["cti-attach", { manager: "a b", observesCalls: true }],
    ["cti-attach", { manager: "a" }],
    ["cti-ack", { manager: "test/ctimanager", position: -1 }],
    ["cti-snapshot", {}],
  ] as const) {
    it(`given ${JSON.stringify(params)}, when ${method} is asked for, then it is refused`, async () => {
      await assert.rejects(link.request(method, params), { code: "bad-params" });
    });
  }

  it("given a CTIManager that has not attached, when it acknowledges or takes a snapshot, then it is refused", async () => {
    await assert.rejects(link.acknowledge(1), { code: "not-attached" });
    await assert.rejects(link.snapshot(), { code: "not-attached" });
  });
});

function callIn(signals: readonly PlacedSignal[]): CallView {
  const last = signals.at(-1)?.signal;
  if (last?.kind !== "call") throw new Error("no call");
  return last.call;
}
