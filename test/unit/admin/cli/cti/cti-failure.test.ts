import assert from "node:assert/strict";
import { ctiFailureLines, exitCodeOfCti, isCtiError } from "../../../../../src/admin/cli/cti/cti-failure.ts";
import { CtiError } from "../../../../../src/sdk/index.ts";

type Envelope = ConstructorParameters<typeof CtiError>[0];

function error(more: Partial<Envelope>): CtiError {
  return new CtiError({
    code: "CALL_WRONG_STATE",
    family: "CALL",
    message: "it is held",
    outcome: "not_applied",
    retry: "reconcile",
    ...more,
  });
}

describe("a failure of a CTI command", () => {
  it("given what the server says, when it is printed, then code, state, who did it and what to do are lines of it", () => {
    const actor = { user: "ann", session: "s", client: "desk" };
    assert.deepEqual(ctiFailureLines(error({ state: "held", expected: "talking", actor, sip: { status: 486 } })), [
      "it is held (CALL_WRONG_STATE)",
      "it is held now, and would have to be talking",
      "desk of ann has done it",
      "the far end said 486",
      "nothing was done; look at what has changed before you try again",
    ]);
  });

  it("given each outcome, when it is printed, then it says whether anything was done", () => {
    const last = (more: Partial<Envelope>): string => ctiFailureLines(error(more)).at(-1) ?? "";
    assert.match(last({ outcome: "unknown" }), /not known/);
    assert.equal(last({ outcome: "applied" }), "it was done");
    assert.equal(last({ retry: "after", retryAfterMs: 1_500 }), "nothing was done; try again in 2 s");
    assert.equal(last({ retry: "never" }), "nothing was done");
  });

  it("given what cannot be reached, when the command ends, then its code is 69, else 1", () => {
    assert.equal(exitCodeOfCti(error({ code: "NODE_UNAVAILABLE", family: "NODE" })), 69);
    assert.equal(exitCodeOfCti(error({})), 1);
    assert.equal(isCtiError(error({})), true);
    assert.equal(isCtiError(new Error("no")), false);
  });
});
