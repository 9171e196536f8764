import assert from "node:assert/strict";
import {
  RelayReconciler,
  type RelayReconcilerOptions,
} from "../../../../../src/call/control/recovery/relay-reconciler.ts";
import { silentLogger } from "../../../../../src/common/index.ts";
import { eventually } from "../../../../support/eventually.ts";
import { ManualClock } from "../../../../support/manual-clock.ts";

describe("what the relay and calls know of each other", () => {
  it("given calls that ring, talk, or are answered meanwhile, when the relay knows some of each, then those that it does not know are told so, and no others", async () => {
    const lost: string[] = [];
    const session = (callId: string, state: string, isConfirmed = true) => ({
      callId,
      hasMedia: true,
      call: { state },
      media: { isConfirmed, lose: () => undefined },
      dispatch: ({ type }: { type: string }) => void lost.push(`${callId} ${type}`),
    });
    const sessions = [
      session("rings", "alerting"),
      session("rings on", "alerting"),
      session("talks", "established"),
      session("talks on", "established"),
    ];
    const answered = session("answers meanwhile", "alerting");
    sessions.push(answered, session("begins", "established", false));
    const found: string[] = [];
    const options = {
      relay: {
        connected: true,
        list: async () => {
          answered.call.state = "established";
          return [{ callId: "rings on" }, { callId: "talks on" }];
        },
      },
      table: { sessions, get: () => ({ hasMedia: true }) },
      clock: new ManualClock(),
      logger: silentLogger,
      onFound: (known: readonly { callId: string }[]) => void found.push(...known.map(({ callId }) => callId)),
    } as unknown as RelayReconcilerOptions;
    new RelayReconciler(options).start();
    await eventually(() => assert.equal(lost.length, 3), { timeoutMs: 1_000, intervalMs: 2 });
    assert.deepEqual(lost.sort(), ["answers meanwhile media-lost", "rings media-lost", "talks media-lost"]);
    assert.deepEqual(found, ["talks on"]);
  });
});
