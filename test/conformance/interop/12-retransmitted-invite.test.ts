import assert from "node:assert/strict";
import { establish, hangUp, requestsTo, roundTrip, statusesTo } from "../../support/established-call.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { SipPhone, type PhoneTransaction } from "../../support/sip-phone.ts";
import { SwitchFixture, TEST_PROFILE } from "../../support/switch-fixture.ts";
import { testSdp } from "../../support/test-sdp.ts";

const PEER = "127.0.0.8";
/** When an INVITE may come again after it was refused: while timer I runs, and after it. */
const LATER_MS = [0, 4_000, 6_000, 25_000];

describe("interop 12: INVITE again after its final response", () => {
  let node: SwitchFixture;
  let clock: ManualClock;
  let alice: SipPhone;
  let bob: SipPhone;
  beforeEach(async () => {
    clock = new ManualClock();
    const profile = { ...TEST_PROFILE, kind: "trunk" } as const;
    const peer = { name: "peer", addresses: [PEER], uri: `sip:${PEER}:5999`, prefixes: [], maxCalls: 10, profile };
    node = await SwitchFixture.start({ edgeClock: clock, peers: [{ ...peer, transit: false }] });
    [alice, bob] = [await node.phone("1001"), await node.phone("1002")];
  });
  afterEach(async () => {
    await node.stop();
  });

  /** Sends the INVITE once more and waits until the switch has taken it. */
  async function again({ request }: PhoneTransaction, phone: SipPhone): Promise<void> {
    phone.transmit(request.text);
    await phone.exchange(
      [
        `OPTIONS sip:127.0.0.1:${node.server.port} SIP/2.0`,
        `Via: ${phone.newVia()}`,
        `From: <sip:${phone.number}@127.0.0.1>;tag=ping`,
        "To: <sip:switch@127.0.0.1>",
        `Call-ID: ping-${phone.newVia()}`,
        "CSeq: 1 OPTIONS",
        "Max-Forwards: 70",
        "Content-Length: 0",
        "\r\n",
      ].join("\r\n"),
    );
  }

  async function peerPhone(run: (phone: SipPhone) => Promise<void>): Promise<void> {
    const phone = await SipPhone.start({
      number: "peer",
      user: "peer",
      password: "",
      server: node.server,
      address: PEER,
    });
    try {
      await run(phone);
    } finally {
      await phone.close();
    }
  }

  it("given a call that was answered, when its INVITE comes again before the ACK, after it and after BYE, then there is no second call", async () => {
    const near = await alice.call("1002", { sdp: testSdp(4_000) });
    const far = await bob.offered();
    await far.answer({ sdp: testSdp(5_000) });
    assert.ok(near.invite !== undefined);
    const answer = await near.invite.final();
    await again(near.invite, alice);
    near.ack(near.invite, answer);
    for (let count = 0; count < 3; count += 1) await again(near.invite, alice);
    clock.advance(20_000);
    await again(near.invite, alice);
    await roundTrip(near);
    assert.deepEqual([node.metric("tandem_calls"), node.metric("tandem_call_sessions")], [1, 1]);
    await hangUp(near, far);
    await again(near.invite, alice);
    await node.settled(1);
    assert.equal(requestsTo(bob, "INVITE").length, 1);
    const finals = statusesTo(alice, "INVITE").filter((status) => status >= 200 && status !== 401);
    assert.deepEqual(finals, [200]);
  });

  for (const status of [486, 404, 603]) {
    for (const who of ["phone", "peer"] as const) {
      it(`given a ${who}'s call that was refused with ${status}, when its INVITE comes again, soon and late, then nobody rings again`, async () => {
        const run = async (caller: SipPhone): Promise<void> => {
          const near = await caller.call("1002", { sdp: testSdp(4_000) });
          const far = await bob.offered();
          assert.ok(far.offer !== undefined && near.invite !== undefined);
          far.respond(far.offer, status);
          assert.equal((await near.invite.final()).status, status);
          let passedMs = 0;
          for (const laterMs of LATER_MS) {
            clock.advance(laterMs - passedMs);
            passedMs = laterMs;
            await again(near.invite, caller);
          }
          await node.settled(1);
          assert.equal(requestsTo(bob, "INVITE").length, 1);
          const finals = statusesTo(caller, "INVITE").filter((one) => one >= 200 && one !== 401);
          assert.deepEqual(new Set(finals), new Set([status]));
        };
        await (who === "phone" ? run(alice) : peerPhone(run));
      });
    }
  }

  it("given an INVITE that was cancelled, when it comes again, then nobody rings again", async () => {
    const near = await alice.call("1002", { sdp: testSdp(4_000) });
    const far = await bob.offered();
    assert.ok(far.offer !== undefined && near.invite !== undefined);
    far.respond(far.offer, 180);
    await near.invite.response(180);
    near.invite.cancel();
    assert.equal((await near.invite.final()).status, 487);
    await far.request("CANCEL");
    far.respond(far.offer, 487);
    await again(near.invite, alice);
    clock.advance(6_000);
    await again(near.invite, alice);
    await node.settled(1);
    assert.equal(requestsTo(bob, "INVITE").length, 1);
  });

  it("given an INVITE that was challenged, when it comes again, then nobody rings, and the one with credentials makes one call", async () => {
    const near = await alice.call("1002", { sdp: testSdp(4_000) });
    const far = await bob.offered();
    const challenged = alice.received.find(({ kind, status }) => kind === "response" && status === 401);
    assert.ok(challenged !== undefined && near.invite !== undefined);
    const first = near.invite.request.text
      .replace(/^Authorization: .*\r\n/m, "")
      .replace(near.invite.request.get("via") ?? "", challenged.get("via") ?? "")
      .replace(/^CSeq: .*\r$/m, `CSeq: ${challenged.get("cseq") ?? ""}\r`);
    alice.transmit(first);
    const acked = far.answer({ sdp: testSdp(5_000) });
    await near.established();
    await acked;
    alice.transmit(first);
    await roundTrip(near);
    assert.equal(requestsTo(bob, "INVITE").length, 1);
    assert.equal(node.metric("tandem_call_sessions"), 1);
    await hangUp(far, near);
    await node.settled(1);
  });

  for (const by of ["caller", "callee"] as const) {
    for (const status of [200, 488]) {
      it(`given a re-INVITE of the ${by}'s that got ${status}, when it comes again, then the other is not asked again and the call goes on`, async () => {
        const { near, far } = await establish(alice, bob);
        const [asking, other] = by === "caller" ? [near, far] : [far, near];
        const asked = requestsTo(other.phone, "INVITE").length;
        const invite = asking.send("INVITE", { sdp: testSdp(6_000, [], 2) });
        const passed = await other.request("INVITE");
        other.respond(passed, status, status === 200 ? { sdp: testSdp(7_000, [], 2) } : {});
        await other.request("ACK");
        const response = await invite.final();
        assert.equal(response.status, status);
        await again(invite, asking.phone);
        if (status === 200) asking.ack(invite, response);
        await again(invite, asking.phone);
        clock.advance(6_000);
        await again(invite, asking.phone);
        await roundTrip(asking);
        await roundTrip(other);
        assert.equal(requestsTo(other.phone, "INVITE").length, asked + 1);
        await hangUp(asking, other);
        await node.settled(1);
      });
    }
  }
});
