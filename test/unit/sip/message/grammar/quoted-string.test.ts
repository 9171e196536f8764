import assert from "node:assert/strict";
import fc from "fast-check";
import { endOfQuoted, quote, unquote } from "../../../../../src/sip/message/grammar/quoted-string.ts";
import { printable } from "../arbitraries.ts";

describe("quoted strings", () => {
  it("given an escaped quote inside, when the end is looked for, then it is not taken for the end", () => {
    assert.equal(endOfQuoted('x"a\\"b" rest', 1), 7);
  });
  it("given no closing quote, when the end is looked for, then there is none", () => {
    assert.equal(endOfQuoted('"abc\\"', 0), -1);
  });
  it("given quoted pairs, when unquoted, then each is the character behind the backslash", () => {
    assert.equal(unquote('"J Rosenberg \\\\\\""'), 'J Rosenberg \\"');
  });
  it("given an escaped line feed, when unquoted, then it is resolved like any other", () => {
    assert.equal(unquote('"a\\\nb"'), "a\nb");
  });
  it("given quotes and backslashes, when quoted, then they are escaped", () => {
    assert.equal(quote('a"b\\c'), '"a\\"b\\\\c"');
  });
  it("given CR and LF, when quoted, then they become spaces, for nothing can escape them", () => {
    assert.equal(quote("a\r\nVia: b"), '"a  Via: b"');
  });
  it("given any text without CR and LF, when quoted and unquoted, then it is the same", () => {
    fc.assert(
      fc.property(printable, (text) => {
        const quoted = quote(text);
        assert.equal(endOfQuoted(quoted, 0), quoted.length);
        assert.equal(unquote(quoted), text);
      }),
    );
  });
});
