import assert from "node:assert/strict";
import fc from "fast-check";
import { findJsonFault } from "../../../../src/admin/rest/problem/json-fault.ts";

describe("findJsonFault", () => {
  it("given JSON cut off anywhere, when searched, then the fault is where it ends", () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 4 }), fc.double({ min: 0, max: 1, noNaN: true }), (text, share) => {
        const cut = text.slice(0, Math.floor(text.length * share));
        fc.pre(!isJson(cut));
        const { line, column } = findJsonFault(cut);
        assert.equal(line, 1);
        assert.ok(column <= cut.length + 1);
      }),
    );
  });

  it("given anything that JSON.parse refuses, when searched, then a fault is within it", () => {
    const characters = fc.constantFrom(...'{}[]:,"\\ \n\t019.-+eEtrufalsn\u0001é');
    fc.assert(
      fc.property(fc.string({ unit: characters, maxLength: 40 }), (text) => {
        fc.pre(!isJson(text));
        const { line, column, expected } = findJsonFault(text);
        const lines = text.split("\n");
        assert.ok(line >= 1 && line <= lines.length);
        assert.ok(column >= 1 && column <= (lines[line - 1]?.length ?? 0) + 1);
        assert.notEqual(expected, "");
      }),
      { numRuns: 2_000 },
    );
  });

  it("given strings and numbers of any length, when searched, then the fault is found", () => {
    const long = "x".repeat(24 * 1024 * 1024);
    assert.equal(findJsonFault(`{"a": "${long}`).expected, "a value");
    assert.equal(findJsonFault(`["${long}\\n" 1]`).column, long.length + 7);
    assert.equal(findJsonFault(`${"1".repeat(long.length)}x`).expected, "the end");
    assert.equal(findJsonFault(`["\\x"]`).column, 2);
    assert.equal(findJsonFault(`["\\u12g4"]`).column, 2);
    assert.equal(findJsonFault(`["a\nb"]`).column, 2);
  });

  it("given JSON and something behind it, when searched, then the fault is what is behind it", () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 4 }), (text) => {
        const { column, expected } = findJsonFault(`${text} ?`);
        assert.equal(expected, "the end");
        assert.equal(column, text.length + 2);
      }),
    );
  });
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
