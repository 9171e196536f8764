import assert from "node:assert/strict";
import { nextHopOf, protocolsOf } from "../../../../src/sip/resolution/next-hop.ts";
import type { TransportProtocol } from "../../../../src/sip/transport/index.ts";

const NOT_AVAILABLE = "requested protocol/transport not available";
const OPEN = "protocol-and-port";

type Expected = [TransportProtocol, string, number, ("port" | typeof OPEN)?] | [string];

const cases: readonly (readonly [uri: string, ...expected: Expected])[] = [
  ["sip:a@b.example", "udp", "b.example", 5060, OPEN],
  ["sip:a@b.example;transport=TCP", "tcp", "b.example", 5060, "port"],
  ["sip:a@b.example;transport=tls", "tls", "b.example", 5061, "port"],
  ["sip:a@b.example:5090;transport=tls", "tls", "b.example", 5090],
  ["sip:a@b.example:5060", "udp", "b.example", 5060],
  ["sip:[2001:db8::1]:5070", "udp", "2001:db8::1", 5070],
  ["sip:a@192.0.2.1", "udp", "192.0.2.1", 5060],
  ["sip:a@b.example;maddr=192.0.2.1", "udp", "192.0.2.1", 5060],
  ["sip:a@x.invalid;transport=ws", "ws", "x.invalid", 80],
  ["sip:192.0.2.1:40000;transport=wss", "wss", "192.0.2.1", 40_000],
  ["sips:a@b.example", "tls", "b.example", 5061, OPEN],
  ["sips:a@b.example;transport=tcp", "tls", "b.example", 5061, "port"],
  ["sips:a@x.invalid;transport=ws", "wss", "x.invalid", 443],
  ["sips:a@b.example;transport=udp", NOT_AVAILABLE],
  ["sip:a@b.example;transport=sctp", NOT_AVAILABLE],
  ["sips:a@b.example;transport=constructor", NOT_AVAILABLE],
  ["tel:+1555", "invalid request-uri: tel:+1555"],
];

describe("next hop of a URI", () => {
  for (const [uri, ...expected] of cases) {
    it(`given ${uri}, when read, then it is ${expected.join(" ")}`, () => {
      const [protocol, host, port, open] = expected;
      const hop = { protocol, host, port, ...(open === undefined ? {} : { open }) };
      assert.deepEqual(nextHopOf(uri), host === undefined ? { ok: false, reason: protocol } : { ok: true, value: hop });
    });
  }

  for (const [uri, ...protocols] of [
    ["sip:b.example", "udp", "tcp", "tls"],
    ["sip:b.example;transport=tcp", "tcp"],
    ["sips:b.example", "tls"],
  ]) {
    it(`given ${uri}, when its transports are asked for, then they are ${protocols.join(", ")}`, () => {
      const hop = nextHopOf(uri ?? "");
      assert.deepEqual(hop.ok && protocolsOf(hop.value), protocols);
    });
  }
});
