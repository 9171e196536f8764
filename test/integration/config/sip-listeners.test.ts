import assert from "node:assert/strict";
import { join } from "node:path";
import { ConfigError, parseConfig, type LoadedConfig } from "../../../src/config/index.ts";
import { resolveSettings } from "../../../src/main/node/resolve-settings.ts";

const parse = (text: string): LoadedConfig => {
  return parseConfig("x.yaml", text, "/etc/tandem", join(import.meta.dirname, "../../../sip-profiles"));
};
const listening = (...entries: string[]): string => `sip: { listen: [${entries.join(", ")}] }\n`;

/** A document, and `path: reason` of each problem. */
const cases: readonly (readonly [rule: string, document: string, ...problems: string[]])[] = [
  [
    "all transports on one port each",
    listening("{ transport: udp, address: '::1' }", "{ transport: tls, address: '::1' }"),
  ],
  [
    "both families on all addresses",
    listening("{ transport: udp, address: 0.0.0.0 }", "{ transport: udp, address: '::' }"),
  ],
  [
    "TLS on the port of TCP",
    listening("{ transport: tcp, address: 192.0.2.1 }", "{ transport: tls, address: 0.0.0.0, port: 5060 }"),
    "sip.listen[1]: takes the same port as sip.listen[0]",
  ],
  [
    "one IPv6 address in two spellings",
    listening("{ transport: udp, address: '2001:db8::1' }", "{ transport: udp, address: '2001:DB8:0:0::1' }"),
    "sip.listen[1]: takes the same port as sip.listen[0]",
  ],
  [
    "an address with a zone",
    listening("{ transport: udp, address: 'fe80::1%eth0' }"),
    'sip.listen[0].address: expected an IP address such as 192.0.2.10 or 2001:db8::10, found "fe80::1%eth0"',
  ],
  [
    "an advertised port alone",
    listening("{ transport: udp, address: 192.0.2.1, advertisedPort: 6000 }"),
    "sip.listen[0].advertisedPort: needs advertisedAddress beside it",
  ],
  [
    "an advertised address of the other family",
    listening("{ transport: udp, address: 192.0.2.1, advertisedAddress: '2001:db8::1' }"),
    "sip.listen[0].advertisedAddress: must be of the same kind as 192.0.2.1: IPv4 or IPv6",
  ],
  [
    "an advertised address that is all addresses",
    listening("{ transport: udp, address: 192.0.2.1, advertisedAddress: 0.0.0.0 }"),
    "sip.listen[0].advertisedAddress: must be an address that peers can send to",
  ],
  [
    "a certificate without its key",
    "sip: { tls: { certificate: a.pem } }",
    "sip.tls.certificate: needs sip.tls.key beside it",
  ],
  ["a key alone", "sip: { tls: { key: a.pem } }", "sip.tls.key: needs sip.tls.certificate beside it"],
  [
    "a name that is no host",
    "sip: { tls: { hosts: [{ name: a b, certificate: a, key: b }] } }",
    'sip.tls.hosts[0].name: expected a host name such as sip.example.org, found "a b"',
  ],
  [
    "the status page on the port of TLS",
    `${listening("{ transport: tls, address: 127.0.0.1, port: 8080 }")}http: {}`,
    "http.port: is the TCP port of sip.listen[0]",
  ],
  [
    "a peer on an address that no listener can speak to",
    "peers: [{ name: p, addresses: ['2001:db8::/64'], uri: 'sip:[2001:db8::1]' }]",
    "peers[0].uri: needs udp over IPv6, which sip.listen does not have",
  ],
  [
    "a peer whose name leaves its transport open, and only WebSocket",
    `${listening("{ transport: ws, address: 127.0.0.1 }")}peers: [{ name: p, addresses: [192.0.2.1], uri: 'sip:pbx.example' }]`,
    "peers[0].uri: needs udp, which sip.listen does not have",
  ],
  [
    "a name server that is a name",
    "sip: { dns: { servers: ['192.0.2.53:5353', '2001:db8::53', '[2001:db8::53]:53', ns.example] } }",
    'sip.dns.servers[3]: expected an IP address, with a port or without, such as 192.0.2.53:53, found "ns.example"',
  ],
  [
    "a name server's port out of range",
    "sip: { dns: { servers: ['192.0.2.53:0', '192.0.2.53:65536'] } }",
    'sip.dns.servers[0]: expected an IP address, with a port or without, such as 192.0.2.53:53, found "192.0.2.53:0"',
    'sip.dns.servers[1]: expected an IP address, with a port or without, such as 192.0.2.53:53, found "192.0.2.53:65536"',
  ],
  [
    "a TLS peer that is this node",
    `${listening("{ transport: tls, address: '::1' }")}peers: [{ name: p, addresses: ['::1'], uri: 'sip:[0::1];transport=tls' }]`,
    "peers[0].uri: is an address of this node: calls to it would come back",
  ],
  [
    "a peer that is known by nothing",
    "peers: [{ name: p, uri: 'sip:192.0.2.1' }]",
    "peers[0]: p needs addresses or certificateNames, which it is known by",
  ],
  [
    "a certificate's name without certificates asked for",
    "peers: [{ name: p, certificateNames: [a.example], uri: 'sip:192.0.2.1' }]",
    "peers[0].certificateNames: needs sip.tls.requestClientCertificate: true",
    "peers[0].certificateNames: needs sip.tls.ca, which its certificate is checked by",
  ],
  [
    "one certificate's name of two peers",
    "sip: { tls: { requestClientCertificate: true, ca: ca.pem } }\npeers: [{ name: p, certificateNames: [a.example], uri: 'sip:192.0.2.1' }, { name: q, certificateNames: [a.example], uri: 'sip:192.0.2.2' }]",
    'peers[1].certificateNames[0]: "a.example" is also peers[0].certificateNames[0]',
  ],
  [
    "one block of IPv6 addresses twice",
    "peers: [{ name: p, addresses: ['2001:db8::/64', '2001:db8::1', '2001:db8:0:0:7::/64'], uri: 'sip:192.0.2.1' }]",
    "peers[0].addresses[2]: 2001:db8:0:0:7::/64 is also peers[0].addresses[0]",
  ],
];

