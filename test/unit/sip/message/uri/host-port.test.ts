import assert from "node:assert/strict";
import { formatHost, parseHostPort } from "../../../../../src/sip/message/uri/host-port.ts";
import { valueOf } from "../messages.ts";

describe("parseHostPort", () => {
  it("given a name and a port, when parsed, then both and their end are found", () => {
    assert.deepEqual(valueOf(parseHostPort("@example.com:5070;lr", 1, false)), {
      host: "example.com",
      port: 5070,
      end: 17,
    });
  });
  it("given an IPv6 reference, when parsed, then the brackets are taken off", () => {
    assert.deepEqual(valueOf(parseHostPort("[2001:db8::10]:5070", 0, false)), {
      host: "2001:db8::10",
      port: 5070,
      end: 19,
    });
  });
  it("given a port inside the brackets, when parsed, then it is part of the address (RFC 5118 4.3)", () => {
    const { host, port } = valueOf(parseHostPort("[2001:db8::10:5070]", 0, false));
    assert.deepEqual({ host, port }, { host: "2001:db8::10:5070", port: undefined });
  });
  it("given white space around the colon, when it may stand there, then the port is found", () => {
    assert.equal(valueOf(parseHostPort("example.com : 5070", 0, true)).port, 5070);
  });
  it("given white space around the colon, when it may not stand there, then the host ends before it", () => {
    assert.deepEqual(valueOf(parseHostPort("example.com : 5070", 0, false)), {
      host: "example.com",
      port: undefined,
      end: 11,
    });
  });
  for (const text of [
    "",
    "[::1",
    "[]",
    "[12]",
    "[x::1]",
    "[::1%eth0]",
    "a:",
    "a:0",
    "a:65536",
    "a:x",
    "2001:db8::10",
  ]) {
    it(`given ${JSON.stringify(text)}, when parsed, then it is refused`, () => {
      assert.equal(parseHostPort(text, 0, false).ok, false);
    });
  }
  it("given a name of more than 255 octets, when parsed, then it is refused", () => {
    assert.equal(parseHostPort("a".repeat(256), 0, false).ok, false);
  });
});

describe("formatHost", () => {
  it("given an IPv6 address, when written, then it has brackets", () => {
    assert.equal(formatHost("::1"), "[::1]");
  });
  it("given a name or IPv4 address, when written, then it has none", () => {
    assert.equal(formatHost("192.0.2.1"), "192.0.2.1");
  });
});
