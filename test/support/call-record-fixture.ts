import type { CallRecord } from "../../src/call/index.ts";

const STARTED_AT_MS = Date.UTC(2026, 0, 1);

/** The record of a call from 1001 to 1002 that was not answered, or as told. */
export function recordFixture(overrides: Partial<CallRecord> = {}): CallRecord {
  const callId = overrides.callId ?? "call";
  const startedAtMs = overrides.startedAtMs ?? STARTED_AT_MS;
  const endedAtMs = overrides.endedAtMs ?? startedAtMs + 1_000;
  const cause = { q850: 17, name: "user busy", sipStatus: 486 };
  const times = { startedAtMs, disconnectedAtMs: endedAtMs, durationMs: 0 };
  return {
    callId,
    globalCallId: { node: "test", call: callId },
    caller: { device: "phone-1001", number: "1001", sipCallIds: ["a"] },
    calledNumber: "1002",
    callee: { device: "phone-1002", number: "1002", sipCallIds: ["b"] },
    numbers: {
      calling: { number: "1001", partition: "internal" },
      presented: { number: "1001" },
      dialed: "1002",
      originalCalled: { number: "1002", partition: "internal" },
      finalCalled: { number: "1002", partition: "internal" },
    },
    startedAt: new Date(startedAtMs).toISOString(),
    startedAtMs,
    legs: [
      {
        leg: 1,
        party: "caller",
        outcome: "refused",
        device: "phone-1001",
        deviceKind: "sip-phone",
        number: "1001",
        sipCallId: "a",
        ...times,
      },
      {
        leg: 2,
        party: "callee",
        outcome: "refused",
        device: "phone-1002",
        deviceKind: "sip-phone",
        number: "1002",
        sipCallId: "b",
        cause,
        ...times,
      },
    ],
    endedAt: new Date(endedAtMs).toISOString(),
    endedAtMs,
    durationMs: 0,
    ringMs: 1_000,
    cause,
    reason: "busy",
    endedBy: "callee",
    sides: [],
    ...overrides,
  };
}
