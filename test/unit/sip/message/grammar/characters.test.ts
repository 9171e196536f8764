import assert from "node:assert/strict";
import {
  HOST,
  isAllOf,
  isOf,
  PARAM_VALUE,
  skipAllOf,
  skipSpace,
  TOKEN,
  trimSpaceEnd,
  USER,
} from "../../../../../src/sip/message/grammar/characters.ts";

describe("character classes", () => {
  it("given the tokens of RFC 3261, when each character is asked for, then exactly those are tokens", () => {
    let tokens = "";
    for (let code = 0; code < 256; code += 1) if (isOf(code, TOKEN)) tokens += String.fromCharCode(code);
    assert.equal(tokens, "!%'*+-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_`abcdefghijklmnopqrstuvwxyz~");
  });
  it("given two classes, when a character of either is asked for, then it belongs", () => {
    assert.ok(isOf("?".charCodeAt(0), HOST | USER));
    assert.ok(!isOf("?".charCodeAt(0), HOST));
  });
  it("given octets of UTF-8, when asked for, then all may stand in a parameter value and none in a token", () => {
    assert.deepEqual([isAllOf("\x80\xff", PARAM_VALUE), isAllOf("\x80", TOKEN)], [true, false]);
  });
  it("given the code behind the end of a text, when asked for, then it belongs to no class", () => {
    assert.equal(isOf("".charCodeAt(0), TOKEN), false);
  });
  it("given an empty text, when asked whether all of it is of a class, then it is not", () => {
    assert.equal(isAllOf("", TOKEN), false);
  });
  it("given text with a foreign character, when skipped, then the index stops there", () => {
    assert.equal(skipAllOf("abc;def", 1, TOKEN), 3);
  });
  it("given spaces and tabs, when skipped from both ends, then what is between remains", () => {
    const text = " \t value \t";
    const start = skipSpace(text, 0);
    assert.equal(text.slice(start, trimSpaceEnd(text, start, text.length)), "value");
  });
  it("given only spaces, when trimmed from the end, then the index stays at the start", () => {
    assert.equal(trimSpaceEnd("    ", 2, 4), 2);
  });
});
