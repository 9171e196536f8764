import assert from "node:assert/strict";
import { ManualClock } from "../../support/manual-clock.ts";
import { subscribe, takeNotify } from "../../support/phone-subscription.ts";
import { SipPhone, type PhoneCall } from "../../support/sip-phone.ts";
import { SwitchFixture, TEST_PROFILE } from "../../support/switch-fixture.ts";
import { eventually } from "../../support/eventually.ts";

describe("message waiting (RFC 3842) over subscriptions (RFC 6665)", () => {
  let node: SwitchFixture;
  let phone: SipPhone;
  let clock: ManualClock;
  beforeEach(async () => {
    clock = new ManualClock(Date.now());
    node = await SwitchFixture.start({
      clock,
      phones: [{ user: "alice" }],
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
    phone = await node.phone("1002");
  });
  afterEach(async () => {
    await node.stop();
  });

  const subscriptions = (): number => node.metric("tandem_subscriptions");

  async function subscribed(of = phone): Promise<PhoneCall> {
    const { response, dialog } = await subscribe(of, node.server);
    assert.equal(response.status, 200);
    const before = node.metric("tandem_notifies_total", { result: "answered" });
    await takeNotify(dialog);
    await until(() => assert.equal(node.metric("tandem_notifies_total", { result: "answered" }), before + 1));
    return dialog;
  }

  /** Waits for what is not told on the wire. */
  async function until(isSo: () => void): Promise<void> {
    await eventually(isSo, { timeoutMs: 2_000, intervalMs: 5 });
  }

  it("given a phone, when it subscribes to its own mailbox, then it gets 200 and at once a NOTIFY without messages", async () => {
    const { response, dialog } = await subscribe(phone, node.server, { event: "message-summary;id=7" });
    assert.equal(response.status, 200);
    assert.equal(response.get("expires"), "600");
    assert.ok(response.has("contact"));
    const notify = await takeNotify(dialog);
    assert.equal(notify.get("event"), "message-summary;id=7");
    assert.equal(notify.get("subscription-state"), "active;expires=600");
    assert.equal(notify.get("content-type"), "application/simple-message-summary");
    assert.equal(
      notify.body,
      "Messages-Waiting: no\r\nMessage-Account: sip:1002@127.0.0.1\r\nVoice-Message: 0/0 (0/0)\r\n",
    );
    assert.equal(subscriptions(), 1);
  });

  it("given messages that come, when the count changes, then those who subscribed to that mailbox are told", async () => {
    const dialog = await subscribed();
    await subscribed(await node.phone("1003"));
    node.manager.lamps.set("1002@internal", { new: 2, old: 1, newUrgent: 1, oldUrgent: 0 });
    const notify = await takeNotify(dialog);
    assert.match(notify.body, /^Messages-Waiting: yes\r\n.*\r\nVoice-Message: 2\/1 \(1\/0\)\r\n$/);
    const others = node.lastPhone().received.filter(({ kind, method }) => kind === "request" && method === "NOTIFY");
    assert.equal(others.length, 1);
  });

  it("given changes while a NOTIFY is unanswered, when it is answered, then one more tells the last state", async () => {
    const dialog = await subscribed();
    node.manager.lamps.set("1002@internal", { new: 1, old: 0, newUrgent: 0, oldUrgent: 0 });
    const first = await dialog.request("NOTIFY");
    for (const count of [2, 3])
      node.manager.lamps.set("1002@internal", { new: count, old: 0, newUrgent: 0, oldUrgent: 0 });
    dialog.respond(first, 200);
    const second = await takeNotify(dialog);
    assert.match(second.body, /Voice-Message: 3\/0/);
    await until(() => assert.equal(node.metric("tandem_notifies_total", { result: "answered" }), 3));
  });

  it("given refusals, when a SUBSCRIBE is not right, then each gets the status that says why and nothing is kept", async () => {
    const answer = async (options: Parameters<typeof subscribe>[2]) =>
      (await subscribe(phone, node.server, options)).response;
    const bad = await answer({ event: "presence" });
    assert.deepEqual([bad.status, bad.get("allow-events")], [489, "message-summary, dialog"]);
    assert.equal((await answer({ event: "" })).status, 489);
    const brief = await answer({ expires: 10 });
    assert.deepEqual([brief.status, brief.get("min-expires")], [423, "60"]);
    assert.equal((await answer({ expires: "soon" })).status, 400);
    assert.equal((await answer({ user: "1003" })).status, 403);
    assert.equal((await answer({ user: "7777" })).status, 403);
    assert.equal((await answer({ headers: [["Accept", "application/pidf+xml"]] })).status, 406);
    assert.equal((await answer({ headers: [["Require", "eventlist"]] })).status, 420);
    assert.equal(subscriptions(), 0);
    assert.equal(
      phone.received.some(({ kind, method }) => kind === "request" && method === "NOTIFY"),
      false,
    );
  });

  it("given a phone whose user is not its number, when it subscribes by either, then the mailbox is that of its number", async () => {
    const alice = await SipPhone.start({ number: "alice", user: "alice", password: "secret", server: node.server });
    try {
      for (const user of ["alice", "1001"]) {
        const { response, dialog } = await subscribe(alice, node.server, { user });
        assert.equal(response.status, 200);
        assert.match((await takeNotify(dialog)).body, /Message-Account: sip:1001@/);
      }
    } finally {
      await alice.close();
    }
  });

  it("given a long Expires, when it is granted, then it is cut; without one it is an hour", async () => {
    const { response, dialog } = await subscribe(phone, node.server, { expires: 4_000_000 });
    assert.equal(response.get("expires"), "3600");
    assert.equal((await takeNotify(dialog)).get("subscription-state"), "active;expires=3600");
  });

  it("given a subscription, when it is refreshed, then it gets 200 and another NOTIFY, and lives as long as that says", async () => {
    const dialog = await subscribed();
    clock.advance(500_000);
    const refreshed = await dialog.send("SUBSCRIBE", { headers: refresh("300") }).final();
    assert.deepEqual([refreshed.status, refreshed.get("expires")], [200, "300"]);
    assert.equal((await takeNotify(dialog)).get("subscription-state"), "active;expires=300");
    await until(() => assert.equal(node.metric("tandem_notifies_total", { result: "answered" }), 2));
    clock.advance(299_000);
    assert.equal(subscriptions(), 1);
    clock.advance(2_000);
    assert.equal((await takeNotify(dialog)).get("subscription-state"), "terminated;reason=timeout");
    assert.equal(subscriptions(), 0);
    assert.equal((await dialog.send("SUBSCRIBE", { headers: refresh("300") }).final()).status, 481);
  });

  it("given a subscription, when its phone unsubscribes, then it gets 200 and a last NOTIFY", async () => {
    const dialog = await subscribed();
    const ended = await dialog.send("SUBSCRIBE", { headers: refresh("0") }).final();
    assert.deepEqual([ended.status, ended.get("expires")], [200, "0"]);
    assert.equal((await takeNotify(dialog)).get("subscription-state"), "terminated;reason=timeout");
    assert.equal(subscriptions(), 0);
    await until(() => assert.equal(node.metric("tandem_sip_dialogs"), 0));
  });

  it("given Expires 0 to begin with, when it comes, then the state is told once", async () => {
    const { response, dialog } = await subscribe(phone, node.server, { expires: 0 });
    assert.equal(response.status, 200);
    const notify = await takeNotify(dialog);
    assert.equal(notify.get("subscription-state"), "terminated;reason=timeout");
    assert.match(notify.body, /Messages-Waiting: no/);
    assert.equal(subscriptions(), 0);
  });

  it("given a refresh that is not right, when it comes, then it changes nothing", async () => {
    const dialog = await subscribed();
    const brief = await dialog.send("SUBSCRIBE", { headers: refresh("5") }).final();
    assert.deepEqual([brief.status, brief.get("min-expires")], [423, "60"]);
    const other = [
      ["Event", "message-summary;id=2"],
      ["Expires", "300"],
    ] as const;
    assert.equal((await dialog.send("SUBSCRIBE", { headers: other }).final()).status, 481);
    assert.equal((await dialog.send("SUBSCRIBE", { headers: [["Event", "presence"]] }).final()).status, 489);
    assert.equal((await dialog.send("SUBSCRIBE", { headers: [["Event", "dialog"]] }).final()).status, 481);
    assert.equal(subscriptions(), 1);
  });

  for (const [status, headers, left] of [
    [481, [], 0],
    [489, [], 0],
    [503, [["Retry-After", "5"]], 1],
  ] as const) {
    it(`given a phone that answers NOTIFY with ${status}, when that comes, then ${left} subscriptions are left`, async () => {
      const { dialog } = await subscribe(phone, node.server);
      await takeNotify(dialog, status, headers);
      await until(() => {
        const counted = node.metric("tandem_notifies_total", { result: left === 1 ? "answered" : "failed" });
        assert.deepEqual([counted, subscriptions()], [1, left]);
      });
    });
  }

  it("given a phone that refuses a NOTIFY, when that comes, then a last one ends the dialog of the subscription, too", async () => {
    const { dialog } = await subscribe(phone, node.server);
    await takeNotify(dialog, 489);
    assert.equal((await takeNotify(dialog, 489)).get("subscription-state"), "terminated;reason=noresource");
    await until(() => assert.equal(node.metric("tandem_sip_dialogs"), 0));
  });

  it("given a phone that begins again and again, when it subscribes from the same contact, then the old dialogs are ended", async () => {
    let old = await subscribed();
    for (let start = 0; start < 3; start += 1) {
      const dialog = await subscribed();
      assert.equal((await takeNotify(old, 481)).get("subscription-state"), "terminated;reason=noresource");
      old = dialog;
    }
    assert.equal(subscriptions(), 1);
    await until(() => assert.equal(node.metric("tandem_sip_dialogs"), 1));
  });

  it("given a phone that begins again, when it subscribes from the same contact, then the old subscription is gone", async () => {
    const old = await subscribed();
    const dialog = await subscribed();
    assert.equal(subscriptions(), 1);
    assert.equal((await old.send("SUBSCRIBE", { headers: refresh("300") }).final()).status, 481);
    assert.equal((await dialog.send("SUBSCRIBE", { headers: refresh("300") }).final()).status, 200);
  });

  it("given a phone with as many subscriptions as it may have, when it wants one more, then it gets 503 with Retry-After", async () => {
    for (let count = 0; count < 16; count += 1) {
      const place = await node.phone("1002", { registered: false });
      assert.equal((await subscribe(place, node.server)).response.status, 200);
    }
    const { response } = await subscribe(phone, node.server);
    assert.deepEqual([response.status, response.get("retry-after")], [503, "60"]);
    assert.equal((await subscribe(await node.phone("1003"), node.server)).response.status, 200);
  });

  it("given a stranger, when it sends SUBSCRIBE into the dialog of another, then it is challenged and refused", async () => {
    const dialog = await subscribed();
    const stranger = await node.phone("1003", { registered: false, address: "127.0.0.3" });
    const forged = stranger.sendRequest(
      "SUBSCRIBE",
      dialog.target,
      [
        ["From", dialog.local],
        ["To", dialog.remote],
        ["Call-ID", dialog.callId],
        ["CSeq", "900 SUBSCRIBE"],
        ["Contact", stranger.contact],
        ...refresh("0"),
      ],
      {},
      undefined,
    );
    assert.equal((await forged.final()).status, 401);
    assert.equal(subscriptions(), 1);
  });

  it("given call control that is killed, when it is back, then the phone refreshes as if nothing had been, and is told of changes", async () => {
    const dialog = await subscribed();
    await node.killManager();
    await node.startManager();
    assert.equal(subscriptions(), 1);
    const refreshed = await dialog.send("SUBSCRIBE", { headers: refresh("300") }).final();
    assert.equal(refreshed.status, 200);
    await takeNotify(dialog);
    node.manager.lamps.set("1002@internal", { new: 1, old: 0, newUrgent: 0, oldUrgent: 0 });
    assert.match((await takeNotify(dialog)).body, /Messages-Waiting: yes/);
  });

  it("given a lamp that is set, when call control is killed and back, then the phone that refreshes is told of it", async () => {
    const dialog = await subscribed();
    node.manager.lamps.set("1002@internal", { new: 1, old: 0 });
    await takeNotify(dialog);
    await node.killManager();
    await node.startManager();
    assert.equal((await dialog.send("SUBSCRIBE", { headers: refresh("300") }).final()).status, 200);
    assert.match((await takeNotify(dialog)).body, /Messages-Waiting: yes/);
  });

  it("given an edge that is restarted, when the phone refreshes, then that gets 200 and a NOTIFY", async () => {
    const dialog = await subscribed();
    await node.restartEdge();
    assert.equal((await dialog.send("SUBSCRIBE", { headers: refresh("300") }).final()).status, 200);
    await takeNotify(dialog);
    assert.equal(subscriptions(), 1);
  });

  it("given changes while the edge is away, when it is back, then the phone is told how it is then", async () => {
    const dialog = await subscribed();
    node.manager.lamps.set("1002@internal", { new: 1, old: 0, newUrgent: 0, oldUrgent: 0 });
    await dialog.request("NOTIFY");
    await node.restartEdge(() => {
      for (const count of [2, 3])
        node.manager.lamps.set("1002@internal", { new: count, old: 0, newUrgent: 0, oldUrgent: 0 });
    });
    assert.match((await takeNotify(dialog)).body, /Voice-Message: 3\/0/);
    await until(() => assert.equal(node.metric("tandem_notifies_total", { result: "answered" }), 2));
    assert.equal(subscriptions(), 1);
  });

  it("given subscriptions that ran out while call control was away, when it is back, then they are gone", async () => {
    const dialog = await subscribed();
    await node.killManager();
    clock.advance(700_000);
    await node.startManager();
    assert.equal(subscriptions(), 0);
    assert.equal((await dialog.send("SUBSCRIBE", { headers: refresh("300") }).final()).status, 481);
  });

  it("given a peer, when it subscribes to a mailbox, then it gets 403", async () => {
    const peer = await SipPhone.start({
      number: "1002",
      user: "x",
      password: "",
      server: node.server,
      address: "127.0.0.9",
    });
    try {
      assert.equal((await subscribe(peer, node.server)).response.status, 403);
    } finally {
      await peer.close();
    }
  });

  it("given OPTIONS, when it is answered, then the event packages are named", async () => {
    const options = phone.sendRequest(
      "OPTIONS",
      `sip:127.0.0.1:${node.server.port}`,
      [
        ["From", "<sip:1002@127.0.0.1>;tag=o"],
        ["To", "<sip:127.0.0.1>"],
        ["Call-ID", "options"],
        ["CSeq", "1 OPTIONS"],
      ],
      {},
      undefined,
    );
    const answer = await options.final();
    assert.equal(answer.get("allow-events"), "message-summary, dialog");
    assert.match(answer.get("allow") ?? "", /SUBSCRIBE/);
  });
});

function refresh(expires: string): readonly (readonly [string, string])[] {
  return [
    ["Event", "message-summary"],
    ["Expires", expires],
  ];
}
