import assert from "node:assert/strict";
import { BindingTable } from "../../../../src/call/registrar/binding-table.ts";
import type { Binding } from "../../../../src/call/registrar/binding.ts";
import { ManualClock } from "../../../support/manual-clock.ts";
import { sampleBinding } from "./sample-bindings.ts";

describe("BindingTable", () => {
  let clock: ManualClock;
  let expired: string[];
  let table: BindingTable;
  const bindingFor = (user: string, seconds: number, changes: Partial<Binding> = {}): Binding =>
    sampleBinding({ contactUri: `sip:${user}@h`, expiresAtMs: clock.wallMs() + seconds * 1_000, ...changes });

  beforeEach(() => {
    clock = new ManualClock();
    expired = [];
    table = new BindingTable(clock, (aor) => expired.push(aor));
  });

  it("given bindings, when they are replaced, then size and sources follow", () => {
    const [a, b] = [bindingFor("a", 60), bindingFor("b", 60)];
    const elsewhere = bindingFor("c", 60, { source: { protocol: "tcp", address: "192.0.2.9", port: 1 } });
    table.replace("1001", [a, b, elsewhere]);
    assert.deepEqual([table.size, table.hasSource("192.0.2.7"), table.hasSource("192.0.2.9")], [3, true, true]);
    table.replace("1001", [b]);
    assert.deepEqual([table.size, table.hasSource("192.0.2.7"), table.hasSource("192.0.2.9")], [1, true, false]);
    table.replace("1001", []);
    assert.deepEqual([table.size, table.hasSource("192.0.2.7")], [0, false]);
    assert.equal(clock.activeTimers, 0);
  });

  it("given bindings of different length, when time goes on, then each ends on its own and the listener is told", () => {
    table.replace("1001", [bindingFor("a", 60), bindingFor("b", 120)]);
    clock.advance(60_000);
    assert.deepEqual(
      table.get("1001").map(({ contactUri }) => contactUri),
      ["sip:b@h"],
    );
    assert.deepEqual(expired, ["1001"]);
    clock.advance(60_000);
    assert.deepEqual(table.get("1001"), []);
    assert.deepEqual(expired, ["1001", "1001"]);
    assert.deepEqual([table.size, clock.activeTimers], [0, 0]);
  });

  it("given several bindings that end at once, when they do, then the listener is told once for each address of record", () => {
    table.replace("1001", [bindingFor("a", 60), bindingFor("b", 60)]);
    table.replace("1002", [bindingFor("c", 60, { aor: "1002" })]);
    clock.advance(60_000);
    assert.deepEqual(expired, ["1001", "1002"]);
  });

  it("given a binding between two ticks, when it has ended, then it is not live although the tick has yet to come", () => {
    clock.advance(500);
    table.replace("1001", [bindingFor("a", 60)]);
    clock.advance(60_000);
    assert.deepEqual(table.get("1001"), []);
    assert.deepEqual([...table.all()], []);
    assert.deepEqual(expired, []);
  });

  it("given a binding, when seconds are asked for, then they are rounded up and 0 for one that is not in the table", () => {
    const binding = bindingFor("a", 60);
    table.replace("1001", [binding]);
    clock.advance(1_001);
    assert.equal(table.remainingSeconds(binding), 59);
    assert.equal(table.remainingSeconds({ ...binding }), 0);
  });

  it("given a binding that is kept, when others are replaced, then its deadline stays", () => {
    const kept = bindingFor("a", 60);
    table.replace("1001", [kept]);
    clock.advance(30_000);
    table.replace("1001", [kept, bindingFor("b", 60)]);
    clock.advance(30_000);
    assert.deepEqual(
      table.get("1001").map(({ contactUri }) => contactUri),
      ["sip:b@h"],
    );
  });

  it("given a closed table, when time goes on, then nothing is told, and closing again does nothing", () => {
    table.replace("1001", [bindingFor("a", 60)]);
    table.close();
    table.close();
    clock.advance(120_000);
    assert.deepEqual([expired, table.size, clock.activeTimers], [[], 0, 0]);
  });
});
