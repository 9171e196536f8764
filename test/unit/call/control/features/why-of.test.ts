import assert from "node:assert/strict";
import { whyOf } from "../../../../../src/call/control/features/why-of.ts";
import type { Outcome } from "../../../../../src/call/model/index.ts";

const CASES: readonly (readonly [Outcome, ReturnType<typeof whyOf>])[] = [
  [
    { by: "switch", reason: "no-answer", status: 480, cause: 19 },
    { cause: 19, sip: { status: 480 }, feature: "normal", by: "timer" },
  ],
  [
    { by: "switch", reason: "media-timeout", status: 200, cause: 102 },
    { cause: 102, feature: "normal", by: "timer" },
  ],
  [
    { by: "switch", reason: "edge-lost", status: 503, cause: 41 },
    { cause: 41, sip: { status: 503 }, feature: "node-failure", by: "system" },
  ],
  [
    { by: "switch", reason: "switch-stopped", status: 503, cause: 41 },
    { cause: 41, sip: { status: 503 }, feature: "normal", detail: "shutdown", by: "system" },
  ],
  [
    { by: "switch", reason: "media-refused", status: 488, cause: 88 },
    { cause: 88, sip: { status: 488 }, feature: "normal", by: "system" },
  ],
  [
    { by: "callee", reason: "busy", status: 486, cause: 17 },
    { cause: 17, sip: { status: 486 }, feature: "normal", by: "party" },
  ],
  [
    { by: "caller", reason: "normal", status: 200, cause: 16 },
    { cause: 16, feature: "normal", by: "party" },
  ],
];

describe("why a session has ended", () => {
  for (const [outcome, why] of CASES) {
    it(`given one that ended by ${outcome.by} (${outcome.reason}), when told, then it is by ${why.by}`, () => {
      assert.deepEqual(whyOf(outcome), why);
    });
  }
});
