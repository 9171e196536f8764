import assert from "node:assert/strict";
import { splitList } from "../../../src/sip/message/index.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { SwitchFixture, TEST_PROFILE } from "../../support/switch-fixture.ts";
import { testSdp } from "../../support/test-sdp.ts";
import { establish } from "../../support/established-call.ts";
import { requestText } from "../../support/request-text.ts";
import type { Fields, SipPhone } from "../../support/sip-phone.ts";

describe("requests outside a dialog", () => {
  let node: SwitchFixture;
  let phone: SipPhone;
  let uri: string;
  beforeEach(async () => {
    node = await SwitchFixture.start({ phones: [{}, { maxCalls: 1 }] });
    phone = await node.phone("1001");
    uri = `sip:1002@127.0.0.1:${node.server.port}`;
  });
  afterEach(async () => {
    await node.stop();
  });

  it("given an INVITE without credentials, when it comes, then it is challenged and nobody rings", async () => {
    const bob = await node.phone("1002");
    const response = await phone.exchange(requestText(phone, "INVITE", uri, [], ""));
    assert.equal(response.status, 401);
    assert.match(response.get("www-authenticate") ?? "", /^Digest realm="tandem\.test"/);
    assert.equal(
      bob.received.some(({ method, kind }) => kind === "request" && method === "INVITE"),
      false,
    );
  });

  async function invite(fields: Fields, body = "", target = uri): Promise<number> {
    const first = await phone.exchange(requestText(phone, "INVITE", target, fields, body));
    const text = requestText(phone, "INVITE", target, [...fields, ...phone.authorize(first, "INVITE", target)], body);
    return (await phone.exchange(text)).status;
  }

  it("given INVITEs that cannot become a call, when they are authenticated, then each gets the status that says why", async () => {
    const host = `127.0.0.1:${node.server.port}`;
    assert.equal(await invite([], "", `sip:7777@${host}`), 404, "unknown number");
    assert.equal(await invite([], "", `sip:1003@${host}`), 480, "not registered");
    assert.equal(await invite([], "", `sip:${host}`), 484, "no number");
    assert.equal(await invite([], "", "sip:1002@elsewhere.example"), 404, "foreign host");
    assert.equal(await invite([["Max-Forwards", "0"]]), 483, "hops");
    assert.equal(await invite([["Content-Type", "text/plain"]], "hello"), 415, "body");
    assert.equal(await invite([["Accept", "text/html"]]), 406, "accept");
    assert.equal(
      await invite([
        ["Session-Expires", "30"],
        ["Supported", "timer"],
      ]),
      422,
      "interval",
    );
    // Those that were refused for where they lead are attempts, the others no calls at all.
    const records = await node.settled(4);
    assert.deepEqual(
      records.map(({ calledNumber, callee, cause, reason, endedBy }) => [
        calledNumber,
        callee?.device,
        cause.sipStatus,
        cause.q850,
        reason,
        endedBy,
      ]),
      [
        ["7777", undefined, 404, 1, "rejected", "switch"],
        ["1003", "phone-1003", 480, 20, "unreachable", "switch"],
        ["", undefined, 484, 28, "rejected", "switch"],
        ["1002", undefined, 404, 1, "rejected", "switch"],
      ],
    );
    const { device, number, sipCallIds } = records[0]?.caller ?? {};
    assert.deepEqual([device, number, sipCallIds?.length], ["phone-1001", "1001", 1]);
  });

  it("given a callee that has as many calls as it may, when it is called, then the caller gets 486", async () => {
    const [bob, carol] = [await node.phone("1002"), await node.phone("1003")];
    const { near, far } = await establish(carol, bob);
    const call = await phone.call("1002", { sdp: testSdp(4_000) });
    assert.equal((await call.invite?.final())?.status, 486);
    const bye = near.bye();
    await far.takeBye();
    await bye;
    const [refused] = await node.settled(2);
    assert.deepEqual([refused?.callee?.device, refused?.reason, refused?.cause.q850], ["phone-1002", "busy", 17]);
  });

  it("given a caller that has as many calls as it may, when it calls once more, then it gets 486", async () => {
    const [bob, carol] = [await node.phone("1002"), await node.phone("1003")];
    const { near, far } = await establish(bob, carol);
    const call = await bob.call("1001", { sdp: testSdp(4_000) });
    assert.equal((await call.invite?.final())?.status, 486);
    const bye = near.bye();
    await far.takeBye();
    await bye;
    await node.settled(2);
  });

  it("given a dialog of another phone, when a stranger sends requests into it, then they are challenged and the call goes on", async () => {
    const bob = await node.phone("1002");
    const stranger = await node.phone("1003", { registered: false, address: "127.0.0.3" });
    const { near, far } = await establish(phone, bob);
    const local = near.local;
    const forged = stranger.sendRequest(
      "INFO",
      near.target,
      [
        ["From", local],
        ["To", near.remote],
        ["Call-ID", near.callId],
        ["CSeq", "900 INFO"],
      ],
      {},
      undefined,
    );
    const challenged = await forged.final();
    assert.equal(challenged.status, 401);
    const answered = stranger.sendRequest(
      "INFO",
      near.target,
      [
        ["From", local],
        ["To", near.remote],
        ["Call-ID", near.callId],
        ["CSeq", "901 INFO"],
        ...stranger.authorize(challenged, "INFO", near.target),
      ],
      {},
      undefined,
    );
    assert.equal((await answered.final()).status, 403);
    assert.equal(node.metric("tandem_calls"), 1);
    const bye = far.bye();
    await near.takeBye();
    await bye;
    await node.settled(1);
  });

  it("given a re-INVITE that takes no SDP, when it comes, then it is answered 406 and the call goes on", async () => {
    const bob = await node.phone("1002");
    const { near, far } = await establish(phone, bob);
    const refused = await near
      .send("INVITE", { sdp: testSdp(4_000, [], 2), headers: [["Accept", "text/html"]] })
      .final();
    assert.equal(refused.status, 406);
    assert.equal(node.metric("tandem_calls"), 1);
    const bye = far.bye();
    await near.takeBye();
    await bye;
    await node.settled(1);
  });

  it("given wrong tags, when a request comes from the right place, then it is answered 481", async () => {
    const bob = await node.phone("1002");
    const { near, far } = await establish(phone, bob);
    const local = near.local;
    near.local = local.replace(/tag=.*/, "tag=forged");
    assert.equal((await near.send("INFO").final()).status, 481);
    near.local = local;
    for (let number = 0; number < 3; number += 1) near.nextCseq();
    const bye = far.bye();
    await near.takeBye();
    await bye;
    await node.settled(1);
  });
});

