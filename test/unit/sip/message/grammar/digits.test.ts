import assert from "node:assert/strict";
import { digitsValue, parseContentLength, parseDigits } from "../../../../../src/sip/message/grammar/digits.ts";
import { valueOf } from "../messages.ts";

describe("parseDigits", () => {
  it("given leading zeros, when parsed, then they do not count", () => {
    assert.equal(valueOf(parseDigits("0068", 255)), 68);
  });
  it("given the greatest number allowed, when parsed, then it is taken and the next one is not", () => {
    assert.equal(valueOf(parseDigits("255", 255)), 255);
    assert.equal(parseDigits("256", 255).ok, false);
  });
  it("given a number beyond 2^64, when parsed, then it does not wrap", () => {
    assert.equal(parseDigits("36893488147419103233", Number.MAX_SAFE_INTEGER).ok, false);
  });
  for (const text of ["", "-1", "+1", " 1", "1 ", "1.5", "0x10", "1e3", "\u0661"]) {
    it(`given ${JSON.stringify(text)}, when parsed, then it is refused`, () => {
      assert.equal(parseDigits(text, 1_000_000).ok, false);
    });
  }
});

describe("digitsValue", () => {
  it("given indexes beyond the text, when read, then there is no number", () => {
    assert.equal(digitsValue("12", 0, 3, 1_000), -1);
  });
});

describe("parseContentLength", () => {
  it("given digits, when parsed, then they are octets", () => {
    assert.equal(valueOf(parseContentLength("349")), 349);
  });
  it("given a negative number, when parsed, then it is refused", () => {
    assert.equal(parseContentLength("-999").ok, false);
  });
});
