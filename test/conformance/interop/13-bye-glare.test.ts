import assert from "node:assert/strict";
import { eventually } from "../../support/eventually.ts";
import { establish, requestsTo, roundTrip, type EstablishedCall } from "../../support/established-call.ts";
import type { PhoneCall, SipPhone } from "../../support/sip-phone.ts";
import { SwitchFixture } from "../../support/switch-fixture.ts";
import { testSdp } from "../../support/test-sdp.ts";

const PARTIES = ["caller", "callee"] as const;
type Party = (typeof PARTIES)[number];

describe("interop 13: BYE glare, and BYE against re-INVITE", () => {
  let node: SwitchFixture;
  let alice: SipPhone;
  let bob: SipPhone;
  let call: EstablishedCall;
  beforeEach(async () => {
    node = await SwitchFixture.start();
    [alice, bob] = [await node.phone("1001"), await node.phone("1002")];
    call = await establish(alice, bob);
    await roundTrip(call.near);
  });
  afterEach(async () => {
    await node.stop();
  });

  function parties(first: Party): [PhoneCall, PhoneCall] {
    return first === "caller" ? [call.near, call.far] : [call.far, call.near];
  }

  const changed = (port: number): { sdp: string } => ({ sdp: testSdp(port, [], 2) });

  it("given BYEs of both in the same moment, when they cross, then both get an answer and one record is written", async () => {
    const [one, other] = [call.near.send("BYE"), call.far.send("BYE")];
    const taken = [call.near, call.far].map((party) => party.takeBye(1_000).catch(() => undefined));
    assert.equal((await one.final()).status, 200);
    // The second one meets a dialog that the switch has ended, or is about to end (RFC 3261 15.1.2).
    assert.ok([200, 481].includes((await other.final()).status));
    await node.settled(1);
    await Promise.all(taken);
  });

  for (const first of PARTIES) {
    it(`given the ${first}'s BYE, when the switch's BYE to the other crosses one of its own, then both BYEs of the phones get 200, and the ${first} ended the call`, async () => {
      const [leaving, other] = parties(first);
      const bye = leaving.send("BYE");
      const switchs = await other.request("BYE");
      const crossing = await other.bye();
      assert.equal(crossing.status, 200);
      other.respond(switchs, 200);
      assert.equal((await bye.final()).status, 200);
      const [record] = await node.settled(1);
      assert.equal(record?.endedBy, first);
      assert.equal(requestsTo(leaving.phone, "BYE").length, 0);
    });

    it(`given the ${first}'s BYE, when the other answers the switch's with 481 for it has forgotten the call, then nothing is left`, async () => {
      const [leaving, other] = parties(first);
      const bye = leaving.send("BYE");
      other.respond(await other.request("BYE"), 481);
      assert.equal((await bye.final()).status, 200);
      await node.settled(1);
    });

    it(`given a re-INVITE of the ${first}'s that waits for the other, when the other hangs up, then the ${first} gets 487 and BYE, the other 200`, async () => {
      const [asking, leaving] = parties(first);
      const invite = asking.send("INVITE", changed(6_000));
      const passed = await leaving.request("INVITE");
      const bye = leaving.send("BYE");
      assert.equal((await bye.final()).status, 200);
      leaving.respond(passed, 487);
      assert.equal((await invite.final()).status, 487);
      await asking.takeBye();
      const [record] = await node.settled(1);
      assert.equal(record?.endedBy, first === "caller" ? "callee" : "caller");
      assert.equal(requestsTo(leaving.phone, "BYE").length, 0);
    });

    it(`given a re-INVITE of the ${first}'s that waits for the other, when the ${first} hangs up, then it gets 487 and the other BYE`, async () => {
      const [asking, asked] = parties(first);
      const invite = asking.send("INVITE", changed(6_000));
      const passed = await asked.request("INVITE");
      const bye = asking.send("BYE");
      assert.equal((await bye.final()).status, 200);
      assert.equal((await invite.final()).status, 487);
      await asked.takeBye();
      asked.respond(passed, 487);
      await node.settled(1);
    });

    it(`given a re-INVITE of the ${first}'s that rings, when the ${first} hangs up, then the other's is cancelled and nothing waits for it`, async () => {
      const [asking, asked] = parties(first);
      const invite = asking.send("INVITE", changed(6_000));
      const passed = await asked.request("INVITE");
      asked.respond(passed, 180);
      const bye = asking.send("BYE");
      await asked.request("CANCEL");
      await asked.takeBye();
      assert.equal((await bye.final()).status, 200);
      assert.equal((await invite.final()).status, 487);
      asked.respond(passed, 487);
      await node.settled(1);
    });

    it(`given a re-INVITE of the ${first}'s, when the ${first} hangs up and the other's 200 comes after its BYE, then that is acknowledged and nothing is left`, async () => {
      const [asking, asked] = parties(first);
      const invite = asking.send("INVITE", changed(6_000));
      const passed = await asked.request("INVITE");
      const acks = requestsTo(asked.phone, "ACK").length;
      assert.equal((await asking.bye()).status, 200);
      assert.equal((await invite.final()).status, 487);
      const switchs = await asked.request("BYE");
      asked.respond(passed, 200, changed(7_000));
      await eventually(() => assert.equal(requestsTo(asked.phone, "ACK").length, acks + 1), {
        timeoutMs: 2_000,
        intervalMs: 5,
      });
      asked.respond(switchs, 200);
      await node.settled(1);
    });

    it(`given the ${first}'s BYE, when a re-INVITE of the other crosses it, then that gets 481, and both legs end`, async () => {
      const [leaving, other] = parties(first);
      const bye = leaving.send("BYE");
      const switchs = await other.request("BYE");
      const invite = other.send("INVITE", changed(7_000));
      assert.equal((await invite.final()).status, 481);
      other.respond(switchs, 200);
      assert.equal((await bye.final()).status, 200);
      await node.settled(1);
      assert.equal(requestsTo(leaving.phone, "INVITE").length, leaving.phone === bob ? 1 : 0);
    });

    it(`given the ${first}'s BYE and a re-INVITE of its own behind it, when both come at once, then the re-INVITE gets 481 and the other hears of BYE alone`, async () => {
      const [leaving, other] = parties(first);
      const asked = requestsTo(other.phone, "INVITE").length;
      const bye = leaving.send("BYE");
      const invite = leaving.send("INVITE", changed(6_000));
      await other.takeBye();
      assert.equal((await bye.final()).status, 200);
      assert.equal((await invite.final()).status, 481);
      await node.settled(1);
      assert.equal(requestsTo(other.phone, "INVITE").length, asked);
    });

    it(`given a re-INVITE of the ${first}'s and the other's BYE in the same moment, when they cross, then the re-INVITE is refused, and both legs end`, async () => {
      const [asking, leaving] = parties(first);
      const bye = leaving.send("BYE");
      const invite = asking.send("INVITE", changed(6_000));
      await asking.takeBye();
      assert.equal((await bye.final()).status, 200);
      assert.ok([481, 487].includes((await invite.final()).status));
      await node.settled(1);
    });

    it(`given a 200 to a re-INVITE of the ${first}'s, when the other hangs up before the ACK, then the ${first} gets BYE, and its ACK changes nothing`, async () => {
      const [asking, leaving] = parties(first);
      const invite = asking.send("INVITE", changed(6_000));
      const passed = await leaving.request("INVITE");
      leaving.respond(passed, 200, changed(7_000));
      await leaving.request("ACK");
      const answer = await invite.final();
      assert.equal(answer.status, 200);
      assert.equal((await leaving.bye()).status, 200);
      asking.ack(invite, answer);
      await asking.takeBye();
      await node.settled(1);
    });
  }
});
