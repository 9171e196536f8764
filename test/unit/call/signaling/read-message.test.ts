import assert from "node:assert/strict";
import { createRequire } from "node:module";
import type parser from "drachtio-srf/lib/sip-parser/parser.js";
import fc from "fast-check";
import { readMessage } from "../../../../src/call/signaling/read-message.ts";

const SDP = "v=0\r\no=- 1 1 IN IP4 192.0.2.7\r\ns=-\r\n";
const HEAD = "INVITE sip:1002@example.com SIP/2.0\r\nv: SIP/2.0/UDP a\r\nX-One: 1\r\nX-One: 2\r\nf: <sip:a@b>;tag=1";
const PARTS =
  `--one\r\nContent-Type: application/sdp\r\n\r\n${SDP}\r\n` +
  "--one\r\nContent-Type: text/plain\r\nContent-Disposition: render\r\n\r\nHello\r\n--one--\r\n";

/** drachtio-srf's own function, whatever this process has put in its place. */
const readOriginally = originalParser().parseSipMessage;

function originalParser(): typeof parser {
  const require = createRequire(import.meta.url);
  const path = require.resolve("drachtio-srf/lib/sip-parser/parser.js");
  const loaded = require.cache[path];
  delete require.cache[path];
  const original = require(path) as typeof parser;
  require.cache[path] = loaded;
  return original;
}

function withBody(type: string, body: string, length = String(body.length)): string {
  return `${HEAD}\r\nc: ${type}\r\nl: ${length}\r\n\r\n${body}`;
}

describe("readMessage", () => {
  const honest: Readonly<Record<string, string>> = {
    "a request without a body": `${HEAD}\r\n\r\n`,
    "a request with a session description": withBody("application/sdp", SDP),
    "a response": `SIP/2.0 180 Ringing\r\n${HEAD.slice(HEAD.indexOf("v:"))}\r\nContent-Length: 0\r\n\r\n`,
    "folds and odd white space": `${HEAD}\r\nSubject :  a\r\n b\r\n\tc\r\nl: 0\r\n\r\n`,
    "a body with empty lines": withBody("text/plain", "a\r\n\r\nb\r\n\r\nc"),
    "a body without Content-Length": `${HEAD}\r\nContent-Type: text/plain\r\n\r\na\r\n\r\nb`,
    "a body without Content-Type": `${HEAD}\r\nContent-Length: 3\r\n\r\nabc`,
    "octets behind the body": withBody("text/plain", "abc", "2"),
    "a body that ends early": withBody("text/plain", "abc", "20"),
    "a length that is none": withBody("text/plain", "abc", "1,1"),
    "octets of UTF-8": withBody("text/plain", "\xd0\xbd\xd0\xbe"),
    "two parts": withBody("multipart/mixed;boundary=one", PARTS),
    "two parts and a preamble": withBody("multipart/mixed;boundary=one", `none\r\n${PARTS}`),
    "a quoted boundary": withBody('multipart/mixed; type="a"; boundary="one"', PARTS),
    "a folded boundary": withBody("multipart/mixed;\r\n  boundary=one", PARTS),
    "a part without a type": withBody("multipart/mixed;boundary=one", "--one\r\n\r\nHello\r\n--one--\r\n"),
    "parts without a boundary": withBody("multipart/mixed", PARTS),
    "parts of another boundary": withBody("multipart/mixed;boundary=two", PARTS),
    "a head without an end": HEAD,
    "no message": "PUT\r\n\r\nx",
    "an empty line first": `\r\n\r\n${HEAD}\r\n\r\n`,
    nothing: "",
  };
  for (const [name, text] of Object.entries(honest)) {
    it(`given ${name}, when read, then it is what drachtio-srf makes of it`, () => {
      assert.deepEqual(readMessage(text, true), readOriginally(text, true));
    });
  }

  it("given any bodies in any parts, when read, then they are what drachtio-srf makes of them", () => {
    const token = fc.string({ unit: fc.constantFrom("a", "b", "-", "'"), minLength: 1, maxLength: 70 });
    const content = fc.array(fc.constantFrom("\r\n", "--", "a", " ", "Content-Type: x\r\n", ":"), { maxLength: 12 });
    const part = fc.tuple(fc.constantFrom("", "Content-Type: text/plain\r\n", "Content-ID: <a>\r\n"), content);
    fc.assert(
      fc.property(token, fc.array(part, { maxLength: 5 }), fc.boolean(), (boundary, parts, isQuoted) => {
        const lines = parts.map(([head, pieces]) => `--${boundary}\r\n${head}\r\n${pieces.join("")}\r\n`);
        const type = `multipart/mixed;boundary=${isQuoted ? `"${boundary}"` : boundary}`;
        const text = withBody(type, `${lines.join("")}--${boundary}--\r\n`);
        assert.deepEqual(readMessage(text, true), readOriginally(text, true));
      }),
      { numRuns: 1_000 },
    );
  });

  it("given a parameter behind the boundary, when read, then the parts are found all the same", () => {
    const payload = readMessage(withBody('multipart/mixed;boundary="one";charset=utf-8', PARTS), true)?.payload;
    assert.deepEqual(
      payload?.map(({ type }) => type),
      ["application/sdp", "text/plain"],
    );
  });

  it("given a boundary of more than 70 characters, when read, then the body is one part (RFC 2046 5.1.1)", () => {
    const type = `multipart/mixed;boundary=${"a".repeat(71)}`;
    assert.deepEqual(readMessage(withBody(type, PARTS), true)?.payload, [{ type, content: PARTS }]);
  });
});
