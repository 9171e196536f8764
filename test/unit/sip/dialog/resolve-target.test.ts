import assert from "node:assert/strict";
import { nextHopOf, TargetResolver } from "../../../../src/sip/dialog/resolve-target.ts";
import type { Target, TransportProtocol } from "../../../../src/sip/transport/index.ts";

const NOT_AVAILABLE = "requested protocol/transport not available";

const cases: readonly (readonly [uri: string, ...expected: [TransportProtocol, string, number] | [string]])[] = [
  ["sip:a@b.example", "udp", "b.example", 5060],
  ["sip:a@b.example;transport=TCP", "tcp", "b.example", 5060],
  ["sip:a@b.example;transport=tls", "tls", "b.example", 5061],
  ["sip:a@b.example:5090;transport=tls", "tls", "b.example", 5090],
  ["sip:[2001:db8::1]:5070", "udp", "2001:db8::1", 5070],
  ["sip:a@b.example;maddr=192.0.2.1", "udp", "192.0.2.1", 5060],
  ["sip:a@x.invalid;transport=ws", "ws", "x.invalid", 80],
  ["sip:192.0.2.1:40000;transport=wss", "wss", "192.0.2.1", 40_000],
  ["sips:a@b.example", "tls", "b.example", 5061],
  ["sips:a@b.example;transport=tcp", "tls", "b.example", 5061],
  ["sips:a@x.invalid;transport=ws", "wss", "x.invalid", 443],
  ["sips:a@b.example;transport=udp", NOT_AVAILABLE],
  ["sip:a@b.example;transport=sctp", NOT_AVAILABLE],
  ["sips:a@b.example;transport=constructor", NOT_AVAILABLE],
  ["tel:+1555", "invalid request-uri: tel:+1555"],
];

describe("next hop of a URI", () => {
  for (const [uri, ...expected] of cases) {
    it(`given ${uri}, when read, then it is ${expected.join(" ")}`, () => {
      const [protocol, host, port] = expected;
      const want = host === undefined ? { ok: false, reason: protocol } : { ok: true, value: { protocol, host, port } };
      assert.deepEqual(nextHopOf(uri), want);
    });
  }
});

describe("TargetResolver", () => {
  const found: Readonly<Record<string, readonly string[]>> = {
    "both.example": ["2001:db8::1", "192.0.2.1"],
    "v6.example": ["2001:db8::1"],
  };
  const resolver = new TargetResolver(
    { canReach: (_protocol, address) => !address.includes(":"), speaks: (protocol) => protocol !== "ws" },
    (host, done) => done(found[host] ?? []),
  );
  const resolve = (protocol: TransportProtocol, host: string): Target | undefined => {
    let result: Target | undefined;
    resolver.resolve({ protocol, host, port: 5061 }, (target) => (result = target));
    return result;
  };

  it("given a host of both families, when resolved, then its address is one that we can speak to", () => {
    assert.deepEqual(resolve("udp", "both.example"), { protocol: "udp", address: "192.0.2.1", port: 5061 });
  });
  it("given a host of the other family only, when resolved, then its address is told all the same", () => {
    assert.equal(resolve("tcp", "v6.example")?.address, "2001:db8::1");
  });
  it("given a TLS host, when resolved, then it has to prove its name; an address has none", () => {
    assert.equal(resolve("tls", "both.example")?.serverName, "both.example");
    assert.deepEqual(resolve("tls", "192.0.2.9"), { protocol: "tls", address: "192.0.2.9", port: 5061 });
  });
  it("given a host without address, when resolved, then there is no target", () => {
    assert.equal(resolve("udp", "none.example"), undefined);
  });
  it("given a transport that nothing listens with, when the next hop is read, then it is refused", () => {
    assert.equal(resolver.nextHopOf("sip:a@b").ok, true);
    assert.deepEqual(resolver.nextHopOf("sip:a@b;transport=ws"), { ok: false, reason: NOT_AVAILABLE });
  });
});
