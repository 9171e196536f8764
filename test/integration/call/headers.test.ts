import assert from "node:assert/strict";
import { parseNameAddr, parseUri, tagOf } from "../../../src/sip/message/index.ts";
import { establish } from "../../support/established-call.ts";
import { SipPhone } from "../../support/sip-phone.ts";
import { SwitchFixture, TEST_PROFILE } from "../../support/switch-fixture.ts";
import { testSdp } from "../../support/test-sdp.ts";

describe("what of one leg is seen on the other", () => {
  let node: SwitchFixture;
  beforeEach(async () => {
    node = await SwitchFixture.start({
      phones: [{ displayName: 'Zoë "Zed"' }],
      peers: [
        {
          name: "carrier",
          addresses: ["127.0.0.9"],
          uri: "sip:127.0.0.9:5999",
          prefixes: ["00"],
          profile: { ...TEST_PROFILE, kind: "trunk" },
          maxCalls: 1,
          transit: false,
        },
      ],
    });
  });
  afterEach(async () => {
    await node.stop();
  });

  it("given a phone that claims another name and adds headers, when it calls, then the callee sees who it is and none of them", async () => {
    const [alice, bob] = [await node.phone("1001"), await node.phone("1002")];
    const { near, far, offered, answer } = await establish(alice, bob, {
      near: {
        headers: [
          ["Subject", "lunch"],
          ["X-Secret", "internal"],
          ["User-Agent", "alice's phone"],
          ["P-Asserted-Identity", "<sip:boss@example.com>"],
          ["X-Other", "1"],
        ],
      },
      far: { headers: [["User-Agent", "bob's phone"]] },
    });
    const from = parseNameAddr(offered.get("from") ?? "");
    assert.ok(from.ok);
    assert.equal(from.value.displayName, Buffer.from('Zoë "Zed"', "utf8").toString("latin1"));
    const uri = parseUri(from.value.uri);
    assert.ok(uri.ok);
    assert.equal(uri.value.user, "1001");
    assert.equal(offered.get("subject"), "lunch");
    for (const name of ["x-secret", "user-agent", "p-asserted-identity", "x-other", "authorization"]) {
      assert.equal(offered.has(name), false, name);
    }
    assert.notEqual(offered.get("call-id"), near.callId);
    assert.notEqual(tagOf(offered.get("from") ?? ""), near.localTag);
    assert.equal(offered.text.includes(`:${alice.port}`), false, "the caller's address");
    assert.equal(answer.text.includes(`:${bob.port}`), false, "the callee's address");
    assert.equal(answer.has("user-agent"), false);
    assert.equal(offered.get("max-forwards"), "69");
    const bye = near.bye();
    await far.takeBye();
    await bye;
    await node.settled(1);
  });

  it("given a call that has few hops left, when it is passed on, then it has one less", async () => {
    const [alice, bob] = [await node.phone("1001"), await node.phone("1002")];
    const { near, far, offered } = await establish(alice, bob, { near: { headers: [["Max-Forwards", "5"]] } });
    assert.equal(offered.get("max-forwards"), "4");
    const bye = near.bye();
    await far.takeBye();
    await bye;
    await node.settled(1);
  });

  it("given a peer by its address, when it calls a phone, then it needs no credentials and its number is shown", async () => {
    const bob = await node.phone("1002");
    const carrier = await SipPhone.start({
      number: "0301234",
      user: "%2B49%22301234",
      password: "",
      server: node.server,
      address: "127.0.0.9",
    });
    try {
      const { near, far, offered } = await establish(carrier, bob);
      assert.match(offered.get("from") ?? "", /<sip:\+49%22301234@/);
      assert.equal(node.manager.views.calls()[0]?.caller.device, "carrier");
      const bye = far.bye();
      await near.takeBye();
      await bye;
      await node.settled(1);
    } finally {
      await carrier.close();
    }
  });

  it("given a number of a peer's prefix, when a phone calls it, then the peer gets the INVITE", async () => {
    const peered = await SipPhone.start({
      number: "00491234",
      user: "trunk",
      password: "",
      server: node.server,
      address: "127.0.0.9",
    });
    const own = await SwitchFixture.start({
      peers: [
        {
          name: "carrier",
          addresses: ["127.0.0.9"],
          uri: `sip:127.0.0.9:${peered.port}`,
          prefixes: ["00"],
          profile: { ...TEST_PROFILE, kind: "trunk" },
          maxCalls: 1,
          transit: false,
        },
      ],
    });
    try {
      const alice = await own.phone("1001");
      const call = await alice.call("00491234", { sdp: testSdp(4_000) });
      const offered = await peered.offered();
      assert.equal(offered.offer?.uri, `sip:00491234@127.0.0.9:${peered.port}`);
      call.invite?.cancel();
      await call.invite?.final();
    } finally {
      await own.stop();
      await peered.close();
    }
  });

  it("given a call that came from a peer, when its number leads back to the same peer only, then it gets 404", async () => {
    const carrier = await SipPhone.start({
      number: "1",
      user: "one",
      password: "",
      server: node.server,
      address: "127.0.0.9",
    });
    try {
      const call = await carrier.call("00491234", { sdp: testSdp(4_000) });
      assert.equal((await call.invite?.final())?.status, 404);
    } finally {
      await carrier.close();
    }
  });
});
