import assert from "node:assert/strict";
import { transformNumber } from "../../../../src/call/trunk/transform-number.ts";
import type { Transformation } from "../../../../src/database/index.ts";

function transformed(number: string, transformation: Partial<Transformation>): string {
  return transformNumber(number, { stripDigits: 0, prefix: "", ...transformation });
}

describe("transformation of numbers", () => {
  it("given none, when a number passes, then it stays", () => {
    assert.equal(transformNumber("+4930123", undefined), "+4930123");
    assert.equal(transformed("+4930123", {}), "+4930123");
  });

  it("given a prefix, when a number has a plus, then the prefix takes its place", () => {
    assert.equal(transformed("+4930123", { prefix: "00" }), "004930123");
    assert.equal(transformed("+4930123", { prefix: "+" }), "+4930123");
    assert.equal(transformed("4930123", { prefix: "+" }), "+4930123");
  });

  it("given digits to strip, when a number passes, then they are taken off the front, and a plus with them", () => {
    assert.equal(transformed("90123", { stripDigits: 1 }), "0123");
    assert.equal(transformed("+4930123", { stripDigits: 2, prefix: "0" }), "030123");
    assert.equal(transformed("12", { stripDigits: 5 }), "");
    assert.equal(transformed("12", { stripDigits: 5, prefix: "7" }), "7");
  });

  it("given a mask, when a number is shorter or longer, then positions count from the right", () => {
    assert.equal(transformed("1001", { mask: "+4930555XXXX" }), "+49305551001");
    assert.equal(transformed("01", { mask: "+4930555XXXX" }), "+493055501");
    assert.equal(transformed("49305551001", { mask: "XXXX" }), "1001");
    assert.equal(transformed("+49305551001", { mask: "XXXX" }), "1001");
    assert.equal(transformed("1001", { mask: "5550" }), "5550");
  });

  it("given a mask, digits to strip and a prefix, when a number passes, then that is the order", () => {
    assert.equal(transformed("1001", { mask: "55XXXX", stripDigits: 1, prefix: "9" }), "951001");
  });

  it("given what is no number, when it passes, then it stays", () => {
    for (const text of ["anonymous", "alice", "", "+", "1;2"]) {
      assert.equal(transformed(text, { stripDigits: 0, mask: "XX" }), text === "" || text === "+" ? "" : text, text);
    }
  });
});
