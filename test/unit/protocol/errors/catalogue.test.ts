import assert from "node:assert/strict";
import {
  ERROR_CATALOGUE,
  ERROR_FAMILIES,
  errorEnvelope,
  isErrorCode,
  jsonRpcNumberOf,
  restStatusOf,
  type ErrorCode,
} from "../../../../src/protocol/index.ts";

const CODES = Object.keys(ERROR_CATALOGUE) as ErrorCode[];

describe("the catalogue of errors", () => {
  it("given every code, when read, then its message and advice are sentences and its numbers those of its family or protocol", () => {
    for (const code of CODES) {
      const { message, advice, family } = ERROR_CATALOGUE[code];
      assert.match(code, /^[A-Z]+(?:_[A-Z]+)+$/);
      assert.match(message, /^[A-Z`].*\.$/, code);
      assert.match(advice, /^[A-Z`].*\.$/, code);
      const number = jsonRpcNumberOf(code);
      assert.ok(number === ERROR_FAMILIES[family].number || (number <= -32_600 && number >= -32_700), code);
      assert.ok(restStatusOf(code) >= 400 && restStatusOf(code) < 600, code);
    }
  });
  it("given the families, when compared, then no two have the same number, and each has a code", () => {
    const numbers = Object.values(ERROR_FAMILIES).map(({ number }) => number);
    assert.equal(new Set(numbers).size, numbers.length);
    for (const family of Object.keys(ERROR_FAMILIES))
      assert.ok(
        CODES.some((code) => ERROR_CATALOGUE[code].family === family),
        family,
      );
  });
  it("given facts of one error, when its envelope is made, then they stand in place of what the catalogue says", () => {
    const plain = errorEnvelope("CALL_WRONG_STATE");
    assert.equal(plain.outcome, "not_applied");
    assert.equal(plain.retry, "reconcile");
    assert.equal(plain.doc, "docs/cti/errors/CALL_WRONG_STATE.md");
    const told = errorEnvelope("CALL_WRONG_STATE", { message: "It rings.", outcome: "unknown", state: "ringing" });
    assert.deepEqual(told, { ...plain, message: "It rings.", outcome: "unknown", state: "ringing" });
  });
  it("given names that are no codes, when asked, then they are none", () => {
    assert.equal(isErrorCode("CALL_ENDED"), true);
    for (const name of ["toString", "__proto__", "call-ended", ""]) assert.equal(isErrorCode(name), false, name);
  });

  it("given an error that is to be tried again after a while, when nobody says how long, then it says so itself", () => {
    for (const code of Object.keys(ERROR_CATALOGUE).filter(isErrorCode)) {
      const { retry, retryAfterMs } = errorEnvelope(code);
      assert.equal(retryAfterMs !== undefined, retry === "after", code);
    }
    assert.equal(errorEnvelope("LIMIT_RATE", { retryAfterMs: 5 }).retryAfterMs, 5);
  });

  it("given limits that time alone does not lift, when one is reached, then the same is not to be sent again", () => {
    const lasting = ["LIMIT_CONNECTIONS", "LIMIT_DEVICES", "LIMIT_SUBSCRIPTIONS", "LIMIT_TOKEN_CALLS"] as const;
    assert.deepEqual(
      lasting.map((code) => errorEnvelope(code).retry),
      lasting.map(() => "never"),
    );
  });

  it("given a node that stops, when it is not known what was done, then it is not to be done again elsewhere", () => {
    assert.equal(errorEnvelope("NODE_DRAINING").retry, "other_node");
    assert.equal(errorEnvelope("NODE_DRAINING", { outcome: "unknown" }).retry, "reconcile");
  });
});
