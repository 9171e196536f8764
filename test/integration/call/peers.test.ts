import assert from "node:assert/strict";
import type { PeerSource } from "../../../src/call/index.ts";
import { Cleanup } from "../../support/cleanup.ts";
import { DnsServer } from "../../support/dns-server.ts";
import { SipPhone } from "../../support/sip-phone.ts";
import { SwitchFixture, TEST_PROFILE } from "../../support/switch-fixture.ts";
import { testSdp } from "../../support/test-sdp.ts";

const INBOUND = "127.0.0.8";
const OUTBOUND = "127.0.0.9";

describe("calls from and to peers", () => {
  let cleanup: Cleanup;
  let outbound: SipPhone;
  beforeEach(async () => {
    cleanup = new Cleanup();
    outbound = await peerPhone(OUTBOUND, { address: "127.0.0.1", port: 9 });
  });
  afterEach(async () => {
    await cleanup.run();
  });

  async function peerPhone(address: string, server: SwitchFixture["server"]): Promise<SipPhone> {
    const phone = await SipPhone.start({ number: "1", user: "one", password: "", server, address });
    return cleanup.add(phone, (one) => one.close());
  }

  /** A switch with an inbound peer, and an outbound one for numbers that begin with 0. */
  async function start(
    inbound: Partial<PeerSource> = {},
    toOutbound: Partial<PeerSource> = {},
    dns?: DnsServer,
  ): Promise<SwitchFixture> {
    const trunk = { profile: { ...TEST_PROFILE, kind: "trunk" }, maxCalls: 10, transit: false } as const;
    const peers = [
      { ...trunk, name: "inbound", addresses: [INBOUND], uri: `sip:${INBOUND}:5999`, prefixes: [], ...inbound },
      {
        ...trunk,
        name: "outbound",
        addresses: [OUTBOUND],
        uri: `sip:${OUTBOUND}:${outbound.port}`,
        prefixes: ["0"],
        ...toOutbound,
      },
    ];
    return cleanup.add(
      await SwitchFixture.start({ peers, ...(dns === undefined ? {} : { dns: { servers: [dns.address] } }) }),
      (node) => node.stop(),
    );
  }

  async function statusOf(phone: SipPhone, number: string): Promise<number | undefined> {
    const call = await phone.call(number, { sdp: testSdp(4_000) });
    return (await call.invite?.final())?.status;
  }

  it("given a peer without transit, when it calls a number of another peer, then it gets 403; with transit the other peer is called", async () => {
    const closed = await start();
    assert.equal(await statusOf(await peerPhone(INBOUND, closed.server), "0900"), 403);
    const open = await start({ transit: true });
    const call = await (await peerPhone(INBOUND, open.server)).call("0900", { sdp: testSdp(4_000) });
    assert.equal((await outbound.offered()).offer?.uri, `sip:0900@${OUTBOUND}:${outbound.port}`);
    call.invite?.cancel();
    assert.equal((await call.invite?.final())?.status, 487);
  });

  it("given a contact at a peer's address, or one that leads elsewhere by maddr or Path, when a phone registers it, then it gets 403", async () => {
    const node = await start();
    const alice = await node.phone("1001", { registered: false });
    const own = `${alice.address}:${alice.port}`;
    for (const contact of [
      `<sip:0900@${OUTBOUND}:${outbound.port}>`,
      `<sip:0900@${own};maddr=${OUTBOUND}>`,
      `<sip:0900@${own};maddr=192.0.2.99>`,
    ]) {
      assert.equal((await alice.register([["Expires", "600"]], contact)).status, 403, contact);
    }
    const path = [
      ["Supported", "path"],
      ["Path", `<sip:${OUTBOUND}:${outbound.port};lr>`],
    ] as const;
    assert.equal((await alice.register(path, `<sip:0900@${own}>`)).status, 403);
    assert.equal(node.manager.views.registrations().length, 0);
    assert.equal((await alice.register()).status, 200);
  });

  it("given a peer that has all calls it may have, when it calls or is called, then that gets 503 with Retry-After", async () => {
    const node = await start({ maxCalls: 1 }, { maxCalls: 1 });
    const carrier = await peerPhone(INBOUND, node.server);
    await (await carrier.call("9196", { sdp: testSdp(4_000) })).established();
    assert.equal(await statusOf(carrier, "9196"), 503);
    const alice = await node.phone("1001");
    await alice.call("0900", { sdp: testSdp(4_000) });
    await outbound.offered();
    const refused = await (await alice.call("0901", { sdp: testSdp(4_000) })).invite?.final();
    assert.equal(refused?.status, 503);
    assert.ok(Number(refused.get("retry-after")) > 0);
  });

  describe("that is known by name", () => {
    let dns: DnsServer;
    let node: SwitchFixture;
    beforeEach(async () => {
      dns = cleanup.add(await DnsServer.start(), (one) => one.close());
      node = await start({}, { uri: "sip:trunk.test" }, dns);
    });

    it("given a name that does not exist, when it is called, then the caller gets 480 with a Reason, and nothing is left", async () => {
      const call = await (await node.phone("1001")).call("0900", { sdp: testSdp(4_000) });
      const refused = await call.invite?.final();
      assert.equal(refused?.status, 480);
      assert.match(refused.get("reason") ?? "", /^Q\.850;cause=\d+;text=/);
      assert.equal((await node.settled(1))[0]?.cause.sipStatus, 480);
    });

    it("given SRV records, when the first target says 503, then the call goes on to the next, and both can hang up", async () => {
      const other = await peerPhone("127.0.0.10", node.server);
      const next = await peerPhone("127.0.0.11", node.server);
      dns.zone.set("a.test", { addresses: [other.address] });
      dns.zone.set("b.test", { addresses: [next.address] });
      const record = { weight: 0, priority: 1 };
      dns.zone.set("_sip._udp.trunk.test", {
        services: [
          { ...record, port: other.port, target: "a.test" },
          { ...record, priority: 2, port: next.port, target: "b.test" },
        ],
      });
      const call = await (await node.phone("1001")).call("0900", { sdp: testSdp(4_000) });
      const refused = await other.offered();
      assert.ok(refused.offer !== undefined);
      refused.respond(refused.offer, 503);
      const taken = await next.offered();
      assert.ok(taken.offer !== undefined);
      assert.equal(taken.offer.uri, "sip:0900@trunk.test");
      taken.respond(taken.offer, 200, { sdp: testSdp(5_000) });
      await taken.request("ACK");
      await call.established();
      const bye = call.bye();
      await taken.takeBye();
      assert.equal((await bye).status, 200);
      await node.settled(1);
    });
  });
});
