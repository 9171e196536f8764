import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConfigError, loadConfig, parseConfig, type LoadedConfig } from "../../../src/config/index.ts";

const builtIn = join(import.meta.dirname, "../../../sip-profiles");
const phone = 'name: a, number: "1001", password: x';
const peer = "name: p, addresses: [192.0.2.1], uri: 'sip:192.0.2.1'";

/** A document, and what must be said of it: `line:column path: reason` for each problem. */
type Case = readonly [rule: string, document: string, ...problems: string[]];

const schemaCases: readonly Case[] = [
  ["an unknown section", "htpt: {}", "1:1 htpt: unknown key; did you mean http?"],
  [
    "an unknown key",
    "node: {\n  colour: red }",
    "2:3 node.colour: unknown key; known here: name, dataDir, orphanGraceSeconds",
  ],
  ["edge.kind", "edge: { kind: stock }", '1:15 edge.kind: expected embedded or drachtio, found "stock"'],
  [
    "edge.host",
    "edge: { kind: drachtio, host: '-a', secret: b }",
    '1:31 edge.host: expected a host name or IPv4 address, found "-a"',
  ],
  ["a list for a document", "- a", "1:1 : expected a mapping (key: value), found a list"],
  ["a section that is nothing", "sip:", "1:5 sip: expected a mapping (key: value), found nothing"],
  [
    "node.name",
    "node: { name: Node 1 }",
    '1:15 node.name: expected 1 to 32 small letters, digits or dashes, found "Node 1"',
  ],
  ["node.dataDir", 'node: { dataDir: "" }', "1:18 node.dataDir: must have at least 1 characters, found 0"],
  [
    "node.orphanGraceSeconds",
    "node: { orphanGraceSeconds: 0 }",
    "1:29 node.orphanGraceSeconds: must be at least 1, found 0",
  ],
  ["sip.realm", "sip: { realm: a b }", '1:15 sip.realm: expected a domain name such as example.org, found "a b"'],
  ["sip.listen", "sip: { listen: [] }", "1:16 sip.listen: must have at least 1 entry, found 0"],
  [
    "sip.listen[].transport",
    "sip: { listen: [{ transport: sctp, address: 127.0.0.1 }] }",
    '1:30 sip.listen[0].transport: expected udp or tcp or tls or ws or wss, found "sctp"',
  ],
  [
    "sip.listen[].address",
    "sip: { listen: [{ transport: udp, address: localhost }] }",
    '1:44 sip.listen[0].address: expected an IP address such as 192.0.2.10 or 2001:db8::10, found "localhost"',
  ],
  [
    "sip.listen[].port",
    "sip: { listen: [{ transport: udp, address: 127.0.0.1, port: 65536 }] }",
    "1:61 sip.listen[0].port: must be at most 65535, found 65536",
  ],
  ["http.address", "http: { address: 7 }", '1:18 http.address: expected text, found 7; write it in quotes: "7"'],
  ["http.port", "http: { port: 80.5 }", "1:15 http.port: expected a whole number, found 80.5"],
  ...["", "correct horse battery", "fifteen-letters", "x".repeat(129), "quite-long-enough-ü"].map((token): Case => {
    const problem = "1:16 http.token: expected 16 to 128 letters, digits or . _ ~ + / = -, found ***";
    return ["http.token", `http: { token: "${token}" }`, problem];
  }),
  [
    "http.hostNames",
    'http: { hostNames: [tandem.example.org, "http://tandem", "a..b", 7] }',
    '1:41 http.hostNames[1]: expected a DNS name such as tandem.example.org, found "http://tandem"',
    '1:58 http.hostNames[2]: expected a DNS name such as tandem.example.org, found "a..b"',
    '1:66 http.hostNames[3]: expected text, found 7; write it in quotes: "7"',
  ],
  [
    "media.address",
    "media: { address: x }",
    '1:19 media.address: expected an IPv4 address such as 192.0.2.10, found "x"',
  ],
  [
    "media.advertisedAddress",
    "media: { advertisedAddress: x }",
    '1:29 media.advertisedAddress: expected an IPv4 address such as 192.0.2.10, found "x"',
  ],
  [
    "media.portRange.min",
    "media: { portRange: { min: 80 } }",
    "1:28 media.portRange.min: must be at least 1024, found 80",
  ],
  [
    "media.portRange.max",
    "media: { portRange: { max: 70000 } }",
    "1:28 media.portRange.max: must be at most 65535, found 70000",
  ],
  ["media.portRestMs", "media: { portRestMs: -1 }", "1:22 media.portRestMs: must be at least 0, found -1"],
  [
    "media.rtpTimeoutSeconds",
    "media: { rtpTimeoutSeconds: 1 }",
    "1:29 media.rtpTimeoutSeconds: must be at least 10, found 1",
  ],
  ["call.maxCalls", "call: { maxCalls: many }", '1:19 call.maxCalls: expected a number, found "many"'],
  [
    "call.serialRingSeconds",
    "call: { serialRingSeconds: 1 }",
    "1:28 call.serialRingSeconds: must be at least 5, found 1",
  ],
  [
    "call.endpoints keys",
    "call: { endpoints: { abc: echo } }",
    "1:22 call.endpoints.abc: expected 1 to 32 digits, * or #, after a + or not",
  ],
  [
    "call.endpoints values",
    "call: { endpoints: { 9196: ehco } }",
    '1:28 call.endpoints.9196: expected echo or demo, found "ehco"',
  ],
  ["log.level", "log: { level: loud }", '1:15 log.level: expected error or warn or info or debug, found "loud"'],
  ["log.maxFileMegabytes", "log: { maxFileMegabytes: 0 }", "1:26 log.maxFileMegabytes: must be at least 1, found 0"],
  ["log.maxFiles", "log: { maxFiles: 1000 }", "1:18 log.maxFiles: must be at most 100, found 1000"],
  ["sipProfilesDir", "sipProfilesDir: [a]", "1:17 sipProfilesDir: expected text, found a list"],
  ["phones", "phones: {}", "1:9 phones: expected a list (- item), found a mapping"],
  ["phones[].name", 'phones: [{ number: "1", password: x }]', "1:10 phones[0].name: is missing"],
  [
    "phones[].number",
    "phones: [{ name: a, number: 1001, password: x }]",
    '1:29 phones[0].number: expected text, found 1001; write it in quotes: "1001"',
  ],
  [
    "phones[].number, of digits that YAML reads otherwise",
    "phones: [{ name: a, number: 0123, password: x }, { name: b, number: 1e3, password: x }, { name: c, number: true }]",
    '1:29 phones[0].number: expected text, found 0123; write it in quotes: "0123"',
    '1:69 phones[1].number: expected text, found 1e3; write it in quotes: "1e3"',
    '1:108 phones[2].number: expected text, found true; write it in quotes: "true"',
  ],
  [
    "phones[].user",
    `phones: [{ ${phone}, user: "a b" }]`,
    '1:56 phones[0].user: expected 1 to 64 characters of a SIP user name, found "a b"',
  ],
  [
    "phones[].password, which is not shown",
    'phones: [{ name: a, number: "1001", password: 12345 }]',
    "1:47 phones[0].password: expected text, found ***; write it in quotes",
  ],
  [
    "phones[].ha1, which is not shown",
    'phones: [{ name: a, number: "1001", ha1: { MD5: 0a4f } }]',
    "1:49 phones[0].ha1.MD5: expected 32 hex digits: MD5 of user:realm:password, found ***",
  ],
  [
    "phones[].displayName with a line break",
    `phones: [{ ${phone}, displayName: "A\\r\\nB" }]`,
    '1:63 phones[0].displayName: must not contain control characters, found "A\\r\\nB"',
  ],
  ["phones[].maxCalls", `phones: [{ ${phone}, maxCalls: 0 }]`, "1:60 phones[0].maxCalls: must be at least 1, found 0"],
  [
    "peers[].addresses",
    "peers: [{ name: p, addresses: [192.0.2.0/33], uri: 'sip:192.0.2.1' }]",
    '1:32 peers[0].addresses[0]: expected an IP address or block such as 192.0.2.0/24 or 2001:db8::/64, found "192.0.2.0/33"',
  ],
  [
    "peers[].uri",
    "peers: [{ name: p, addresses: [192.0.2.1], uri: 'sips:192.0.2.1' }]",
    '1:49 peers[0].uri: expected a URI such as sip:192.0.2.1:5060;transport=udp, found "sips:192.0.2.1"',
  ],
  [
    "peers[].prefixes",
    `peers: [{ ${peer}, prefixes: [nine] }]`,
    '1:77 peers[0].prefixes[0]: expected up to 32 digits, * or #, after a + or not, found "nine"',
  ],
  ["peers[].maxCalls", `peers: [{ ${peer}, maxCalls: 0 }]`, "1:76 peers[0].maxCalls: must be at least 1, found 0"],
];

