import assert from "node:assert/strict";
import {
  RelayReconciler,
  type RelayReconcilerOptions,
} from "../../../../../src/call/control/recovery/relay-reconciler.ts";
import { silentLogger } from "../../../../../src/common/index.ts";
import { eventually } from "../../../../support/eventually.ts";
import { ManualClock } from "../../../../support/manual-clock.ts";

describe("what the relay and calls know of each other", () => {
  it("given calls that ring and calls that talk, when the relay knows some of each, then those that it does not know are told so, and no others", async () => {
    const lost: string[] = [];
    const session = (callId: string, state: string): object => ({
      callId,
      hasMedia: true,
      call: { state },
      media: { lose: () => undefined },
      dispatch: ({ type }: { type: string }) => void lost.push(`${callId} ${type}`),
    });
    const sessions = [
      session("rings", "alerting"),
      session("rings on", "alerting"),
      session("talks", "established"),
      session("talks on", "established"),
    ];
    const found: string[] = [];
    const options = {
      relay: { connected: true, list: async () => [{ callId: "rings on" }, { callId: "talks on" }] },
      table: { sessions, get: () => ({ hasMedia: true }) },
      clock: new ManualClock(),
      logger: silentLogger,
      onFound: (known: readonly { callId: string }[]) => void found.push(...known.map(({ callId }) => callId)),
    } as unknown as RelayReconcilerOptions;
    new RelayReconciler(options).start();
    await eventually(() => assert.equal(lost.length, 2), { timeoutMs: 1_000, intervalMs: 2 });
    assert.deepEqual(lost.sort(), ["rings media-lost", "talks media-lost"]);
    assert.deepEqual(found, ["talks on"]);
  });
});
