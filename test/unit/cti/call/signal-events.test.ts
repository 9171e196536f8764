import assert from "node:assert/strict";
import { eventsOf } from "../../../../src/cti/call/signal-events.ts";
import type { CallView, CtiSignal } from "../../../../src/signals/index.ts";

const TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
const WHY = { cause: 16, feature: "normal", by: "party" } as const;
const SIGNAL: CtiSignal = {
  kind: "call",
  call: { callId: "c1", ver: 3 } as CallView,
  changes: [
    { type: "connection", connectionId: "c1/1", state: "disconnected", why: WHY },
    { type: "call", state: "invalid", why: WHY },
  ],
};

describe("eventsOf", () => {
  it("given a signal of a command with a trace context, when it is told, then each of its events has that; without one none has the field", () => {
    const facts = [
      { type: "call.connection", callId: "c1", ver: 3, connectionId: "c1/1", state: "disconnected" },
      { type: "call.state", callId: "c1", ver: 3, state: "invalid" },
    ];
    assert.deepEqual(eventsOf(SIGNAL), facts);
    assert.deepEqual(
      eventsOf({ ...SIGNAL, traceparent: TRACE }),
      facts.map((fact) => ({ ...fact, traceparent: TRACE })),
    );
  });
});