describe("configuration of SIP listeners", () => {
  for (const [rule, document, ...expected] of cases) {
    it(`given ${rule}, when checked, then ${expected.length === 0 ? "it is taken" : "it is said"}`, () => {
      let problems: string[] = [];
      try {
        parse(document);
      } catch (error) {
        assert.ok(error instanceof ConfigError);
        problems = error.problems.map(({ path, reason }) => `${path}: ${reason}`);
      }
      assert.deepEqual(problems, expected);
    });
  }
  it("given listeners without ports, when resolved, then each has its transport's, and addresses are canonical", () => {
    const loaded = parse(
      listening(
        "{ transport: tcp, address: '2001:DB8::0' }",
        "{ transport: tls, address: 10.0.0.1, advertisedAddress: 192.0.2.1, advertisedPort: 443 }",
        "{ transport: udp, address: 10.0.0.1, port: 5080, advertisedAddress: 192.0.2.1 }",
      ),
    );
    assert.deepEqual(resolveSettings(loaded, "/var/tandem").listeners, [
      { protocol: "tcp", address: "2001:db8::", port: 5060 },
      { protocol: "tls", address: "10.0.0.1", port: 5061, advertised: { address: "192.0.2.1", port: 443 } },
      { protocol: "udp", address: "10.0.0.1", port: 5080, advertised: { address: "192.0.2.1", port: 5080 } },
    ]);
  });
  it("given a secure listener, when resolved, then its files are absolute, the node's own when none is named", () => {
    const own = parse(listening("{ transport: tls, address: 127.0.0.1 }"));
    assert.deepEqual(resolveSettings(own, "/var/tandem").tls, {
      certificate: "/var/tandem/state/tls-certificate.pem",
      key: "/var/tandem/state/tls-key.pem",
      hosts: [],
      requestClientCertificate: false,
      verifyServers: true,
    });
    const named = parse(
      "sip: { listen: [{ transport: tls, address: 127.0.0.1 }], tls: { certificate: tls/a.pem, key: /keys/a.pem, ca: ca.pem, hosts: [{ name: b.example, certificate: b.pem, key: b.key }] } }",
    );
    const { certificate, key, ca, hosts } = resolveSettings(named, "/var/tandem").tls ?? assert.fail();
    assert.deepEqual(
      [certificate, key, ca, hosts],
      [
        "/etc/tandem/tls/a.pem",
        "/keys/a.pem",
        "/etc/tandem/ca.pem",
        [{ name: "b.example", certificate: "/etc/tandem/b.pem", key: "/etc/tandem/b.key" }],
      ],
    );
    assert.equal(resolveSettings(parse(""), "/var/tandem").tls, undefined);
  });
});
