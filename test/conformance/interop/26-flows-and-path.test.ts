import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import type { SipProfile } from "../../../src/call/index.ts";
import { establish, hangUp } from "../../support/established-call.ts";
import { eventually } from "../../support/eventually.ts";
import { NattedLink } from "../../support/natted-link.ts";
import { ConnectionLink, WebSocketLink } from "../../support/phone-link.ts";
import { headersOf, SipPeer } from "../../support/sip-peer.ts";
import type { SipPhone } from "../../support/sip-phone.ts";
import { StreamPeer } from "../../support/stream-peer.ts";
import { SwitchFixture, TEST_PROFILE } from "../../support/switch-fixture.ts";
import { testSdp } from "../../support/test-sdp.ts";

/** Much less than the 4 s that an attempt to connect may take. */
const AT_ONCE_MS = 1_500;

describe("interop 26: flows, rport and Path", () => {
  let node: SwitchFixture;
  let alice: SipPhone;
  const others: { close(): unknown }[] = [];
  beforeEach(async () => {
    const profile: SipProfile = { ...TEST_PROFILE, transports: ["udp", "tcp", "ws"] };
    node = await SwitchFixture.start({ webSocket: true, phones: [{}, { profile }] });
    alice = await node.phone("1001");
  });
  afterEach(async () => {
    for (const other of others.splice(0)) await other.close();
    await node.stop();
  });

  async function answeredBoth(bob: SipPhone, earlierCalls = 0): Promise<void> {
    const out = await establish(alice, bob);
    await hangUp(out.near, out.far);
    const back = await establish(bob, alice);
    await hangUp(back.far, back.near);
    await node.settled(2 + earlierCalls);
  }

  /** Calls 1002; the status of the final response. */
  async function statusOfCall(withinMs = AT_ONCE_MS): Promise<number | undefined> {
    const call = await alice.call("1002", { sdp: testSdp(4_000) });
    return (await call.invite?.final(withinMs))?.status;
  }

  async function onTcp(): Promise<{ bob: SipPhone; link: ConnectionLink }> {
    const link = await ConnectionLink.open(node.placeOf("tcp"));
    return { bob: await node.phone("1002", { link }), link };
  }

  async function cut({ socket }: ConnectionLink): Promise<void> {
    socket.resetAndDestroy();
    await eventually(() => assert.equal(node.metric("tandem_sip_connections"), 0), { timeoutMs: 2_000, intervalMs: 5 });
  }

  const contactsOf1002 = (): string[] =>
    node.manager.views
      .registrations()
      .filter(({ aor }) => aor === "1002")
      .map(({ contactUri }) => contactUri);

  it("given a phone behind a NAT, when it registers, then it learns its outside, and calls reach it there", async () => {
    const link = await NattedLink.open(node.server);
    const bob = await node.phone("1002", { link });
    const via = bob.received.at(-1)?.get("via") ?? "";
    assert.match(via, new RegExp(`;received=127\\.0\\.0\\.1(;|$)`));
    assert.match(via, new RegExp(`;rport=${link.outside.port}(;|$)`));
    await answeredBoth(bob);
  });

  it("given a phone on TCP, when calls go and come, then all go over its connection", async () => {
    const { bob } = await onTcp();
    await answeredBoth(bob);
    assert.equal(node.metric("tandem_sip_connections_opened_total", { by: "us" }), 0);
  });

  it("given a browser's contact that means nothing, when it is called, then over its WebSocket", async () => {
    const link = await WebSocketLink.open(node.placeOf("ws"));
    const bob = await node.phone("1002", { link });
    assert.match(contactsOf1002()[0] ?? "", /browser\.invalid/);
    const call = await alice.call("1002", { sdp: testSdp(4_000) });
    const offered = await bob.offered();
    assert.ok(offered.offer !== undefined);
    offered.respond(offered.offer, 486);
    assert.equal((await call.invite?.final())?.status, 486);
    link.socket.terminate();
    await eventually(() => assert.equal(node.metric("tandem_sip_connections"), 0), { timeoutMs: 2_000, intervalMs: 5 });
    assert.equal(await statusOfCall(), 480);
  });

  it("given a phone on TCP whose connection ended, when it is called, then 480 at once, and its contact is forgotten", async () => {
    const { link } = await onTcp();
    await cut(link);
    assert.equal(contactsOf1002().length, 1);
    assert.equal(await statusOfCall(), 480);
    assert.deepEqual(contactsOf1002(), []);
    assert.equal(await statusOfCall(), 480);
  });

  it("given another phone on the port of one that is gone, when that is called, then 480, and the other gets nothing", async () => {
    const { link } = await onTcp();
    const localPort = link.port;
    await cut(link);
    const { address: host, port } = node.placeOf("tcp");
    const socket = connect({ host, port, localPort, localAddress: "127.0.0.1" });
    await once(socket, "connect");
    const mallory = new StreamPeer(socket);
    others.push(mallory);
    assert.equal(await statusOfCall(), 480);
    await assert.rejects(mallory.take("INVITE", 50));
  });

  it("given another edge, when a phone on TCP is called, then 480 until it has registered again", async () => {
    const { bob } = await onTcp();
    await node.restartEdge();
    await eventually(() => assert.equal(node.metric("tandem_wire_applications"), 1), { timeoutMs: 4_000 });
    assert.equal(await statusOfCall(), 480);
    await bob.close();
    await answeredBoth((await onTcp()).bob, 1);
  });

  it("given a phone on TCP that listens, when its connection is gone, then it is dialled", async () => {
    const listener = createServer();
    listener.listen(0, "127.0.0.1");
    await once(listener, "listening");
    others.push({ close: () => listener.close() });
    const place = listener.address();
    assert.ok(typeof place === "object" && place !== null);
    const link = await ConnectionLink.open(node.placeOf("tcp"));
    const bob = await node.phone("1002", { link, registered: false });
    const contact = `<sip:1002@127.0.0.1:${place.port};transport=tcp>`;
    assert.equal((await bob.register([["Expires", "600"]], contact)).status, 200);
    const first = await alice.call("1002", { sdp: testSdp(4_000) });
    const offered = await bob.offered();
    assert.ok(offered.offer !== undefined);
    offered.respond(offered.offer, 486);
    assert.equal((await first.invite?.final())?.status, 486);
    await cut(link);
    const dialled = once(listener, "connection");
    const second = await alice.call("1002", { sdp: testSdp(4_000) });
    const [socket] = (await dialled) as [Socket];
    const peer = new StreamPeer(socket);
    others.push(peer);
    peer.respond(await peer.take("INVITE"), "486 Busy Here");
    assert.equal((await second.invite?.final())?.status, 486);
    assert.equal(contactsOf1002().length, 1);
  });

  describe("Path (RFC 3327)", () => {
    const PATH = (port: number): string => `<sip:127.0.0.1:${port};lr>, <sip:inner.example;lr>`;
    let proxy: SipPeer;
    let bob: SipPhone;
    beforeEach(async () => {
      proxy = await SipPeer.start();
      others.push(proxy);
      bob = await node.phone("1002", { registered: false });
    });

    const registered = async (supported: string, contact: string): Promise<readonly string[]> => {
      const headers = [
        ["Path", PATH(proxy.port)],
        ["Supported", supported],
        ["Expires", "600"],
      ] as const;
      const response = await bob.register(headers, contact);
      assert.equal(response.status, 200);
      return response.getAll("path");
    };

    for (const [name, supported, told] of [
      ["knows Path", "path", true],
      ["does not", "replaces", false],
    ] as const) {
      it(`given a phone that ${name} behind two proxies, when it is called, then by the path, ${told ? "which" : "though"} it is ${told ? "" : "not "}told`, async () => {
        const path = await registered(supported, "<sip:1002@10.9.9.9>");
        assert.equal(path.length > 0, told);
        const call = await alice.call("1002", { sdp: testSdp(4_000) });
        const invite = await proxy.take("INVITE");
        assert.match(invite, /^INVITE sip:1002@10\.9\.9\.9 SIP\/2\.0\r\n/);
        assert.equal(headersOf(invite, "Route").join(", "), PATH(proxy.port));
        proxy.respond(node.server.port, invite, "486 Busy Here", "proxy");
        assert.equal((await call.invite?.final())?.status, 486);
      });
    }

    it("given a proxy that says that the flow behind it failed, when a phone is called, then 480 and no contact", async () => {
      await registered("path", "<sip:1002@10.9.9.9>");
      const call = await alice.call("1002", { sdp: testSdp(4_000) });
      proxy.respond(node.server.port, await proxy.take("INVITE"), "430 Flow Failed", "proxy");
      assert.equal((await call.invite?.final())?.status, 480);
      assert.deepEqual(contactsOf1002(), []);
    });

    it("given a proxy next to the phone that knows no flows, when the phone wants one, then 439, and 200 with one that does", async () => {
      const contact = '<sip:1002@10.9.9.9>;+sip.instance="<urn:uuid:1>";reg-id=1';
      const via = ["Via", "SIP/2.0/UDP 10.9.9.9;branch=z9hG4bKphone"] as const;
      const headers = [via, ["Supported", "path, outbound"], ["Expires", "600"]] as const;
      const refused = await bob.register([...headers, ["Path", PATH(proxy.port)]], contact);
      assert.equal(refused.status, 439);
      assert.deepEqual(contactsOf1002(), []);
      const path = `<sip:127.0.0.1:${proxy.port};lr>, <sip:token@edge.example;lr;ob>`;
      const taken = await bob.register([...headers, ["Path", path]], contact);
      assert.deepEqual([taken.status, taken.get("require"), taken.get("flow-timer")], [200, "outbound", undefined]);
    });
  });
});
