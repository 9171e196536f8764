import assert from "node:assert/strict";
import fc from "fast-check";
import { Replica } from "../../../../src/sdk/replica/replica.ts";
import { offeredCall, phoneView } from "../../../support/cti-samples.ts";
import type { CtiWorld } from "../../../support/cti-server.ts";
import { comparable, RandomCtiWorld } from "../../../support/random-cti-world.ts";

const SILENT = { onCallEnded: () => undefined, onRouteEnded: () => undefined };

function newReplica(): Replica {
  return new Replica(SILENT, () => 0);
}

function stateOf({ calls, devices, lines, routes }: Replica): object {
  return comparable({
    calls: calls.values(),
    devices: devices.values(),
    lines: lines.values(),
    routes: routes.values(),
  });
}

function worldOf({ calls, devices, lines, routes }: CtiWorld): object {
  return comparable({
    calls: calls.values(),
    devices: devices.values(),
    lines: lines.values(),
    routes: routes.values(),
  });
}

function merge(replica: Replica, { calls, devices, lines, routes }: CtiWorld, seq: number): void {
  const list = <View>(views: Map<string, View>): View[] => [...views.values()];
  replica.merge({ calls: list(calls), devices: list(devices), lines: list(lines), routes: list(routes) }, seq);
}

describe("the replica", () => {
  it("given any events, when a snapshot at S is followed by the events after S, then it is the snapshot at their end", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(10_000), { minLength: 5, maxLength: 400 }), fc.nat(100), (numbers, percent) => {
        let next = 0;
        const world = new RandomCtiWorld((below) => (numbers[next++ % numbers.length] ?? 0) % below);
        const replica = newReplica();
        const before = Math.floor((numbers.length * percent) / 100);
        let seq = 0;
        for (let step = 0; step < numbers.length; step += 1) {
          if (step === before) merge(replica, world.snapshot(), seq);
          for (const event of world.step()) {
            seq += 1;
            if (step >= before) replica.apply({ ...event, seq });
          }
        }
        if (before >= numbers.length) merge(replica, world.snapshot(), seq);
        assert.deepEqual(stateOf(replica), worldOf(world.snapshot()));
      }),
      { numRuns: 300 },
    );
  });

  it("given a party that comes from a call that nobody has told of, when it goes elsewhere, then the call has it as it is, and has it no more", () => {
    const replica = newReplica();
    const terminals = [{ device: "c-phone", state: "talking" }] as const;
    const moved = { type: "call.moved", callId: "c1", connectionId: "c2/2", party: { number: "C" } } as const;
    replica.apply({ ...moved, seq: 1, ver: 5, from: "c2", state: "established", terminals });
    const connections = () => replica.calls.get("c1")?.connections;
    assert.deepEqual(connections(), [
      { connectionId: "c2/2", party: { number: "C" }, state: "established", terminals },
    ]);
    replica.apply({ ...moved, seq: 2, ver: 6, from: "c1" });
    assert.deepEqual(connections(), []);
  });

  it("given any events, when a snapshot comes later than events after it, then what they told stays", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(10_000), { minLength: 5, maxLength: 200 }), (numbers) => {
        let next = 0;
        const world = new RandomCtiWorld((below) => (numbers[next++ % numbers.length] ?? 0) % below);
        const replica = newReplica();
        merge(replica, world.snapshot(), 0);
        const early = world.snapshot();
        let seq = 0;
        for (let step = 0; step < numbers.length; step += 1) {
          for (const event of world.step()) replica.apply({ ...event, seq: (seq += 1) });
        }
        merge(replica, early, 0);
        assert.deepEqual(stateOf(replica), worldOf(world.snapshot()));
      }),
      { numRuns: 200 },
    );
  });

  it("given what was known before, when a restart names some of it, then the rest is gone, and told of", () => {
    const ended: string[] = [];
    const replica = new Replica({ ...SILENT, onCallEnded: ({ callId }) => ended.push(callId) }, () => 0);
    replica.merge(
      { calls: [offeredCall("c1", "1", "2"), offeredCall("c2", "3", "4")], devices: [phoneView("1")] },
      900,
    );
    const { endInventory, end } = replica.beginRestart();
    const endRestart = (): void => (endInventory(), end());
    replica.merge({ calls: [offeredCall("c2", "3", "4", { ver: 7 })] }, 3);
    endRestart();
    assert.deepEqual(ended, ["c1"]);
    assert.equal(replica.calls.get("c2")?.ver, 7);
    assert.equal(replica.devices.size, 0);
    assert.equal(replica.connection("c1/1"), undefined);
  });

  it("given a call of which nothing is known, when its connections come, then they say who calls whom", () => {
    const replica = newReplica();
    const [calling, called] = [{ number: "1001", line: "1001@internal" }, { number: "1002" }];
    const events = [
      { type: "call.state", callId: "c1", ver: 1, seq: 1, state: "active" },
      { type: "call.connection", callId: "c1", ver: 1, seq: 2, connectionId: "a", state: "initiated", party: calling },
      { type: "call.connection", callId: "c1", ver: 2, seq: 3, connectionId: "b", state: "offered", party: called },
    ] as const;
    for (const event of events) replica.apply(event);
    assert.deepEqual(replica.calls.get("c1")?.calling, calling);
    assert.deepEqual(replica.calls.get("c1")?.called, called);
  });
});
