import assert from "node:assert/strict";
import { Baresip } from "../../support/baresip.ts";
import { BrowserPhone } from "../../support/browser-phone.ts";
import { Cleanup } from "../../support/cleanup.ts";
import { CALL_GAUGES, TandemNode } from "../../support/tandem-node.ts";

const REALM = "tandem.local";

describe("JsSIP in Chromium over secure WebSocket", () => {
  const cleanup = new Cleanup();
  let node: TandemNode;
  let browser: BrowserPhone;
  before(async () => {
    node = cleanup.add(await TandemNode.start({ moreListeners: ["wss"] }), (started) => started.stop());
    browser = cleanup.add(await start("1001"), (phone) => phone.close());
    await browser.event("connected");
    await browser.event("registered");
  });
  after(() => cleanup.run());

  function start(user: string, password = node.account(user).password): Promise<BrowserPhone> {
    const url = `wss://127.0.0.1:${node.morePorts[0]}/`;
    return BrowserPhone.start({ user, password, realm: REALM, url, certificate: node.certificate });
  }

  it("given it knows flows, when it has registered, then the node keeps its flow and says so", async () => {
    assert.equal(await browser.registrationField("Require"), "outbound");
    assert.equal(await browser.registrationField("Flow-Timer"), "120");
    assert.match((await browser.registrationField("Contact")) ?? "", /;reg-id=1/);
  });
  it("given it is registered, when a phone on UDP calls it, then it rings on its connection and its refusal arrives", async () => {
    const caller = await Baresip.registered({ toneHz: 440 }, node.account("1002"));
    try {
      await caller.dial("1001");
      const ringing = await browser.event("ringing");
      assert.equal(ringing.detail, "1002");
      await browser.refuse(486);
      assert.equal((await browser.event("failed")).detail, "Rejected");
      assert.match(await caller.closedReason(), /486 Busy/);
      await node.zero(CALL_GAUGES, 5_000);
    } finally {
      await caller.close();
    }
  });
  it("given media that the node can not relay, when it calls, then it is told by 488", async () => {
    await browser.call("9196");
    assert.equal((await browser.event("failed")).detail, "488");
    await node.zero(CALL_GAUGES, 5_000);
  });
  it("given a wrong password, when it registers, then it is refused", async () => {
    const stranger = await start("1003", "wrong");
    try {
      assert.match((await stranger.event("registrationFailed")).detail, /^40[13]$/);
    } finally {
      await stranger.close();
    }
  });
  it("given a page that is gone, when it is called, then the caller is told soon", async () => {
    const passing = await start("1004");
    await passing.event("registered");
    await passing.close();
    const caller = await Baresip.registered({ toneHz: 440 }, node.account("1002"));
    try {
      await caller.dial("1004");
      assert.match(await caller.closedReason(), /^480 /);
    } finally {
      await caller.close();
    }
  });
  it("given it unregisters, when it is called, then it does not ring", async () => {
    await browser.unregister();
    await browser.event("unregistered");
    const caller = await Baresip.registered({ toneHz: 440 }, node.account("1002"));
    try {
      await caller.dial("1001");
      assert.match(await caller.closedReason(), /^480 /);
    } finally {
      await caller.close();
    }
  });
});
