import assert from "node:assert/strict";
import { fieldText, formatSeconds } from "../../../src/admin/view/columns.ts";

describe("formatSeconds", () => {
  it("given seconds, when formatted, then the two largest units are shown", () => {
    const cases: [number, string][] = [
      [0, "0 s"],
      [-5, "0 s"],
      [12.9, "12 s"],
      [60, "1 min"],
      [423, "7 min 3 s"],
      [7_500, "2 h 5 min"],
      [3_601, "1 h"],
      [273_600, "3 d 4 h"],
    ];
    for (const [seconds, text] of cases) assert.equal(formatSeconds(seconds), text);
  });
});

describe("fieldText", () => {
  it("given plain fields, when asked, then they are text, and anything else is empty", () => {
    const row = { a: "x", b: 0, c: true, d: { e: "deep" }, f: null, g: [1] };
    assert.deepEqual(
      ["a", "b", "c", "d", "f", "g", "z"].map((key) => fieldText(row, key)),
      ["x", "0", "true", "", "", "", ""],
    );
    assert.equal(fieldText(row, "d", "e"), "deep");
    assert.equal(fieldText(row, "a", "b", "c"), "");
  });
});
