import assert from "node:assert/strict";
import { hangUp } from "../../support/established-call.ts";
import type { PhoneCall, SipPhone } from "../../support/sip-phone.ts";
import { SwitchFixture } from "../../support/switch-fixture.ts";
import { testSdp } from "../../support/test-sdp.ts";
import type { SipMessage } from "../../../src/sip/message/index.ts";

const REQUIRED = [["Require", "100rel"]] as const;

describe("reliable provisional responses, leg by leg (RFC 3262)", () => {
  let node: SwitchFixture;
  let alice: SipPhone;
  let bob: SipPhone;
  beforeEach(async () => {
    node = await SwitchFixture.start();
    [alice, bob] = [await node.phone("1001"), await node.phone("1002")];
  });
  afterEach(async () => {
    await node.stop();
  });

  async function offered(near: Promise<PhoneCall>): Promise<{ near: PhoneCall; far: PhoneCall; offer: SipMessage }> {
    const call = await near;
    const far = await bob.offered();
    assert.ok(far.offer !== undefined);
    return { near: call, far, offer: far.offer };
  }

  async function acknowledged(call: PhoneCall, status: number, sdp?: string): Promise<SipMessage> {
    const response = await call.invite?.response(status);
    assert.ok(response !== undefined);
    assert.equal(response.get("require"), "100rel");
    call.adopt(response);
    const rack = `${response.get("rseq") ?? ""} ${call.invite?.request.get("cseq") ?? ""}`;
    const prack = await call
      .send("PRACK", { headers: [["RAck", rack]], ...(sdp === undefined ? {} : { sdp }) })
      .final();
    assert.equal(prack.status, sdp === undefined ? 200 : 488);
    return response;
  }

  it("given a caller that requires 100rel, when it is rung, heard and answered, then both responses are reliable and the call is up", async () => {
    const headers = [...REQUIRED];
    const { near, far, offer } = await offered(alice.call("1002", { sdp: testSdp(4_000), headers }));
    assert.equal(offer.has("require"), false);
    far.respond(offer, 180);
    await acknowledged(near, 180);
    far.respond(offer, 183, { sdp: testSdp(5_000) });
    assert.match((await acknowledged(near, 183)).body, /^m=audio/m);
    const acked = far.answer({ sdp: testSdp(5_000) });
    await near.established();
    await acked;
    await hangUp(near, far);
    await node.settled(1);
  });

  it("given a caller that requires 100rel and makes no offer, when it is rung, then it hears nothing until the answer", async () => {
    const { near, far, offer } = await offered(alice.call("1002", { headers: [...REQUIRED] }));
    assert.doesNotMatch(offer.get("supported") ?? "", /100rel/);
    far.respond(offer, 180);
    far.respond(offer, 200, { sdp: testSdp(5_000) });
    const answer = await near.invite?.responses.take(() => true, "response to INVITE");
    assert.equal(answer?.status, 200);
    near.ack(near.invite, answer, { sdp: testSdp(4_000) });
    await far.request("ACK");
    await hangUp(near, far);
    await node.settled(1);
  });

  it("given a callee whose reliable 183 has the answer and whose 200 has none, when it answers, then the caller has that answer", async () => {
    const { near, far, offer } = await offered(alice.call("1002", { sdp: testSdp(4_000) }));
    assert.match(offer.get("supported") ?? "", /100rel/);
    assert.match(offer.get("allow") ?? "", /PRACK/);
    far.respond(offer, 183, { sdp: testSdp(5_000), headers: [...REQUIRED, ["RSeq", "5"]] });
    const prack = await far.request("PRACK");
    assert.equal(prack.get("rack"), `5 ${offer.get("cseq") ?? ""}`);
    far.respond(prack, 200);
    assert.equal((await near.invite?.response(183))?.has("require"), false);
    far.respond(offer, 200);
    const answer = await near.established();
    assert.match(answer.body, /^m=audio/m);
    await far.request("ACK");
    await hangUp(far, near);
    await node.settled(1);
  });

  it("given a PRACK with an offer, when it comes, then it is refused with 488 and the call goes on", async () => {
    const { near, far, offer } = await offered(alice.call("1002", { sdp: testSdp(4_000), headers: [...REQUIRED] }));
    far.respond(offer, 183, { sdp: testSdp(5_000) });
    await acknowledged(near, 183, testSdp(4_002));
    const acked = far.answer({ sdp: testSdp(5_000) });
    await near.established();
    await acked;
    await hangUp(near, far);
    await node.settled(1);
  });
});
