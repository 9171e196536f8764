import assert from "node:assert/strict";
import fc from "fast-check";
import { formatRequest, formatResponse, parseSipMessage } from "../../../../src/sip/message/index.ts";
import { headerName, headerValue, octets, printable, token } from "./arbitraries.ts";
import { valueOf } from "./messages.ts";

const fields = fc.array(fc.tuple(headerName, headerValue), { maxLength: 20 });

describe("formatRequest", () => {
  it("given headers and a body, when written, then Content-Length comes last and fits", () => {
    assert.equal(
      formatRequest("INFO", "sip:a@b", [["Via", "x"]], "abc"),
      "INFO sip:a@b SIP/2.0\r\nVia: x\r\nContent-Length: 3\r\n\r\nabc",
    );
  });
  for (const name of ["Content-Length", "content-length", "l", "L"]) {
    it(`given a header ${name}, when written, then the one that fits is written instead`, () => {
      assert.equal(formatRequest("A", "b:c", [[name, "99"]], ""), "A b:c SIP/2.0\r\nContent-Length: 0\r\n\r\n");
    });
  }
  it("given a header whose name is as long as Content-Length, when written, then it is kept", () => {
    assert.match(formatRequest("A", "b:c", [["X-Fourteen-Abc", "1"]], ""), /\r\nX-Fourteen-Abc: 1\r\n/);
  });
  for (const text of ["a\r\nVia: b", "a\nb", "a\rb"]) {
    it(`given ${JSON.stringify(text)} anywhere in the head, when written, then it throws`, () => {
      const invalid = { code: "invalid-header" };
      assert.throws(() => formatRequest("A", "b:c", [["X", text]], ""), invalid);
      assert.throws(() => formatRequest("A", "b:c", [[text, "x"]], ""), invalid);
      assert.throws(() => formatRequest("A", text, [], ""), invalid);
      assert.throws(() => formatResponse(200, text, [], ""), invalid);
    });
  }
  it("given any request, when written and parsed, then it is the same", () => {
    fc.assert(
      fc.property(token, fields, octets, (method, headers, body) => {
        const message = valueOf(parseSipMessage(formatRequest(method, "sip:a@b", headers, body)));
        assert.deepEqual(
          [message.kind, message.method, message.uri, message.body],
          ["request", method, "sip:a@b", body],
        );
        const read = message.fields.slice(0, -1).map(({ rawName, value }) => [rawName, value]);
        assert.deepEqual(read, headers);
        assert.equal(message.get("content-length"), String(body.length));
      }),
      { numRuns: 300 },
    );
  });
});

describe("formatResponse", () => {
  it("given any response, when written and parsed, then it is the same", () => {
    fc.assert(
      fc.property(fc.integer({ min: 100, max: 699 }), printable, fields, octets, (status, reason, headers, body) => {
        const message = valueOf(parseSipMessage(formatResponse(status, reason, headers, body)));
        assert.deepEqual([message.status, message.reason, message.body], [status, reason, body]);
        assert.equal(message.fields.length, headers.length + 1);
      }),
      { numRuns: 300 },
    );
  });
});
