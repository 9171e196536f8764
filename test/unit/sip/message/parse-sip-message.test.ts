import assert from "node:assert/strict";
import { type MessageResult, parseSipMessage } from "../../../../src/sip/message/index.ts";
import { type Headers, textOf, valueOf } from "./messages.ts";

const INVITE = "INVITE sip:1002@example.com SIP/2.0";

function failureOf(result: MessageResult): Extract<MessageResult, { ok: false }> {
  assert.ok(!result.ok);
  return result;
}

const parseInvite = (headers: Headers, body: string) => parseSipMessage(textOf(INVITE, headers, body));

describe("parseSipMessage: body", () => {
  it("given no Content-Length, when parsed, then the rest of the datagram is the body (RFC 3261 18.3)", () => {
    assert.equal(valueOf(parseInvite({}, "v=0\r\n")).body, "v=0\r\n");
  });
  it("given more octets than Content-Length, when parsed, then body and text end where it says", () => {
    const message = valueOf(parseInvite({ "Content-Length": "3" }, "abcINVITE sip:x SIP/2.0\r\n"));
    assert.equal(message.body, "abc");
    assert.equal(message.text, textOf(INVITE, { "Content-Length": "3" }, "abc"));
  });
  it("given the compact form, when parsed, then it counts", () => {
    assert.equal(valueOf(parseInvite({ l: "0" }, "abc")).body, "");
  });
  it("given fewer octets than Content-Length, when parsed, then it fails and can be answered", () => {
    const failure = failureOf(parseInvite({ "Content-Length": "4" }, "abc"));
    assert.deepEqual([failure.status, failure.message?.get("call-id")], [400, "a84b4c76e66710@192.0.2.10"]);
  });
  it("given the same Content-Length twice, when parsed, then it counts once", () => {
    assert.equal(valueOf(parseInvite({ "Content-Length": ["3", "003"] }, "abc")).body, "abc");
  });
  it("given Content-Length as first header, when parsed, then it counts", () => {
    assert.equal(valueOf(parseSipMessage("SIP/2.0 200 OK\r\nContent-Length: 1\r\n\r\nabc")).body, "a");
  });
  for (const length of ["-1", "", "x", "3 3", "3,3", "1e1", "99999999999999999999", ["3", "2"], ["3", "x"]]) {
    it(`given Content-Length ${JSON.stringify(length)}, when parsed, then it fails`, () => {
      assert.equal(failureOf(parseInvite({ "Content-Length": length }, "abc")).status, 400);
    });
  }
});

describe("parseSipMessage: limits", () => {
  it("given a message above its limit, when parsed, then it is 513 and nothing of it is read", () => {
    const text = textOf(INVITE);
    assert.ok(parseSipMessage(text, { maxBytes: text.length }).ok);
    const failure = failureOf(parseSipMessage(text, { maxBytes: text.length - 1 }));
    assert.deepEqual([failure.status, failure.message], [513, undefined]);
  });
  it("given a start line above its limit, when parsed, then it is 414 and can be answered", () => {
    const failure = failureOf(parseSipMessage(textOf(`INVITE sip:${"a".repeat(5_000)} SIP/2.0`)));
    assert.deepEqual([failure.status, failure.message?.method, failure.message?.uri], [414, "INVITE", ""]);
  });
  it("given 10,000 headers, when parsed, then it fails and can be answered with the first of them", () => {
    const text = textOf(INVITE, { X: Array.from({ length: 10_000 }, () => "1") });
    const failure = failureOf(parseSipMessage(text, { maxBytes: text.length }));
    assert.deepEqual([failure.reason, failure.message?.fields.length], ["too many headers", 256]);
  });
  it("given a header above its limit, when parsed, then it fails and can be answered", () => {
    const failure = failureOf(parseSipMessage(textOf(INVITE, { Subject: "x".repeat(16_384) })));
    assert.deepEqual([failure.reason, failure.message?.get("cseq")], ["header line too long", "314159 INVITE"]);
  });
});

describe("parseSipMessage: what cannot be read", () => {
  for (const text of [
    "",
    "\r\n",
    "\r\n\r\n",
    "INVITE sip:a SIP/2.0",
    "\0\0\0\0",
    "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
  ]) {
    it(`given ${JSON.stringify(text)}, when parsed, then it fails and there is nothing to answer`, () => {
      assert.equal(failureOf(parseSipMessage(text)).message, undefined);
    });
  }
  it("given a bad request line, when parsed, then it fails and its headers can be answered", () => {
    const failure = failureOf(parseSipMessage(textOf("INVITE  sip:a  SIP/2.0")));
    assert.deepEqual(
      [failure.status, failure.message?.kind, failure.message?.method, failure.message?.get("to")],
      [400, "request", "INVITE", "<sip:1002@example.com>"],
    );
  });
  it("given a bad header line, when parsed, then it fails and the other headers can be answered", () => {
    const failure = failureOf(parseSipMessage(textOf(INVITE, { "b@d": "1" })));
    assert.deepEqual([failure.status, failure.message?.fields.length], [400, 7]);
  });
  it("given a head cut off, when parsed, then it fails and its whole lines can be answered", () => {
    const failure = failureOf(parseSipMessage(`${INVITE}\r\nTo: <sip:a>\r\nVia: SIP/2.0/UD`));
    assert.deepEqual(
      failure.message?.fields.map(({ name }) => name),
      ["to"],
    );
  });
  it("given a bad response, when parsed, then it fails and there is nothing to answer", () => {
    assert.equal(failureOf(parseSipMessage(textOf("SIP/2.0 99 x"))).message, undefined);
    assert.equal(failureOf(parseSipMessage(textOf("SIP/2.0 200 OK", { "Content-Length": "1" }))).message, undefined);
  });
  it("given line feeds without CR, when parsed, then it fails", () => {
    assert.equal(parseSipMessage(textOf(INVITE).replaceAll("\r\n", "\n")).ok, false);
  });
});

describe("parseSipMessage: version", () => {
  for (const [written, sent] of [
    ["INVITE sip:sip/2.0 sip/2.0", "INVITE sip:sip/2.0 SIP/2.0"],
    ["sip/2.0 200 sip/2.0", "SIP/2.0 200 sip/2.0"],
  ] as const) {
    it(`given ${written}, when parsed, then the text of the message has the version in upper case`, () => {
      const changed = { "Content-Length": "3", Subject: "sip/2.0" };
      const message = valueOf(parseSipMessage(textOf(written, changed, "abc and more")));
      assert.equal(message.text, textOf(sent, changed, "abc"));
      assert.deepEqual([message.version, message.get("subject"), message.body], ["SIP/2.0", "sip/2.0", "abc"]);
    });
  }
});