describe("limits of call control", () => {
  it("given a phone with as many and as long contacts as it may have, when it registers, then the 200 lists all of them", async () => {
    const node = await SwitchFixture.start();
    try {
      const alice = await node.phone("1001", { registered: false });
      let last: readonly string[] = [];
      for (let place = 0; place < 5; place += 1) {
        const uri = `sip:1001@${alice.address}:${alice.port};token=${place}${"x".repeat(950)}`;
        const response = await alice.register([["Expires", "600"]], `<${uri}>`);
        assert.equal(response.status, 200);
        last = response.getAll("contact").flatMap((value) => splitList(value));
      }
      assert.deepEqual(
        last.map((contact) => /token=(\d)x{950}>;expires=/.exec(contact)?.[1]),
        ["0", "1", "2", "3", "4"],
      );
    } finally {
      await node.stop();
    }
  });

  it("given as many calls as the switch may have, when one more comes, then it gets 503 with Retry-After", async () => {
    const node = await SwitchFixture.start({ settings: { maxCalls: 1 } });
    try {
      const [alice, bob, carol] = [await node.phone("1001"), await node.phone("1002"), await node.phone("1003")];
      const { near, far } = await establish(alice, bob);
      const refused = await (await carol.call("1002", { sdp: testSdp(4_000) })).invite?.final();
      assert.equal(refused?.status, 503);
      assert.ok(Number(refused.get("retry-after")) > 0);
      const bye = near.bye();
      await far.takeBye();
      await bye;
      await node.settled(1);
    } finally {
      await node.stop();
    }
  });

  it("given a phone that leaves ended calls behind, when they are too many, then it gets 486 and others can call", async () => {
    const clock = new ManualClock(Date.now());
    const node = await SwitchFixture.start({ clock, phones: [{ maxCalls: 1 }, { maxCalls: 100 }] });
    try {
      const [alice, bob, carol] = [await node.phone("1001"), await node.phone("1002"), await node.phone("1003")];
      for (let count = 0; count < 34; count += 1) {
        const { near, far } = await establish(alice, bob);
        const bye = near.send("BYE");
        await far.request("BYE");
        assert.equal((await bye.final()).status, 200);
      }
      assert.equal(node.metric("tandem_calls"), 0);
      assert.equal(node.metric("tandem_call_sessions"), 34);
      const refused = await alice.call("1002", { sdp: testSdp(4_000) });
      assert.equal((await refused.invite?.final())?.status, 486);
      const { near, far } = await establish(carol, bob);
      const bye = near.bye();
      await far.takeBye();
      await bye;
    } finally {
      await node.stop();
    }
  });

  it("given a phone whose profile has no UDP, when it calls over UDP, then it gets 403", async () => {
    const node = await SwitchFixture.start({ phones: [{ profile: { ...TEST_PROFILE, transports: ["tcp"] } }] });
    try {
      const alice = await node.phone("1001", { registered: false });
      const call = await alice.call("1002", { sdp: testSdp(4_000) });
      assert.equal((await call.invite?.final())?.status, 403);
    } finally {
      await node.stop();
    }
  });

  it("given a node that drains, when a call comes, then it gets 503, and calls that are up end by endCalls with BYE on both sides", async () => {
    const node = await SwitchFixture.start();
    try {
      const [alice, bob, carol] = [await node.phone("1001"), await node.phone("1002"), await node.phone("1003")];
      const { near, far } = await establish(alice, bob);
      node.manager.drain();
      const call = await carol.call("1002", { sdp: testSdp(4_000) });
      assert.equal((await call.invite?.final())?.status, 503);
      const ended = node.manager.endCalls(10_000);
      await Promise.all([near.takeBye(), far.takeBye()]);
      await ended;
      assert.equal(node.metric("tandem_call_sessions"), 0);
      const [record] = await node.settled(1);
      assert.equal(record?.reason, "switch-stopped");
    } finally {
      await node.stop();
    }
  });

  it("given a phone that does not answer its BYE, when calls are ended, then that is waited for, but not longer than told", async () => {
    const clock = new ManualClock(Date.now());
    const node = await SwitchFixture.start({ clock });
    try {
      const { near, far } = await establish(await node.phone("1001"), await node.phone("1002"));
      let isOver = false;
      const ended = node.manager.endCalls(2_000).then(() => {
        isOver = true;
      });
      await near.takeBye();
      await far.request("BYE");
      clock.advance(1_999);
      await new Promise((resolve) => setImmediate(resolve));
      assert.equal(isOver, false);
      clock.advance(1);
      await ended;
    } finally {
      await node.stop();
    }
  });

  it("given no calls, when they are ended, then that is done at once", async () => {
    const node = await SwitchFixture.start();
    await node.manager.endCalls(60_000);
    await node.stop();
  });
});
