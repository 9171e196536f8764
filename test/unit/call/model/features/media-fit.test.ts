import assert from "node:assert/strict";
import type { CallCommand } from "../../../../../src/call/model/index.ts";
import { ModelBench } from "../../../../support/model-bench.ts";

/** A call whose parties have agreed on encrypted media; the legs' names. */
function encrypted(bench: ModelBench, callId: string, caller: string, callee: string): [string, string] {
  const legs = [bench.leg(caller), bench.leg(callee)] as const;
  bench.feed({ type: "offered", sessionId: callId, leg: legs[0], called: callee });
  const { address } = legs[1];
  bench.feed({ type: "offering", sessionId: callId, places: [{ kind: "phone", address, devices: [callee] }] });
  bench.answer(callId, { ...legs[1], isEncrypted: true });
  return [legs[0].legId, legs[1].legId];
}

describe("calls whose media is encrypted", () => {
  let bench: ModelBench;
  beforeEach(() => {
    const range = { numbers: ["701"], reminderSeconds: 60, periodicSeconds: 60, giveUpSeconds: 600 };
    bench = new ModelBench({ parkRange: () => range, parkRangesFor: () => ["range"] });
  });

  /** It is told why not, and nobody is moved. */
  function assertRefused(command: CallCommand): void {
    const from = bench.effects.length;
    const result = bench.command(command);
    assert.equal(result?.ok === false ? result.failure : "ok", "media-incompatible", command.type);
    assert.deepEqual(
      bench.effects.slice(from).map(({ type }) => type),
      ["result"],
    );
  }

  it("given one, when either is to be parked or sent elsewhere, then that is refused, and they talk on", () => {
    const [a, b] = encrypted(bench, "c1", "a", "b");
    for (const device of ["a", "b"]) {
      assertRefused({ type: "park", device });
      assertRefused({ type: "transfer", device, to: "c" });
      assertRefused({ type: "redirect", device, to: "c" });
    }
    assert.equal(bench.with(a), b);
  });

  it("given one that is encrypted and one that is not, when their parties are to be connected, then that is refused", () => {
    const [b1] = encrypted(bench, "c1", "b", "a");
    const [b2] = bench.call("c2", "b", "c");
    assertRefused({ type: "complete-transfer", device: "b" });
    assertRefused({ type: "conference", device: "b" });
    assert.deepEqual([bench.with(b1), bench.with(b2)], ["a#2", "c#4"]);
  });

  it("given two that are encrypted, when their parties are connected, then they are; a conference is refused", () => {
    const [, a] = encrypted(bench, "c1", "b", "a");
    const [, c] = encrypted(bench, "c2", "b", "c");
    assertRefused({ type: "conference", device: "b" });
    assert.equal(bench.command({ type: "complete-transfer", device: "b" })?.ok, true);
    assert.equal(bench.with(a), c);
  });

  it("given one, when a phone dials to take the place of a party, then it is refused with 488", () => {
    const [, b] = encrypted(bench, "c1", "a", "b");
    assert.equal(bench.dial("c2", "c", { kind: "replaces", legId: b }).status, 488);
  });

  it("given one, when a party refers the other, then it is told 488", () => {
    const [, b] = encrypted(bench, "c1", "a", "b");
    bench.feed({ type: "refer", refer: { referId: "r", legId: b, to: "c" } });
    assert.deepEqual(
      bench.effectsOf("notify").map(({ status }) => status),
      [488],
    );
  });
});
