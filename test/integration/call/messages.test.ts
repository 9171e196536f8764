import assert from "node:assert/strict";
import type { PeerSource } from "../../../src/call/index.ts";
import { Cleanup } from "../../support/cleanup.ts";
import { establish } from "../../support/established-call.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { SipPhone } from "../../support/sip-phone.ts";
import { SwitchFixture, TEST_PROFILE } from "../../support/switch-fixture.ts";

const INBOUND = "127.0.0.8";
const OUTBOUND = "127.0.0.9";
const NOWHERE = { address: "127.0.0.1", port: 9 };
const TEXT = "Gr\xc3\xbc\xc3\x9fe \xe2\x82\xac\r\n\r\nand more";

describe("messages (RFC 3428)", () => {
  let cleanup: Cleanup;
  let clock: ManualClock;
  let node: SwitchFixture;
  let alice: SipPhone;
  let bob: SipPhone;
  let outbound: SipPhone;
  beforeEach(async () => {
    cleanup = new Cleanup();
    clock = new ManualClock(Date.now());
    await start();
    [alice, bob] = [await node.phone("1001"), await node.phone("1002")];
  });
  afterEach(async () => {
    assert.equal(node.metric("tandem_messages_pending"), 0);
    await cleanup.run();
  });

  /** @param more of both peers */
  async function start(more: Partial<PeerSource> = {}): Promise<void> {
    // The peer is made for the port of its phone, and that for the port of the switch.
    const held = await SipPhone.start({ number: "", user: "", password: "", server: NOWHERE, address: OUTBOUND });
    const { port } = held;
    await held.close();
    const trunk = { profile: { ...TEST_PROFILE, kind: "trunk" }, maxCalls: 10, transit: false, ...more } as const;
    const peers = [
      { ...trunk, name: "inbound", addresses: [INBOUND], uri: `sip:${INBOUND}:5999`, prefixes: [] },
      { ...trunk, name: "outbound", addresses: [OUTBOUND], uri: `sip:${OUTBOUND}:${port}`, prefixes: ["0"] },
    ];
    const options = { clock, peers, phones: [{ displayName: "Alice" }] };
    node = cleanup.add(await SwitchFixture.start(options), (started) => started.stop());
    outbound = await peerPhone(OUTBOUND, node.server, port);
  }

  async function peerPhone(address: string, server: SwitchFixture["server"], port = 0): Promise<SipPhone> {
    const phone = await SipPhone.start({ number: "1", user: "+4930", password: "", server, address, port });
    return cleanup.add(phone, (one) => one.close());
  }

  it("given two phones, when one writes to the other, then text, type and subject arrive as they are, from who it really is", async () => {
    const sent = await alice.sendMessage("1002", TEXT, [
      ["Content-Type", "text/plain;charset=utf-8"],
      ["Subject", "lunch"],
      ["X-Secret", "1"],
      ["P-Asserted-Identity", "<sip:boss@example.com>"],
    ]);
    const message = await bob.message(200);
    assert.equal((await sent.final()).status, 200);
    assert.equal(message.body, TEXT);
    assert.equal(message.get("content-type"), "text/plain;charset=utf-8");
    assert.equal(message.get("subject"), "lunch");
    assert.match(message.get("from") ?? "", /^"Alice" <sip:1001@127\.0\.0\.1/);
    assert.equal(message.get("max-forwards"), "69");
    for (const name of ["contact", "x-secret", "authorization", "p-asserted-identity"]) {
      assert.equal(message.has(name), false, name);
    }
    assert.notEqual(message.get("call-id"), sent.request.get("call-id"));
    assert.equal(node.metric("tandem_messages_total", { result: "delivered" }), 1);
  });

  it("given a MESSAGE without credentials, when it comes, then it is challenged and goes nowhere", async () => {
    const stranger = await peerPhone("127.0.0.7", node.server);
    assert.equal((await (await stranger.sendMessage("1002", "hello")).final()).status, 401);
    assert.equal(
      bob.received.some(({ method, kind }) => kind === "request" && method === "MESSAGE"),
      false,
    );
  });

  it("given a callee with two contacts, when both get the message, then the first 2xx is the answer, and it may be 202", async () => {
    const second = await node.phone("1002");
    const sent = await alice.sendMessage("1002", "hello");
    await bob.message(486);
    await second.message(202);
    assert.equal((await sent.final()).status, 202);
  });

  it("given two contacts that refuse, when the last has spoken, then the best refusal is the answer", async () => {
    const second = await node.phone("1002");
    const sent = await alice.sendMessage("1002", "hello", [["Content-Type", "text/html"]]);
    await bob.message(503);
    await second.message(415, [["Accept", "text/plain"]]);
    const refused = await sent.final();
    assert.deepEqual([refused.status, refused.get("accept")], [415, "text/plain"]);
    assert.equal(node.metric("tandem_messages_total", { result: "failed" }), 1);
  });

  it("given a contact that does not answer, when 20 seconds are over, then the sender gets 480, and what comes later changes nothing", async () => {
    const sent = await alice.sendMessage("1002", "hello");
    const message = await bob.message();
    clock.advance(20_000);
    assert.equal((await sent.final()).status, 480);
    bob.respond(message, 200, "late", {});
    const again = await alice.sendMessage("1002", "again");
    await bob.message(200);
    assert.equal((await again.final()).status, 200);
    assert.equal(node.metric("tandem_messages_total", { result: "delivered" }), 1);
  });

  const refusals: readonly [what: string, number: string, text: string, headers: [string, string][], status: number][] =
    [
      ["an unknown number", "7777", "x", [], 404],
      ["a phone that is not registered", "1003", "x", [], 480],
      ["a service", "9196", "x", [], 405],
      ["no hops left", "1002", "x", [["Max-Forwards", "0"]], 483],
      ["a text above 1,300 octets over UDP", "1002", "x".repeat(1_301), [], 513],
      ["a privacy that cannot be", "1002", "x", [["Privacy", "magic;critical"]], 500],
      ["an unknown extension", "1002", "x", [["Require", "magic"]], 420],
    ];
  for (const [what, number, text, headers, status] of refusals) {
    it(`given ${what}, when a message goes there, then it is answered ${status}`, async () => {
      if (status === 420) {
        await assert.rejects(alice.sendMessage(number, text, headers), /420/);
        return;
      }
      const answer = await (await alice.sendMessage(number, text, headers)).final();
      assert.equal(answer.status, status);
      if (status === 405) assert.doesNotMatch(answer.get("allow") ?? "", /MESSAGE/);
    });
  }

  it("given 1,300 octets, when they are sent over UDP, then they arrive", async () => {
    const sent = await alice.sendMessage("1002", "x".repeat(1_300));
    assert.equal((await bob.message(200)).body.length, 1_300);
    assert.equal((await sent.final()).status, 200);
  });

  it("given a sender that hides, when it writes, then the other sees nobody", async () => {
    const sent = await alice.sendMessage("1002", "hello", [
      ["Privacy", "user"],
      ["Subject", "me"],
    ]);
    const message = await bob.message(200);
    assert.match(message.get("from") ?? "", /^"Anonymous" <sip:anonymous@anonymous\.invalid>/);
    assert.equal(message.has("subject"), false);
    await sent.final();
  });

  it("given a number of a peer, when a phone writes to it, then the peer gets the message; another peer's without transit gets 403", async () => {
    const sent = await alice.sendMessage("0900", "hello");
    const message = await outbound.message(200);
    assert.equal(message.uri, `sip:0900@${OUTBOUND}:${outbound.port}`);
    assert.equal((await sent.final()).status, 200);
    const inbound = await peerPhone(INBOUND, node.server);
    assert.equal((await (await inbound.sendMessage("0900", "hello")).final()).status, 403);
  });

  it("given peers that change numbers, when messages go to and from them, then their numbers are changed as those of calls", async () => {
    const change = (prefix: string, stripDigits: number) => ({ prefix, stripDigits });
    await start({
      outbound: change("+49", 1),
      callerId: { withhold: false, number: change("+4930", 0) },
      inbound: change("", 3),
    });
    const sender = await node.phone("1001");
    const sent = await sender.sendMessage("0900", "hello");
    const message = await outbound.message(200);
    assert.equal(message.uri, `sip:+49900@${OUTBOUND}:${outbound.port}`);
    assert.match(message.get("from") ?? "", /<sip:\+49301001@/);
    assert.equal((await sent.final()).status, 200);
    const receiver = await node.phone("1002");
    const inbound = await peerPhone(INBOUND, node.server);
    const received = await inbound.sendMessage("0301002", "hello");
    await receiver.message(200);
    assert.equal((await received.final()).status, 200);
  });

  it("given a peer that is not told of callers, when a phone writes to it, then it does not learn who", async () => {
    await start({ callerId: { withhold: true } });
    const sent = await (await node.phone("1001")).sendMessage("0900", "hello");
    const message = await outbound.message(200);
    assert.match(message.get("from") ?? "", /<sip:anonymous@anonymous\.invalid>/);
    assert.equal((await sent.final()).status, 200);
  });

  it("given a peer, when it writes to a phone, then that gets it from the peer's number", async () => {
    const inbound = await peerPhone(INBOUND, node.server);
    const sent = await inbound.sendMessage("1002", "hello");
    assert.match((await bob.message(200)).get("from") ?? "", /"Somebody" <sip:\+4930@/);
    assert.equal((await sent.final()).status, 200);
  });

  it("given a phone with as many messages on their way as it may have, when it sends one more, then it gets 503 with Retry-After", async () => {
    const waiting = [];
    for (let count = 0; count < 16; count += 1) {
      waiting.push(await alice.sendMessage("1002", `${count}`));
      await bob.message();
    }
    const refused = await (await alice.sendMessage("1002", "more")).final();
    assert.deepEqual([refused.status, refused.get("retry-after")], [503, "5"]);
    clock.advance(20_000);
    for (const one of waiting) assert.equal((await one.final()).status, 480);
  });

  it("given a node that drains, when a message comes, then it gets 503", async () => {
    node.manager.drain();
    const uri = `sip:1002@127.0.0.1:${node.server.port}`;
    await assert.rejects(alice.sendMessage("1002", uri), /503/);
  });

  it("given a MESSAGE inside the dialog of a call, when it comes, then it gets 405 without MESSAGE in Allow", async () => {
    const { near, far } = await establish(alice, bob);
    const refused = await near.send("MESSAGE", { body: "x", contentType: "text/plain" }).final();
    assert.equal(refused.status, 405);
    assert.doesNotMatch(refused.get("allow") ?? "MESSAGE", /MESSAGE/);
    const bye = near.bye();
    await far.takeBye();
    await bye;
    await node.settled(1);
  });
});
