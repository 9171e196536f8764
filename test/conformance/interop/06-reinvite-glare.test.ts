import assert from "node:assert/strict";
import {
  establish,
  hangUp,
  requestsTo,
  roundTrip,
  sdpLine,
  type EstablishedCall,
} from "../../support/established-call.ts";
import { eventually } from "../../support/eventually.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import type { PhoneCall, SipPhone } from "../../support/sip-phone.ts";
import { SwitchFixture, TEST_PROFILE } from "../../support/switch-fixture.ts";
import { testSdp } from "../../support/test-sdp.ts";

const PARTIES = ["caller", "callee"] as const;
type Party = (typeof PARTIES)[number];
/** RFC 3261 14.1: who made the leg's Call-ID waits longer. The switch made the callee's, and not the caller's. */
const BACK_OFF_MS = { caller: { least: 0, most: 2_000 }, callee: { least: 2_100, most: 4_000 } } as const;
const WITHOUT_UPDATE = ["Allow", "INVITE, ACK, BYE, CANCEL"] as const;

describe("interop 06: re-INVITE glare", () => {
  let node: SwitchFixture;
  let clock: ManualClock;
  let edgeClock: ManualClock;
  let alice: SipPhone;
  let bob: SipPhone;
  beforeEach(async () => {
    clock = new ManualClock(Date.now());
    edgeClock = new ManualClock();
    const timed = { ...TEST_PROFILE, session: { expiresSeconds: 600, minSeconds: 90 } };
    node = await SwitchFixture.start({ clock, edgeClock, phones: [{}, { profile: timed }] });
    [alice, bob] = [await node.phone("1001"), await node.phone("1002")];
  });
  afterEach(async () => {
    await node.stop();
  });

  function legs({ near, far }: EstablishedCall, first: Party): [PhoneCall, PhoneCall] {
    return first === "caller" ? [near, far] : [far, near];
  }

  function phoneOf(party: Party): SipPhone {
    return party === "caller" ? alice : bob;
  }

  async function change(asking: PhoneCall, asked: PhoneCall, port: number, version: number): Promise<void> {
    const invite = asking.send("INVITE", { sdp: testSdp(port, [], version) });
    const passed = await asked.request("INVITE");
    assert.equal(sdpLine(passed, "o="), sdpLine(invite.request, "o="));
    asked.respond(passed, 200, { sdp: testSdp(port + 1, [], version) });
    await asked.request("ACK");
    const answer = await invite.final();
    assert.equal(answer.status, 200);
    asking.ack(invite, answer);
  }

  async function assertNotAsked(party: PhoneCall, before: number): Promise<void> {
    await roundTrip(party);
    assert.equal(requestsTo(party.phone, "INVITE").length, before);
  }

  for (const first of PARTIES) {
    it(`given re-INVITEs of both that cross, the ${first}'s first, when they meet, then both get 491, and after their back-off each gets through`, async () => {
      const call = await establish(alice, bob);
      const [asking, asked] = legs(call, first);
      const invite = asking.send("INVITE", { sdp: testSdp(6_000, [], 2) });
      const passed = await asked.request("INVITE");
      const crossing = asked.send("INVITE", { sdp: testSdp(7_000, [], 2) });
      assert.equal((await crossing.final()).status, 491);
      asked.respond(passed, 491);
      assert.equal((await invite.final()).status, 491);
      // The callee is back first: its leg's Call-ID is the switch's, the caller's its own.
      await change(call.far, call.near, 7_000, 3);
      await change(call.near, call.far, 6_000, 3);
      await hangUp(asking, asked);
      await node.settled(1);
    });

    it(`given a ${first} whose re-INVITE meets the switch's own, when that gets 491, then the ${first}'s is refused meanwhile and the switch tries again in the time of its role`, async () => {
      const call = await establish(alice, bob);
      const [busy] = legs(call, first);
      const { least, most } = BACK_OFF_MS[first];
      // The relay has lost the session: the switch asks the callee, and then the caller, to take a new one.
      node.relay.sessions.clear();
      node.manager.relayConnected();
      if (first === "caller") await accept(call.far, 5_000);
      const asked = await busy.request("INVITE");
      const own = busy.send("INVITE", { sdp: testSdp(6_000, [], 2) });
      assert.equal((await own.final()).status, 491);
      const asksBefore = requestsTo(bob, "INVITE").length;
      const { activeTimers } = clock;
      busy.respond(asked, 491);
      await eventually(() => assert.equal(clock.activeTimers, activeTimers + 1), { timeoutMs: 2_000, intervalMs: 5 });
      if (least > 0) {
        clock.advance(least - 1);
        await assertNotAsked(call.far, asksBefore);
        clock.advance(most - least + 1);
      } else clock.advance(most);
      // The callee that has taken it already is not asked again.
      if (first === "callee") await accept(call.far, 5_000);
      await accept(call.near, 4_000);
      assert.equal(requestsTo(bob, "INVITE").length, first === "callee" ? asksBefore + 1 : asksBefore);
      await hangUp(call.near, call.far);
      await node.settled(1);
    });

    it(`given a refresh of the switch's by re-INVITE, when the ${first} answers 491, then it comes again in the time of its role`, async () => {
      const refreshed = await refreshedBySwitch(first);
      const [busy, other] = legs(refreshed, first);
      const { least, most } = BACK_OFF_MS[first];
      edgeClock.advance(300_100);
      const refresh = await busy.request("INVITE");
      const asksBefore = requestsTo(phoneOf(first), "INVITE").length;
      busy.respond(refresh, 491);
      await busy.request("ACK");
      if (least > 0) {
        edgeClock.advance(least - 50);
        await assertNotAsked(busy, asksBefore);
        edgeClock.advance(most - least + 100);
      } else edgeClock.advance(most + 50);
      const again = await busy.request("INVITE");
      assert.notEqual(again.get("cseq"), refresh.get("cseq"));
      busy.respond(again, 200, {
        sdp: testSdp(5_000),
        headers: [["Session-Expires", "600;refresher=uac"]],
      });
      await busy.request("ACK");
      await hangUp(other, busy);
      await node.settled(1);
    });

    it(`given a refresh of the switch's by re-INVITE that the ${first} has not answered, when either changes the session, then that gets 491 and the ${first} no second INVITE, and later both get through`, async () => {
      const refreshed = await refreshedBySwitch(first);
      const [slow, other] = legs(refreshed, first);
      edgeClock.advance(300_100);
      const refresh = await slow.request("INVITE");
      const asked = requestsTo(slow.phone, "INVITE").length;
      for (const method of ["INVITE", "UPDATE"]) {
        assert.equal((await slow.send(method, { sdp: testSdp(7_000, [], 2) }).final()).status, 491);
      }
      const blocked = other.send("INVITE", { sdp: testSdp(6_000, [], 2) });
      assert.equal((await blocked.final()).status, 491);
      assert.equal(requestsTo(slow.phone, "INVITE").length, asked);
      slow.respond(refresh, 200, {
        sdp: testSdp(5_000),
        headers: [["Session-Expires", "600;refresher=uac"]],
      });
      const ack = await slow.request("ACK");
      assert.equal(ack.get("cseq"), (refresh.get("cseq") ?? "").replace("INVITE", "ACK"));
      await change(slow, other, 7_000, 3);
      await change(other, slow, 6_000, 3);
      await hangUp(other, slow);
      await node.settled(1);
    });
  }

  /** Takes a re-INVITE of the switch's own. */
  async function accept(call: PhoneCall, port: number): Promise<void> {
    const asked = await call.request("INVITE");
    call.respond(asked, 200, { sdp: testSdp(port, [], 2) });
    await call.request("ACK");
  }

  /** A call in which the switch refreshes the session with one party every 300 s, by re-INVITE. */
  async function refreshedBySwitch(party: Party): Promise<EstablishedCall> {
    const far = { headers: [WITHOUT_UPDATE, ["Session-Expires", "600;refresher=uac"] as const] };
    const near = {
      headers: [WITHOUT_UPDATE, ["Session-Expires", "600;refresher=uas"] as const, ["Supported", "timer"] as const],
    };
    const call =
      party === "callee"
        ? await establish(alice, bob, { near: { headers: [WITHOUT_UPDATE] }, far })
        : await establish(alice, bob, { near, far: { headers: [WITHOUT_UPDATE] } });
    await roundTrip(call.near);
    return call;
  }
});
