import assert from "node:assert/strict";
import fc from "fast-check";
import { formatVia, isRfc3261Branch, parseVia } from "../../../../../src/sip/message/header/via.ts";
import { via } from "../arbitraries.ts";
import { valueOf } from "../messages.ts";

describe("parseVia", () => {
  it("given every part, when parsed, then each is found", () => {
    const value = valueOf(parseVia("SIP/2.0/udp 192.0.2.1:5070;branch=z9hG4bK1;rport=1024;received=192.0.2.9;ttl=1"));
    assert.deepEqual(value, {
      version: "SIP/2.0",
      protocol: "UDP",
      host: "192.0.2.1",
      port: 5070,
      branch: "z9hG4bK1",
      received: "192.0.2.9",
      rport: 1024,
      params: new Map([
        ["branch", "z9hG4bK1"],
        ["rport", "1024"],
        ["received", "192.0.2.9"],
        ["ttl", "1"],
      ]),
    });
  });
  it("given white space wherever it may stand, when parsed, then it does not count (RFC 4475 3.1.1.1)", () => {
    const value = valueOf(parseVia("SIP  / 2.0  / TCP     spindle.example.com  :  5070 ; branch  =   z9hG4bK9ikj8"));
    assert.deepEqual(
      [value.version, value.protocol, value.host, value.port, value.branch],
      ["SIP/2.0", "TCP", "spindle.example.com", 5070, "z9hG4bK9ikj8"],
    );
  });
  it("given a list, when parsed, then only the first value is looked at", () => {
    assert.equal(valueOf(parseVia("SIP/2.0/UDP a;branch=1, garbage")).branch, "1");
  });
  it("given rport without a value, when parsed, then it is asked for", () => {
    assert.equal(valueOf(parseVia("SIP/2.0/UDP a;rport")).rport, true);
  });
  it("given no parameters, when parsed, then none is there", () => {
    const { branch, received, rport } = valueOf(parseVia("SIP/2.0/UDP a"));
    assert.deepEqual([branch, received, rport], [undefined, undefined, undefined]);
  });
  for (const received of ["[2001:db8::9:255]", "2001:db8::9:255"]) {
    it(`given received=${received}, when parsed, then it is the bare address (RFC 5118 4.5)`, () => {
      assert.equal(valueOf(parseVia(`SIP/2.0/UDP [::1];received=${received}`)).received, "2001:db8::9:255");
    });
  }
  for (const [text, why] of [
    ["", "empty"],
    ["SIP/2.0/UDP", "no host"],
    ["SIP/2.0 host", "no transport"],
    ["SIP/2.0/UDPhost;branch=1", "no space before the host"],
    ["/2.0/UDP host", "no protocol"],
    ["SIP//UDP host", "no version"],
    ["SIP/2.0/UDP 192.0.2.15;;,;,,", "empty parameters (RFC 4475 3.1.2.1)"],
    ["SIP/2.0/UDP host:99999", "port too high"],
    ["SIP/2.0/UDP host;rport=x", "rport is no number"],
    ["SIP/2.0/UDP host;rport=0", "rport is no port"],
    ["SIP/2.0/UDP ho st", "text behind the host"],
  ] as const) {
    it(`given ${JSON.stringify(text)} (${why}), when parsed, then it is refused`, () => {
      assert.equal(parseVia(text).ok, false);
    });
  }
});

describe("formatVia", () => {
  it("given any Via, when written and parsed, then it is the same", () => {
    fc.assert(
      fc.property(via, (value) => {
        const { version, protocol, host, port, params } = valueOf(parseVia(formatVia(value)));
        assert.deepEqual({ version, protocol, host, port, params }, { ...value, params: new Map(value.params) });
      }),
    );
  });
});

describe("isRfc3261Branch", () => {
  it("given the cookie and more, when asked, then it is one", () => {
    assert.equal(isRfc3261Branch("z9hG4bK1"), true);
  });
  it("given the bare cookie, another start or none, when asked, then it is not (RFC 4475 3.2.1)", () => {
    assert.deepEqual(["z9hG4bK", "390skdjuw", undefined].map(isRfc3261Branch), [false, false, false]);
  });
});