const crossCases: readonly Case[] = [
  [
    "listeners that overlap",
    "sip:\n  listen:\n    - { transport: udp, address: 0.0.0.0 }\n    - { transport: tcp, address: 127.0.0.1 }\n    - { transport: udp, address: 127.0.0.1 }",
    "5:7 sip.listen[2]: takes the same port as sip.listen[0]",
  ],
  [
    "a drachtio server without address and secret",
    "edge: { kind: drachtio }",
    "1:7 edge: needs edge.host with kind: drachtio",
    "1:7 edge: needs edge.secret with kind: drachtio",
  ],
  [
    "the address of a drachtio server with the embedded edge",
    "edge: { host: a, port: 9022, secret: b }",
    "1:15 edge.host: is for edge.kind: drachtio only",
    "1:24 edge.port: is for edge.kind: drachtio only",
    "1:38 edge.secret: is for edge.kind: drachtio only",
  ],
  [
    "listeners of our own with a drachtio server",
    "edge: { kind: drachtio, host: a, secret: b }\nsip: { listen: [{ transport: udp, address: 127.0.0.1 }] }",
    "2:16 sip.listen: has no effect with edge.kind: drachtio, which has listeners of its own; leave it out",
  ],
  ["http on SIP's TCP port", "http: { port: 5060 }", "1:15 http.port: is the TCP port of sip.listen[1]"],
  [
    "http beyond loopback without a token",
    "http: { address: 192.0.2.1 }",
    "1:18 http.address: needs http.token, being no loopback address",
  ],
  [
    "an odd first port",
    "media: { portRange: { min: 20001 } }",
    "1:28 media.portRange.min: must be even: RTP has even ports, RTCP the next odd ones",
  ],
  [
    "an even last port",
    "media: { portRange: { max: 30000 } }",
    "1:28 media.portRange.max: must be odd: it is the RTCP port of the last pair",
  ],
  [
    "a range without room for a call",
    "media: { portRange: { min: 20000, max: 20001 } }",
    "1:40 media.portRange.max: must leave at least four ports from min on, the ports of one call",
  ],
  [
    "a relay on all addresses that advertises none",
    "media: { address: 0.0.0.0 }",
    "1:19 media.address: needs media.advertisedAddress, since 0.0.0.0 cannot be put into SDP",
  ],
  [
    "an advertised address that nobody can send to",
    "media: { advertisedAddress: 0.0.0.0 }",
    "1:29 media.advertisedAddress: must be an address that phones can send to",
  ],
  [
    "SIP inside the relay's ports",
    "sip: { listen: [{ transport: udp, address: 127.0.0.1, port: 20000 }] }",
    "1:61 sip.listen[0].port: lies in media.portRange 20000 to 29999",
  ],
  [
    "a data-dir too long for sockets",
    `node: { dataDir: /${"x".repeat(74)} }`,
    `1:18 node.dataDir: /${"x".repeat(74)} has 75 bytes; at most 74 leave room for the paths of sockets`,
  ],
  [
    "a name twice",
    `phones: [{ ${phone} }, { name: a, number: "1002", password: x }]`,
    '1:60 phones[1].name: "a" is also phones[0].name',
  ],
  [
    "a name of a phone and a peer",
    `phones: [{ ${phone} }]\npeers: [{ name: a, addresses: [192.0.2.1], uri: "sip:192.0.2.1" }]`,
    '2:17 peers[0].name: "a" is also phones[0].name',
  ],
  [
    "a number twice",
    `phones: [{ ${phone} }, { name: b, number: "1001", password: x }]`,
    '1:71 phones[1].number: "1001" is also phones[0].number',
  ],
  [
    "a number that is an endpoint",
    `call: { endpoints: { "1001": echo } }\nphones: [{ ${phone} }]`,
    '2:29 phones[0].number: "1001" is also call.endpoints.1001',
  ],
  [
    "a user twice",
    `phones: [{ ${phone}, user: u }, { name: b, number: "1002", user: u, password: x }]`,
    '1:94 phones[1].user: "u" is also phones[0].user',
  ],
  [
    "a user that is another phone's number",
    `phones: [{ ${phone} }, { name: b, number: "1002", user: "1001", password: x }]`,
    '1:85 phones[1].user: "1001" is also phones[0].number',
  ],
  [
    "no password",
    'phones: [{ name: a, number: "1001" }]',
    "1:10 phones[0].password: is missing (or ha1); a phone without it cannot register",
  ],
  [
    "password and ha1",
    `phones: [{ ${phone}, ha1: { MD5: ${"a".repeat(32)} } }]`,
    "1:55 phones[0].ha1: and password exclude each other",
  ],
  [
    "ha1 without the profile's algorithm",
    'phones: [{ name: a, number: "1001", ha1: {} }]',
    "1:42 phones[0].ha1: has no MD5, which profile standard-phone offers",
  ],
  [
    "an unknown profile",
    `phones: [{ ${phone}, profile: baresipp }]`,
    '1:59 phones[0].profile: unknown profile "baresipp"; known phone profiles: baresip, cti-port, linphone, route-point, sipp, standard-phone',
  ],
  [
    "an unknown profile and a number twice beside other faults",
    `phones: [{ ${phone} }, { name: b, number: "1001", maxCalls: 0, profile: nope }]\npeers: [{ name: a, profile: trunc }]`,
    '1:71 phones[1].number: "1001" is also phones[0].number',
    "1:89 phones[1].maxCalls: must be at least 1, found 0",
    '1:101 phones[1].profile: unknown profile "nope"; known phone profiles: baresip, cti-port, linphone, route-point, sipp, standard-phone',
    "2:9 peers[0].uri: is missing",
    '2:17 peers[0].name: "a" is also phones[0].name',
    '2:29 peers[0].profile: unknown profile "trunc"; known trunk profiles: trunk',
  ],
  [
    "a trunk's profile for a phone",
    `phones: [{ ${phone}, profile: trunk }]`,
    '1:59 phones[0].profile: profile "trunk" is of kind trunk; known phone profiles: baresip, cti-port, linphone, route-point, sipp, standard-phone',
  ],
  [
    "a phone's profile for a peer",
    `peers: [{ ${peer}, profile: sipp }]`,
    '1:75 peers[0].profile: profile "sipp" is of kind phone; known trunk profiles: trunk',
  ],
  [
    "emergency calls that lead nowhere, and a number that is another's",
    `call: { endpoints: { "113": echo }, emergency: { numbers: ["112", "113"], route: exchange } }\nphones: [{ ${phone} }]`,
    '1:67 call.emergency.numbers[1]: "113" is also call.endpoints.113',
    '1:82 call.emergency.route: "exchange" is neither the name of a peer nor the number of a phone',
  ],
  [
    "emergency calls without a number",
    `call: { emergency: { numbers: [], route: "1001" } }\nphones: [{ ${phone} }]`,
    "1:31 call.emergency.numbers: must have at least 1 entry, found 0",
  ],
  [
    "a peer over a transport that is not there",
    "sip: { listen: [{ transport: udp, address: 127.0.0.1 }] }\npeers: [{ name: p, addresses: [192.0.2.1], uri: 'sip:192.0.2.1;transport=tcp' }]",
    "2:49 peers[0].uri: needs tcp, which sip.listen does not have",
  ],
  [
    "a peer that is this node",
    "peers: [{ name: p, addresses: [192.0.2.1], uri: 'sip:127.0.0.1:5060' }]",
    "1:49 peers[0].uri: is an address of this node: calls to it would come back",
  ],
  [
    "a peer's port out of range",
    "peers: [{ name: p, addresses: [192.0.2.1], uri: 'sip:192.0.2.1:65536' }]",
    "1:49 peers[0].uri: has a port outside 1 to 65535",
  ],
  [
    "a block of addresses twice",
    "peers: [{ name: p, addresses: [192.0.2.0/24, 192.0.2.7, 192.0.2.9/24], uri: 'sip:192.0.2.1' }]",
    "1:57 peers[0].addresses[2]: 192.0.2.9/24 is also peers[0].addresses[0]",
  ],
  [
    "a prefix twice",
    `peers: [{ ${peer}, prefixes: ["9", "90", "9"] }]`,
    '1:88 peers[0].prefixes[2]: "9" is also peers[0].prefixes[0]',
  ],
];

