import assert from "node:assert/strict";
import { eventually } from "../../support/eventually.ts";
import { establish, hangUp, requestsTo, roundTrip, sdpLine, statusesTo } from "../../support/established-call.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import type { Fields, PhoneCall, SipPhone } from "../../support/sip-phone.ts";
import { SwitchFixture, TEST_PROFILE } from "../../support/switch-fixture.ts";
import { testSdp } from "../../support/test-sdp.ts";

const PARTIES = ["caller", "callee"] as const;
type Party = (typeof PARTIES)[number];
const INTERVAL_SECONDS = 600;
const HALF_MS = 300_000;
/** RFC 4028 10: BYE before the end by a third of the interval, at most 32 s. */
const EXPIRY_MS = 568_000;
const ALLOW = {
  UPDATE: ["Allow", "INVITE, ACK, BYE, CANCEL, UPDATE"],
  INVITE: ["Allow", "INVITE, ACK, BYE, CANCEL"],
} as const;
type Method = keyof typeof ALLOW;

/** Phone 1002's profile asks for a session timer; 1001's leaves it to the phone. */
describe("interop 14: session timers (RFC 4028)", () => {
  let node: SwitchFixture;
  let clock: ManualClock;
  let alice: SipPhone;
  let bob: SipPhone;
  let near: PhoneCall;
  let far: PhoneCall;
  beforeEach(async () => {
    clock = new ManualClock();
    const timed = { ...TEST_PROFILE, session: { expiresSeconds: INTERVAL_SECONDS, minSeconds: 120 } };
    node = await SwitchFixture.start({ edgeClock: clock, phones: [{}, { profile: timed }] });
    [alice, bob] = [await node.phone("1001"), await node.phone("1002")];
  });
  afterEach(async () => {
    await node.stop();
  });

  /** A call whose leg to `party` has a timer; `refresher` refreshes it. The other leg has none. */
  async function timedCall(
    party: Party,
    refresher: "phone" | "switch",
    method: Method,
  ): Promise<[PhoneCall, PhoneCall]> {
    const isNear = party === "caller";
    const role = isNear === (refresher === "phone") ? "uac" : "uas";
    const timer: Fields = [
      ["Session-Expires", `${INTERVAL_SECONDS};refresher=${role}`],
      ["Supported", "timer"],
      ...(isNear || refresher === "switch" ? [] : [["Require", "timer"] as const]),
    ];
    const established = await establish(alice, bob, {
      near: { headers: isNear ? [ALLOW[method], ...timer] : [ALLOW[method]] },
      far: { headers: isNear ? [ALLOW[method]] : [ALLOW[method], ...timer] },
    });
    ({ near, far } = established);
    if (isNear) {
      assert.equal(established.answer.get("session-expires"), `${INTERVAL_SECONDS};refresher=${role}`);
      assert.equal(established.answer.get("require"), refresher === "phone" ? "timer" : undefined);
    } else {
      assert.equal(established.offered.get("session-expires"), String(INTERVAL_SECONDS));
      assert.equal(established.offered.get("min-se"), "120");
      assert.match(established.offered.get("supported") ?? "", /timer/);
      assert.equal(established.answer.has("session-expires"), false);
    }
    await roundTrip(near);
    await roundTrip(far);
    return isNear ? [near, far] : [far, near];
  }

  const askedTo = (phone: SipPhone): number =>
    requestsTo(phone, "INVITE").length + requestsTo(phone, "UPDATE").length + requestsTo(phone, "BYE").length;

  /** Both legs get BYE when the session has expired; the record says so. */
  async function expires(timed: PhoneCall, other: PhoneCall): Promise<void> {
    const [bye] = await Promise.all([timed.takeBye(), other.takeBye()]);
    assert.match(bye.get("reason") ?? "", /^SIP;cause=408/);
    const [record] = await node.settled(1);
    assert.deepEqual([record?.reason, record?.cause.q850, record?.endedBy], ["session-lost", 102, "switch"]);
  }

  async function answerRefresh(timed: PhoneCall, method: Method): Promise<void> {
    const refresh = await timed.request(method);
    assert.equal(refresh.get("session-expires"), `${INTERVAL_SECONDS};refresher=uac`);
    const session = timed === near ? testSdp(4_000) : testSdp(5_000);
    timed.respond(refresh, 200, {
      headers: [["Session-Expires", `${INTERVAL_SECONDS};refresher=uac`]],
      ...(method === "INVITE" ? { sdp: session } : {}),
    });
    if (method === "INVITE") await timed.request("ACK");
    await roundTrip(timed);
  }

  it("given an interval below the minimum, when it is asked for again with the one of the 422, then the call is made", async () => {
    const short = await alice.call("1002", {
      sdp: testSdp(4_000),
      headers: [
        ["Session-Expires", "60"],
        ["Supported", "timer"],
      ],
    });
    const refused = await short.invite?.final();
    assert.equal(refused?.status, 422);
    assert.equal(refused.get("min-se"), "90");
    assert.equal(requestsTo(bob, "INVITE").length, 0);
    const headers: Fields = [
      ["Session-Expires", refused.get("min-se") ?? ""],
      ["Min-SE", refused.get("min-se") ?? ""],
      ["Supported", "timer"],
    ];
    const call = await establish(alice, bob, { near: { headers } });
    assert.equal(call.answer.get("session-expires"), "90;refresher=uac");
    await hangUp(call.near, call.far);
    await node.settled(1);
  });

  it("given a caller with a Min-SE above what its profile wants, when it calls, then the interval is not below that", async () => {
    const headers: Fields = [
      ["Session-Expires", "3600"],
      ["Min-SE", "1800"],
      ["Supported", "timer"],
    ];
    const call = await establish(bob, alice, { near: { headers } });
    assert.equal(call.answer.get("session-expires"), "1800;refresher=uac");
    assert.equal(call.offered.has("session-expires"), false);
    await hangUp(call.near, call.far);
    await node.settled(1);
  });

  it("given a caller that knows no timers, when its profile has one, then the switch refreshes and requires nothing", async () => {
    const call = await establish(bob, alice, { near: { headers: [ALLOW.INVITE] } });
    assert.equal(call.answer.get("session-expires"), `${INTERVAL_SECONDS};refresher=uas`);
    assert.equal(call.answer.has("require"), false);
    ({ near, far } = call);
    await roundTrip(near);
    clock.advance(HALF_MS + 100);
    await answerRefresh(near, "INVITE");
    await hangUp(call.near, call.far);
    await node.settled(1);
  });

  it("given a callee that wants a longer interval (422), when it is called, then it is asked again with that, and later requests keep to it", async () => {
    const call = await alice.call("1002", { sdp: testSdp(4_000) });
    const first = await bob.offered();
    assert.ok(first.offer !== undefined);
    assert.equal(first.offer.get("session-expires"), "600");
    assert.equal(first.offer.get("min-se"), "120");
    first.respond(first.offer, 422, { headers: [["Min-SE", "900"]] });
    const second = await bob.offered();
    assert.equal(second.offer?.get("session-expires"), "900");
    assert.equal(second.offer.get("min-se"), "900");
    const headers: Fields = [
      ["Session-Expires", "900;refresher=uas"],
      ["Require", "timer"],
    ];
    const acked = second.answer({ sdp: testSdp(5_000), headers });
    await call.established();
    await acked;
    const reinvite = call.send("INVITE", { sdp: testSdp(4_000, ["a=sendonly"], 2) });
    const passed = await second.request("INVITE");
    assert.equal(passed.get("session-expires"), "900;refresher=uas");
    second.respond(passed, 488);
    await reinvite.final();
    await hangUp(call, second);
    await node.settled(1);
    assert.deepEqual(
      statusesTo(alice, "INVITE").filter((status) => status === 422),
      [],
    );
  });

  for (const party of PARTIES) {
    for (const method of ["UPDATE", "INVITE"] as const) {
      it(`given a ${party} that refreshes by ${method}, when it does in time, then the call lives on and the other hears nothing; when it stops, then both legs end`, async () => {
        const [timed, other] = await timedCall(party, "phone", method);
        const knownTo = askedTo(other.phone);
        for (let round = 0; round < 3; round += 1) {
          clock.advance(HALF_MS);
          const headers: Fields = [
            ["Session-Expires", `${INTERVAL_SECONDS};refresher=uac`],
            ["Supported", "timer"],
          ];
          await refresh(timed, other, method, headers);
          await roundTrip(other);
        }
        if (method === "UPDATE") assert.equal(askedTo(other.phone), knownTo);
        clock.advance(EXPIRY_MS - 500);
        await roundTrip(other);
        assert.equal(node.metric("tandem_calls"), 1);
        clock.advance(1_000);
        await expires(timed, other);
      });

      it(`given the switch that refreshes the ${party} by ${method}, when that answers, then the call lives on and the other hears nothing; when it does not, then both legs end`, async () => {
        const [timed, other] = await timedCall(party, "switch", method);
        const knownTo = askedTo(other.phone);
        for (let round = 0; round < 3; round += 1) {
          clock.advance(HALF_MS - 100);
          await roundTrip(timed);
          const before = requestsTo(timed.phone, method).length;
          clock.advance(200);
          await eventually(() => assert.equal(requestsTo(timed.phone, method).length, before + 1), {
            timeoutMs: 2_000,
            intervalMs: 5,
          });
          await answerRefresh(timed, method);
        }
        assert.equal(askedTo(other.phone), knownTo);
        clock.advance(HALF_MS + 100);
        await timed.request(method);
        // The refresh has no answer: 64*T1, and the session is over.
        clock.advance(33_000);
        await expires(timed, other);
      });
    }

    it(`given a re-INVITE of the ${party} that asks for too short an interval, when it comes, then it gets 422 with Min-SE, the other hears nothing and the call goes on`, async () => {
      const [timed, other] = await timedCall(party, "phone", "UPDATE");
      const knownTo = askedTo(other.phone);
      for (const method of ["INVITE", "UPDATE"]) {
        const headers: Fields = [
          ["Session-Expires", "60"],
          ["Supported", "timer"],
        ];
        const short = await timed
          .send(method, { headers, ...(method === "INVITE" ? { sdp: testSdp(6_000) } : {}) })
          .final();
        assert.equal(short.status, 422);
        assert.equal(short.get("min-se"), party === "caller" ? "90" : "120");
      }
      assert.equal(askedTo(other.phone), knownTo);
      await hangUp(timed, other);
      await node.settled(1);
    });

    it(`given the switch that refreshes the ${party} by re-INVITE, when the call is on hold, then the refresh carries the session as it is held`, async () => {
      const [timed, other] = await timedCall(party, "switch", "INVITE");
      const hold = other.send("INVITE", { sdp: testSdp(6_000, ["a=sendonly"], 2) });
      const passed = await timed.request("INVITE");
      timed.respond(passed, 200, {
        sdp: testSdp(7_000, ["a=recvonly"], 2),
        headers: [["Session-Expires", `${INTERVAL_SECONDS};refresher=uac`]],
      });
      await timed.request("ACK");
      const held = await hold.final();
      assert.equal(held.status, 200);
      other.ack(hold, held);
      await roundTrip(other);
      clock.advance(HALF_MS + 100);
      const refreshed = await timed.request("INVITE");
      assert.equal(refreshed.body, passed.body);
      assert.equal(sdpLine(refreshed, "o="), sdpLine(passed, "o="));
      timed.respond(refreshed, 200, { sdp: testSdp(7_000, ["a=recvonly"], 2) });
      await timed.request("ACK");
      await hangUp(other, timed);
      await node.settled(1);
    });
  }

  /** A refresh by the phone: an UPDATE alone, or a re-INVITE with the session as it is. */
  async function refresh(timed: PhoneCall, other: PhoneCall, method: Method, headers: Fields): Promise<void> {
    if (method === "UPDATE") {
      const answer = await timed.send("UPDATE", { headers }).final();
      assert.equal(answer.status, 200);
      assert.equal(answer.get("session-expires"), `${INTERVAL_SECONDS};refresher=uac`);
      return;
    }
    const invite = timed.send("INVITE", { headers, sdp: testSdp(timed === near ? 4_000 : 5_000) });
    const passed = await other.request("INVITE");
    other.respond(passed, 200, { sdp: testSdp(timed === near ? 5_000 : 4_000) });
    await other.request("ACK");
    const answer = await invite.final();
    assert.equal(answer.status, 200);
    assert.equal(answer.get("session-expires"), `${INTERVAL_SECONDS};refresher=uac`);
    timed.ack(invite, answer);
  }
});
