import assert from "node:assert/strict";
import { renameSync, writeFileSync } from "node:fs";
import { silentLogger, SystemClock, type Clock } from "../../../../src/common/index.ts";
import { TargetResolver, type ResolutionOptions } from "../../../../src/sip/resolution/index.ts";
import type { TransportProtocol } from "../../../../src/sip/transport/index.ts";
import { DnsServer } from "../../../support/dns-server.ts";
import { ManualClock } from "../../../support/manual-clock.ts";
import { seededRandom } from "../../../support/seeded-random.ts";
import { TemporaryDirectory } from "../../../support/temporary-directory.ts";

const srv = (priority: number, target: string, port = 5060, weight = 0) => ({ priority, weight, port, target });

/** Targets as `udp 192.0.2.1 5060`, or the problem. */
type Found = readonly string[] | string;

describe("targets of a name", () => {
  let dns: DnsServer;
  let directory: TemporaryDirectory;
  const open: TargetResolver[] = [];
  beforeEach(async () => {
    dns = await DnsServer.start({
      "one.test": { addresses: ["192.0.2.1"] },
      "two.test": { addresses: ["192.0.2.2"] },
      "both.test": { addresses: ["192.0.2.4", "2001:db8::4"] },
      "six.test": { addresses: ["2001:db8::6"] },
      "pbx.test": { addresses: ["192.0.2.9"] },
    });
    directory = new TemporaryDirectory("hosts");
  });
  afterEach(async () => {
    for (const resolver of open.splice(0)) resolver.close();
    await dns.close();
    directory.close();
  });

  function makeResolver(
    options: ResolutionOptions & {
      clock?: Clock;
      speaks?: readonly TransportProtocol[];
      families?: readonly (4 | 6)[];
    } = {},
  ): TargetResolver {
    const { clock = new SystemClock(), speaks = ["udp", "tcp", "tls"], families = [4], ...resolution } = options;
    const resolver = new TargetResolver({
      servers: [dns.address],
      random: seededRandom(1),
      hostsFile: directory.join("none"),
      ...resolution,
      transport: {
        speaks: (protocol) => speaks.includes(protocol),
        canReach: (protocol, address) => speaks.includes(protocol) && families.includes(address.includes(":") ? 6 : 4),
      },
      clock,
      logger: silentLogger,
    });
    open.push(resolver);
    return resolver;
  }

  function find(uri: string, resolver = makeResolver()): Promise<Found> {
    const hop = resolver.nextHopOf(uri);
    if (!hop.ok) return Promise.resolve(hop.reason);
    return new Promise((resolve) => {
      resolver.resolve(hop.value, (target, { others, problem }) => {
        const all = target === undefined ? [] : [target, ...others];
        resolve(
          all.length === 0 ? problem : all.map(({ protocol, address, port }) => `${protocol} ${address} ${port}`),
        );
      });
    });
  }

  it("given a port in the URI, when resolved, then only addresses are asked for", async () => {
    dns.zone.set("_sip._udp.one.test", { services: [srv(1, "two.test")] });
    assert.deepEqual(await find("sip:one.test:5070"), ["udp 192.0.2.1 5070"]);
    assert.deepEqual(dns.asked, ["A one.test"]);
  });

  it("given a transport in the URI, when resolved, then its SRV records alone say where, by priority", async () => {
    dns.zone.set("_sip._tcp.pbx.test", { services: [srv(20, "two.test", 5082), srv(10, "one.test", 5081)] });
    assert.deepEqual(await find("sip:pbx.test;transport=tcp"), ["tcp 192.0.2.1 5081", "tcp 192.0.2.2 5082"]);
    assert.deepEqual([...dns.asked].sort(), ["A one.test", "A two.test", "SRV _sip._tcp.pbx.test"]);
  });

  it("given SRV records of weights 3 to 1, when resolved often, then the first target is shared out as they say", async () => {
    dns.zone.set("_sip._udp.pbx.test", { services: [srv(1, "one.test", 5060, 30), srv(1, "two.test", 5060, 10)] });
    const resolver = makeResolver();
    let ones = 0;
    for (let round = 0; round < 2_000; round += 1) {
      const [first] = await find("sip:pbx.test;transport=udp", resolver);
      if (first === "udp 192.0.2.1 5060") ones += 1;
    }
    assert.ok(Math.abs(ones / 2_000 - 0.75) < 0.04, String(ones));
  });

  it("given NAPTR records, when resolved, then the transport is the one that the domain prefers and we speak", async () => {
    dns.zone.set("pbx.test", {
      addresses: ["192.0.2.9"],
      pointers: [
        { order: 30, preference: 1, service: "SIP+D2U", replacement: "u.pbx.test" },
        { order: 20, preference: 1, service: "SIP+D2T", replacement: "t.pbx.test" },
        { order: 10, preference: 1, service: "SIPS+D2T", replacement: "s.pbx.test" },
        { order: 5, preference: 1, service: "SIPS+D2W", replacement: "w.pbx.test" },
      ],
    });
    dns.zone.set("t.pbx.test", { services: [srv(1, "one.test", 5091)] });
    dns.zone.set("u.pbx.test", { services: [srv(1, "two.test", 5092)] });
    dns.zone.set("s.pbx.test", { services: [srv(1, "one.test", 5093)] });
    const withoutTls = makeResolver({ speaks: ["udp", "tcp"] });
    assert.deepEqual(await find("sip:pbx.test", withoutTls), ["tcp 192.0.2.1 5091", "udp 192.0.2.2 5092"]);
    assert.deepEqual(await find("sips:pbx.test"), ["tls 192.0.2.1 5093"]);
  });

  it("given no NAPTR records, when resolved, then SRV records of each transport count", async () => {
    dns.zone.set("_sips._tcp.pbx.test", { services: [srv(1, "one.test", 5061)] });
    dns.zone.set("_sip._tcp.pbx.test", { services: [srv(1, "two.test", 5060)] });
    assert.deepEqual(await find("sip:pbx.test"), ["tcp 192.0.2.2 5060", "tls 192.0.2.1 5061"]);
  });

  it("given a TLS target by SRV, when resolved, then it has to prove the name of the domain, not its own", async () => {
    dns.zone.set("_sips._tcp.pbx.test", { services: [srv(1, "one.test", 5061)] });
    const resolver = makeResolver();
    const name = await new Promise<string | undefined>((resolve) => {
      const hop = { protocol: "tls", host: "pbx.test", port: 5061, open: "port" } as const;
      resolver.resolve(hop, (target) => resolve(target?.serverName));
    });
    assert.equal(name, "pbx.test");
  });

  it("given a name without SRV and NAPTR, when resolved, then its addresses and the usual port and transport are used", async () => {
    assert.deepEqual(await find("sip:pbx.test"), ["udp 192.0.2.9 5060"]);
    assert.deepEqual(await find("sip:pbx.test", makeResolver({ speaks: ["tls"] })), ["tls 192.0.2.9 5061"]);
  });

  it("given an SRV target of a dot, when resolved, then the domain serves no SIP", async () => {
    dns.zone.set("_sip._udp.pbx.test", { services: [srv(0, ".", 0)] });
    assert.equal(
      await find("sip:pbx.test;transport=udp"),
      "no address for pbx.test: the domain says that it serves no SIP",
    );
  });

  it("given both families, when we have listeners of both, then IPv4 is tried first; else only ours is asked for", async () => {
    const both = makeResolver({ families: [4, 6] });
    assert.deepEqual(await find("sip:both.test:5060", both), ["udp 192.0.2.4 5060", "udp 2001:db8::4 5060"]);
    assert.deepEqual(await find("sip:both.test:5060"), ["udp 192.0.2.4 5060"]);
    assert.equal(await find("sip:six.test:5060"), "no address for six.test: the name has no address of IPv4");
  });

  it("given a name that does not exist, when resolved twice, then that is said, and asked for once", async () => {
    const resolver = makeResolver();
    const text = "no address for nowhere.test: there is no such name";
    assert.equal(await find("sip:nowhere.test:5060", resolver), text);
    assert.equal(await find("sip:nowhere.test:5060", resolver), text);
    assert.deepEqual(dns.asked, ["A nowhere.test"]);
  });

  it("given records with a TTL, when it is over, then they are asked for again, and before it not", async () => {
    const clock = new ManualClock();
    const resolver = makeResolver({ clock });
    dns.ttlSeconds = 20;
    await find("sip:one.test:5060", resolver);
    dns.zone.set("one.test", { addresses: ["192.0.2.77"] });
    clock.advance(19_999);
    assert.deepEqual(await find("sip:one.test:5060", resolver), ["udp 192.0.2.1 5060"]);
    clock.advance(1);
    assert.deepEqual(await find("sip:one.test:5060", resolver), ["udp 192.0.2.77 5060"]);
    assert.equal(dns.asked.length, 2);
  });

  it("given many who ask for one name at once, when it is looked up, then the name server is asked once", async () => {
    const resolver = makeResolver();
    const found = await Promise.all(Array.from({ length: 50 }, () => find("sip:one.test:5060", resolver)));
    assert.ok(found.every((each) => each[0] === "udp 192.0.2.1 5060"));
    assert.deepEqual(dns.asked, ["A one.test"]);
  });

  it("given a dead name server, when names are looked up, then each waits 4 s at most, and who comes after not at all", async () => {
    dns.isSilent = true;
    const resolver = makeResolver();
    const startMs = performance.now();
    const found = await Promise.all(["sip:one.test:5060", "sip:pbx.test"].map((uri) => find(uri, resolver)));
    assert.ok(performance.now() - startMs < 4_500, `${performance.now() - startMs} ms`);
    // Its last try and the bound of the whole end at about the same time.
    assert.match(String(found[0]), /^no address for one\.test: no name server answers/);
    assert.match(String(found[1]), /^no address for pbx\.test: no name server answers/);
    const againMs = performance.now();
    assert.equal(await find("sip:one.test:5060", resolver), "no address for one.test: no name server answers");
    assert.ok(performance.now() - againMs < 500);
  });

  it("given a name server that died, when records are out of date, then they are used all the same", async () => {
    const clock = new ManualClock();
    const resolver = makeResolver({ clock });
    await find("sip:one.test:5060", resolver);
    await dns.close();
    clock.advance(61_000);
    assert.deepEqual(await find("sip:one.test:5060", resolver), ["udp 192.0.2.1 5060"]);
    dns = await DnsServer.start();
  });

  it("given the host's table of names, when a name stands there, then no name server is asked", async () => {
    writeFileSync(directory.join("hosts"), "# ours\n192.0.2.50 PBX.local pbx # the old one\n192.0.2.51\tpbx.local\n");
    const resolver = makeResolver({ hostsFile: directory.join("hosts") });
    assert.deepEqual(await find("sip:pbx.local", resolver), ["udp 192.0.2.50 5060", "udp 192.0.2.51 5060"]);
    assert.deepEqual(await find("sip:pbx:5070;transport=tcp", resolver), ["tcp 192.0.2.50 5070"]);
    assert.deepEqual(await find("sip:localhost", resolver), ["udp 127.0.0.1 5060"]);
    assert.deepEqual(dns.asked, []);
  });

  it("given .invalid, when resolved, then no name server is asked", async () => {
    assert.match(String(await find("sip:abc.invalid")), /never has an address/);
    assert.deepEqual(dns.asked, []);
  });

  it("given an address, when resolved, then its target is told at once, without a name to prove", () => {
    let target: unknown;
    makeResolver().resolve({ protocol: "tls", host: "192.0.2.9", port: 5061 }, (found) => (target = found));
    assert.deepEqual(target, { protocol: "tls", address: "192.0.2.9", port: 5061 });
  });

  it("given a target that failed, when its name is resolved, then it comes last, until it has served again", async () => {
    dns.zone.set("_sip._udp.pbx.test", { services: [srv(1, "one.test"), srv(2, "two.test")] });
    const resolver = makeResolver();
    const one = { protocol: "udp", address: "192.0.2.1", port: 5060 } as const;
    resolver.failed(one);
    assert.deepEqual(await find("sip:pbx.test", resolver), ["udp 192.0.2.2 5060", "udp 192.0.2.1 5060"]);
    resolver.served(one);
    assert.deepEqual(await find("sip:pbx.test", resolver), ["udp 192.0.2.1 5060", "udp 192.0.2.2 5060"]);
  });

  it("given a transport that nothing listens with, when the next hop is read, then it is refused", () => {
    const resolver = makeResolver({ speaks: ["udp"] });
    assert.equal(resolver.nextHopOf("sip:a@b").ok, true);
    const reason = "requested protocol/transport not available";
    assert.deepEqual(resolver.nextHopOf("sip:a@b;transport=ws"), { ok: false, reason });
    assert.deepEqual(resolver.nextHopOf("sips:a@b"), { ok: false, reason });
  });

  it("given a table of names that is moved away and back, when resolved, then its names are known again", async () => {
    const clock = new ManualClock();
    const hostsFile = directory.join("hosts");
    writeFileSync(hostsFile, "192.0.2.7 gateway.test\n");
    const resolver = makeResolver({ clock, hostsFile });
    assert.deepEqual(await find("sip:gateway.test", resolver), ["udp 192.0.2.7 5060"]);
    renameSync(hostsFile, `${hostsFile}.old`);
    clock.advance(500);
    assert.equal(await find("sip:gateway.test", resolver), "no address for gateway.test: there is no such name");
    renameSync(`${hostsFile}.old`, hostsFile);
    clock.advance(500);
    assert.deepEqual(await find("sip:gateway.test", resolver), ["udp 192.0.2.7 5060"]);
  });

  it("given addresses that are no host's, when resolved, then they are no targets", async () => {
    const addresses = ["0.0.0.0", "224.0.1.75", "255.255.255.255", "192.0.2.3", "::", "ff02::1", "::ffff:127.0.0.1"];
    dns.zone.set("blocked.test", { addresses });
    assert.deepEqual(await find("sip:blocked.test:5060", makeResolver({ families: [4, 6] })), ["udp 192.0.2.3 5060"]);
    dns.zone.set("sinkhole.test", { addresses: ["0.0.0.0"] });
    assert.match(String(await find("sip:sinkhole.test:5060")), /^no address for sinkhole\.test: /);
  });
});