describe("configuration rules", () => {
  for (const [rule, document, ...expected] of [...schemaCases, ...crossCases]) {
    it(`given ${rule}, when checked, then its line, column, path and reason are said`, () => {
      assert.deepEqual(problemsOf(document), expected);
    });
  }

  it("given faults of the schema and between sections, when checked, then all are said in the order of the file", () => {
    const document = [
      "http: { port: 5060 }",
      "log: { level: loud }",
      'phones: [{ name: a, number: "1001", password: x }, { name: b }, { name: a, number: "1001", password: x }]',
    ].join("\n");
    assert.deepEqual(
      problemsOf(document).map((problem) => problem.replace(/: .*/, "")),
      ["1:15 http.port", "2:15 log.level", "3:52 phones[1].number", "3:73 phones[2].name", "3:84 phones[2].number"],
    );
  });

  it("given an empty file, when checked, then every default holds", () => {
    const { config, profiles } = parse("");
    assert.deepEqual(config.sip.listen, [
      { transport: "udp", address: "127.0.0.1", port: 5060 },
      { transport: "tcp", address: "127.0.0.1", port: 5060 },
    ]);
    assert.equal(config.http.port, 8080);
    assert.deepEqual(config.media.portRange, { min: 20_000, max: 29_999 });
    assert.deepEqual(
      [...profiles.keys()],
      ["baresip", "cti-port", "linphone", "route-point", "sipp", "standard-phone", "trunk"],
    );
    assert.equal(profiles.get("standard-phone")?.kind, "phone");
    assert.deepEqual(profiles.get("standard-phone")?.digestAlgorithms, ["MD5"]);
  });

  it("given a good file, when checked, then secrets are kept but not shown", () => {
    const { config } = parse(
      `phones: [{ ${phone} }]\nhttp: { token: "Zm9v.bar_~+/=-x1" }\ncall: { endpoints: { 9196: echo } }`,
    );
    assert.equal(config.phones[0]?.password?.reveal(), "x");
    assert.equal(config.http.token?.reveal(), "Zm9v.bar_~+/=-x1");
    assert.doesNotMatch(JSON.stringify(config), /Zm9v/);
    assert.deepEqual(config.call.endpoints, { "9196": "echo" });
  });
});

