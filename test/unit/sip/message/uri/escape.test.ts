import assert from "node:assert/strict";
import fc from "fast-check";
import { USER } from "../../../../../src/sip/message/grammar/characters.ts";
import { escapeUriParam, escapeUser, isEscapedText, unescapeUser } from "../../../../../src/sip/message/uri/escape.ts";
import { octets } from "../arbitraries.ts";

describe("escapeUser and unescapeUser", () => {
  it("given escapes, when resolved, then each is one octet, NUL too (RFC 4475 3.1.1.4)", () => {
    assert.equal(unescapeUser("null-%00-null"), "null-\0-null");
  });
  it("given escaped separators, when resolved, then they are text (RFC 4475 3.1.1.3)", () => {
    assert.equal(unescapeUser("sips%3Auser%40example.com"), "sips:user@example.com");
  });
  it("given a percent sign that begins no escape, when resolved, then it stays", () => {
    assert.equal(unescapeUser("100%-%4"), "100%-%4");
  });
  it("given a star code with hash, when escaped, then the hash is escaped", () => {
    assert.equal(escapeUser("*72#"), "*72%23");
  });
  it("given text beyond latin1, when escaped, then its UTF-8 octets are", () => {
    assert.equal(escapeUser("\u0141"), "%C5%81");
  });
  it("given any octets, when escaped and resolved, then they are the same, and a valid user part", () => {
    fc.assert(
      fc.property(octets, (text) => {
        const escaped = escapeUser(text);
        assert.ok(isEscapedText(escaped, 0, escaped.length, USER));
        assert.equal(unescapeUser(escaped), text);
        assert.equal(unescapeUser(escapeUriParam(text)), text);
      }),
    );
  });
});

describe("isEscapedText", () => {
  for (const text of ["%", "%4", "%4x", "%x4", "a%zz", "a b", "a@b"]) {
    it(`given ${JSON.stringify(text)}, when checked, then it is no user part`, () => {
      assert.equal(isEscapedText(text, 0, text.length, USER), false);
    });
  }
});
