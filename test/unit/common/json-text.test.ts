import assert from "node:assert/strict";
import { JsonText, jsonWith } from "../../../src/common/json-text.ts";

describe("jsonWith", () => {
  for (const [what, value, text] of [
    ["a value", { b: [1] }, '{"k":"a","v":{"b":[1]}}'],
    ["null", null, '{"k":"a","v":null}'],
    ["a value that is written out already", new JsonText('{"b": 1}'), '{"k":"a","v":{"b": 1}}'],
    ["a value that has one within", { b: new JsonText("[1,2]") }, '{"k":"a","v":{"b":[1,2]}}'],
    ["nothing", undefined, '{"k":"a"}'],
  ] as const) {
    it(`given ${what}, when written with a head, then it is a field of one object`, () => {
      assert.equal(jsonWith({ k: "a" }, "v", value), text);
    });
  }
});