describe("configuration files", () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "config-"))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const write = (name: string, text: string): string => {
    mkdirSync(join(folder, "profiles"), { recursive: true });
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const failure = (file: string): ConfigError => {
    try {
      loadConfig(file, builtIn);
    } catch (error) {
      if (error instanceof ConfigError) return error;
      throw error;
    }
    return assert.fail("the configuration was accepted");
  };

  it("given relative paths, when loaded, then they start at the folder of the file", () => {
    write("profiles/mine.yaml", "kind: phone\ndescription: my phone\nringSeconds: 20");
    const file = write(
      "t.yaml",
      `node: { dataDir: data }\nsipProfilesDir: profiles\nphones: [{ ${phone}, profile: mine }]`,
    );
    const { config, profiles } = loadConfig(file, builtIn);
    assert.equal(config.node.dataDir, join(folder, "data"));
    assert.equal(config.sipProfilesDir, join(folder, "profiles"));
    assert.equal(profiles.get("mine")?.ringSeconds, 20);
    assert.equal(profiles.get("mine")?.name, "mine");
  });

  it("given no such file, when loaded, then its name and the reason are said", () => {
    const file = join(folder, "none.yaml");
    assert.equal(failure(file).message, `${file}: there is no such file`);
  });

  it("given a profile with bad values, when loaded, then file, line and reason are said, once", () => {
    const profile = write(
      "profiles/mine.yaml",
      "kind: phone\ndescription: d\nringSeconds: 1\ndigestAlgorithms: [MD5, MD5]\n",
    );
    const file = write("t.yaml", `sipProfilesDir: profiles\nphones: [{ ${phone}, profile: mine }]`);
    assert.deepEqual(failure(file).message.split("\n"), [
      `${profile}:3:14: ringSeconds: must be at least 5, found 1`,
      `${profile}:4:19: digestAlgorithms: must name each algorithm once, and at least one`,
    ]);
  });

  for (const [rule, text, place] of [
    [
      "an expiry range upside down",
      "registration: { minExpirySeconds: 300, maxExpirySeconds: 60 }",
      "registration.minExpirySeconds: must not",
    ],
    [
      "a default expiry outside the range",
      "registration: { defaultExpirySeconds: 7200 }",
      "registration.defaultExpirySeconds: must lie",
    ],
    ["a session timer below its minimum", "session: { expiresSeconds: 60 }", "session.expiresSeconds: must be 0 or"],
    ["no transport", "transports: []", "transports: must name each transport once"],
    ["an unknown key", "codecs: [opus]", "codecs: unknown key; known here: kind"],
  ] as const) {
    it(`given a profile with ${rule}, when loaded, then it is refused`, () => {
      write("profiles/mine.yaml", `kind: phone\ndescription: d\n${text}`);
      const { message } = failure(write("t.yaml", "sipProfilesDir: profiles"));
      assert.ok(message.includes(`: ${place}`), message);
    });
  }

  it("given a profile of a name that comes with Tandem, when loaded, then it is refused", () => {
    const mine = write("profiles/baresip.yml", "kind: phone\ndescription: d");
    const file = write("t.yaml", "sipProfilesDir: profiles");
    assert.equal(failure(file).message, `${mine}: profile baresip is also ${join(builtIn, "baresip.yaml")}`);
  });

  it("given no such folder of profiles, when loaded, then it is said", () => {
    assert.match(
      failure(write("t.yaml", "sipProfilesDir: nowhere")).message,
      /nowhere: SIP profiles cannot be read: ENOENT/,
    );
  });
});

function parse(document: string): LoadedConfig {
  return parseConfig("t.yaml", document, "/", builtIn);
}

function problemsOf(document: string): string[] {
  try {
    parse(document);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map(({ line, column, path, reason }) => `${line}:${column} ${path}: ${reason}`);
  }
}
