import assert from "node:assert/strict";
import type { PresentedParty } from "../../../../src/call/identity/presented-identity.ts";
import { callerForTrunk, inboundNumber, outboundNumber } from "../../../../src/call/trunk/trunk-numbers.ts";

const CALLER: PresentedParty = { number: "1001", displayName: "Alice" };

describe("numbers towards trunks", () => {
  it("given rules of both directions, when numbers pass, then each has its own", () => {
    const trunk = {
      inbound: { stripDigits: 7, prefix: "" },
      outbound: { stripDigits: 1, prefix: "+" },
    };
    assert.equal(inboundNumber(trunk, "49305551001"), "1001");
    assert.equal(outboundNumber(trunk, "04930123"), "+4930123");
    assert.equal(inboundNumber({}, "1001"), "1001");
    assert.equal(outboundNumber({}, "1001"), "1001");
  });

  it("given no rule for callers, when one calls, then it is shown as it is", () => {
    assert.equal(callerForTrunk({}, CALLER), CALLER);
  });

  it("given a transformation, when callers call, then numbers are changed and names stay", () => {
    const trunk = { callerId: { number: { mask: "+4930555XXXX", stripDigits: 0, prefix: "" }, withhold: false } };
    assert.deepEqual(callerForTrunk(trunk, CALLER), { number: "+49305551001", displayName: "Alice" });
    assert.equal(callerForTrunk(trunk, { number: "anonymous" }).number, "anonymous");
  });

  it("given a transformation that leaves nothing, when one calls, then its number stays", () => {
    const trunk = { callerId: { number: { stripDigits: 9, prefix: "" }, withhold: false } };
    assert.equal(callerForTrunk(trunk, CALLER).number, "1001");
  });

  it("given a fixed number or URI, when one calls whose number is a claim, then the fixed one is shown, and proven", () => {
    const claimed = { ...CALLER, isUnproven: true };
    assert.deepEqual(callerForTrunk({ callerId: { fixed: "+4930555", withhold: false } }, claimed), {
      number: "+4930555",
      displayName: "Alice",
      isUnproven: false,
    });
    const byUri = callerForTrunk({ callerId: { fixed: "sip:main%20desk@example.org", withhold: false } }, claimed);
    assert.equal(byUri.number, "main desk");
  });

  it("given callers that are withheld, when one calls that wanted to be seen, then it is anonymous, except in an emergency", () => {
    const trunk = { callerId: { withhold: true } };
    assert.deepEqual(callerForTrunk(trunk, { ...CALLER, privacy: ["none"] }).privacy, ["id"]);
    assert.deepEqual(callerForTrunk(trunk, { ...CALLER, privacy: ["user", "critical"] }).privacy, [
      "user",
      "critical",
      "id",
    ]);
    assert.equal(callerForTrunk(trunk, CALLER, false).privacy, undefined);
  });
});
