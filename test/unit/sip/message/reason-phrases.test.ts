import assert from "node:assert/strict";
import { reasonPhrase } from "../../../../src/sip/message/reason-phrases.ts";

describe("reasonPhrase", () => {
  it("given a registered status, when asked for, then it is its phrase", () => {
    assert.deepEqual([100, 200, 486, 487].map(reasonPhrase), ["Trying", "OK", "Busy Here", "Request Terminated"]);
  });
  it("given another status, when asked for, then it is the phrase of its class", () => {
    assert.deepEqual([299, 499, 699].map(reasonPhrase), ["OK", "Request Failure", "Global Failure"]);
  });
  it("given no status of SIP, when asked for, then it is unknown", () => {
    assert.deepEqual([0, 99, 700].map(reasonPhrase), ["Unknown", "Unknown", "Unknown"]);
  });
});
