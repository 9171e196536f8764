import assert from "node:assert/strict";
import { eventually } from "../../support/eventually.ts";
import { hangUp, requestsTo, statusesTo } from "../../support/established-call.ts";
import type { PhoneCall, SipPhone } from "../../support/sip-phone.ts";
import { SwitchFixture } from "../../support/switch-fixture.ts";
import { testSdp } from "../../support/test-sdp.ts";
import { tagOf, type SipMessage } from "../../../src/sip/message/index.ts";

/** The callee's contact is a proxy that forks: its responses come with tags of two phones behind it. */
describe("interop 09: forked 18x with different tags, and two 200s", () => {
  let node: SwitchFixture;
  let alice: SipPhone;
  let proxy: SipPhone;
  let near: PhoneCall;
  let forked: PhoneCall;
  let offer: SipMessage;
  beforeEach(async () => {
    node = await SwitchFixture.start();
    [alice, proxy] = [await node.phone("1001"), await node.phone("1002")];
    near = await alice.call("1002", { sdp: testSdp(4_000) });
    forked = await proxy.offered();
    assert.ok(forked.offer !== undefined);
    offer = forked.offer;
  });
  afterEach(async () => {
    await node.stop();
  });

  function respond(status: number, tag: string, sdp?: string): void {
    proxy.respond(offer, status, tag, sdp === undefined ? {} : { sdp });
  }

  const toTag = (message: SipMessage): string | undefined => tagOf(message.get("to") ?? "");

  /** A request of the switch to the phone with this tag. */
  async function requestTo(tag: string, method: string): Promise<SipMessage> {
    return forked.requests.take((one) => one.method === method && toTag(one) === tag, `${method} to ${tag}`);
  }

  /** The 200 to the caller, acknowledged; all that the caller saw has one tag. */
  async function answered(): Promise<void> {
    await near.established();
    const responses = alice.received.filter(({ kind, method, status }) => {
      return kind === "response" && method === "INVITE" && status > 100 && status !== 401;
    });
    assert.equal(new Set(responses.map(toTag)).size, 1, "the caller sees one callee");
    assert.equal(responses.filter(({ status }) => status === 200).length, 1);
  }

  /** Both ends hang up as the phone with this tag, so that the switch's dialog must be with that one. */
  async function hangUpAs(tag: string, by: "caller" | "callee"): Promise<void> {
    forked.local = `${(offer.get("to") ?? "").replace(/;tag=.*/, "")};tag=${tag}`;
    forked.adopt(offer);
    if (by === "callee") return hangUp(forked, near);
    const bye = near.bye();
    forked.respond(await requestTo(tag, "BYE"), 200);
    assert.equal((await bye).status, 200);
  }

  for (const by of ["caller", "callee"] as const) {
    it(`given 180 of one fork and 183 with SDP of another, when the first answers, then the call is with the first, and the ${by} can hang up`, async () => {
      respond(180, "first");
      await near.invite?.response(180);
      respond(183, "second", testSdp(6_000));
      await near.invite?.response(183);
      respond(200, "first", testSdp(5_000));
      await requestTo("first", "ACK");
      await answered();
      await hangUpAs("first", by);
      const [record] = await node.settled(1);
      assert.equal(record?.endedBy, by);
    });
  }

  it("given early media of two forks, when the second one's comes and it answers, then the call is with the second", async () => {
    respond(183, "first", testSdp(5_000));
    await near.invite?.response(183);
    respond(183, "second", testSdp(6_000));
    await near.invite?.response(183);
    respond(200, "second", testSdp(6_000));
    await requestTo("second", "ACK");
    await answered();
    await hangUpAs("second", "callee");
    await node.settled(1);
  });

  for (const [when, wait] of [
    ["in one burst", false],
    ["after the first was acknowledged", true],
  ] as const) {
    it(`given two 200s of different forks, when the second comes ${when}, then it gets ACK and BYE at its own tag and the call with the first goes on`, async () => {
      respond(180, "second");
      respond(180, "first");
      respond(200, "first", testSdp(5_000));
      if (wait) await requestTo("first", "ACK");
      respond(200, "second", testSdp(6_000));
      if (!wait) await requestTo("first", "ACK");
      await requestTo("second", "ACK");
      const bye = await requestTo("second", "BYE");
      forked.respond(bye, 200);
      await answered();
      assert.equal(node.metric("tandem_calls"), 1);
      assert.deepEqual(requestsTo(alice, "BYE"), []);
      await hangUpAs("first", "caller");
      await node.settled(1);
    });
  }

  it("given two 200s of different forks, when the second is repeated, then each time it gets ACK and nothing else changes", async () => {
    respond(200, "first", testSdp(5_000));
    await requestTo("first", "ACK");
    await answered();
    respond(200, "second", testSdp(6_000));
    await requestTo("second", "ACK");
    forked.respond(await requestTo("second", "BYE"), 200);
    respond(200, "second", testSdp(6_000));
    const acksTo = (tag: string): number => requestsTo(proxy, "ACK").filter((ack) => toTag(ack) === tag).length;
    await eventually(() => assert.equal(acksTo("second"), 2), { timeoutMs: 2_000, intervalMs: 5 });
    assert.equal(acksTo("first"), 1);
    await hangUpAs("first", "callee");
    await node.settled(1);
  });

  it("given a caller that cancels, when two forks have answered all the same, then both get ACK and BYE and the caller one 487", async () => {
    respond(180, "first");
    respond(180, "second");
    await near.invite?.response(180);
    near.invite?.cancel();
    assert.equal((await near.invite?.final())?.status, 487);
    await forked.request("CANCEL");
    respond(200, "first", testSdp(5_000));
    respond(200, "second", testSdp(6_000));
    for (const tag of ["first", "second"]) {
      await requestTo(tag, "ACK");
      forked.respond(await requestTo(tag, "BYE"), 200);
    }
    await node.settled(1);
    assert.deepEqual(statusesTo(alice, "INVITE").slice(-2), [180, 487]);
  });
});
