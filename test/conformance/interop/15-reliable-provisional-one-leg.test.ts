import assert from "node:assert/strict";
import { hangUp } from "../../support/established-call.ts";
import type { SipMessage } from "../../../src/sip/message/index.ts";
import type { PhoneCall, SipPhone } from "../../support/sip-phone.ts";
import { SwitchFixture } from "../../support/switch-fixture.ts";
import { testSdp } from "../../support/test-sdp.ts";

const SUPPORTED = [["Supported", "100rel"]] as const;
const REQUIRED = [["Require", "100rel"]] as const;

const isReliable = (message: SipMessage): boolean => /\b100rel\b/.test(message.getAll("require").join());
const offersReliable = (message: SipMessage): boolean =>
  /\b100rel\b/.test([...message.getAll("supported"), ...message.getAll("require")].join());

/** The caller's next provisional response; a reliable one is acknowledged as RFC 3262 4 has it. */
async function ringing(call: PhoneCall, status: number): Promise<SipMessage> {
  const { invite } = call;
  assert.ok(invite !== undefined);
  const response = await invite.response(status);
  if (!isReliable(response)) {
    assert.equal(response.has("rseq"), false, "RSeq without Require");
    return response;
  }
  call.adopt(response);
  const rack = `${response.get("rseq") ?? ""} ${invite.request.get("cseq") ?? ""}`;
  const prack = call.send("PRACK", { headers: [["RAck", rack]] });
  assert.equal((await prack.final()).status, 200);
  return response;
}

/** The callee rings; reliably when that was offered, and then it must get its PRACK. */
async function ring(call: PhoneCall, status: number, sdp?: string): Promise<void> {
  const { offer } = call;
  assert.ok(offer !== undefined);
  const body = sdp === undefined ? {} : { sdp };
  if (!offersReliable(offer)) return call.respond(offer, status, body);
  call.respond(offer, status, { ...body, headers: [...REQUIRED, ["RSeq", "17"]] });
  const prack = await call.request("PRACK");
  assert.equal(prack.get("rack"), `17 ${offer.get("cseq") ?? ""}`);
  call.respond(prack, 200);
}

describe("interop 15: reliable provisional responses on one leg", () => {
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

  /** Answers, and ends the call from the callee's side. */
  async function answerAndEnd(near: PhoneCall, far: PhoneCall): Promise<void> {
    const acked = far.answer({ sdp: testSdp(5_000) });
    const answer = await near.established();
    await acked;
    assert.equal(isReliable(answer), false);
    await hangUp(far, near);
    const [record] = await node.settled(1);
    assert.equal(record?.reason, "normal");
  }

  it("given a caller with 100rel and a callee without, when it rings twice, then the callee is bothered by no PRACK and the caller hears both", async () => {
    const near = await alice.call("1002", { sdp: testSdp(4_000), headers: SUPPORTED });
    const far = await bob.offered();
    assert.ok(far.offer !== undefined);
    assert.equal(far.offer.has("require"), false);
    far.respond(far.offer, 180);
    await ringing(near, 180);
    far.respond(far.offer, 183, { sdp: testSdp(5_000) });
    const early = await ringing(near, 183);
    assert.match(early.body, /^c=IN IP4 192\.0\.2\.200/m);
    await answerAndEnd(near, far);
    assert.equal(
      bob.received.some(({ kind, method }) => kind === "request" && method === "PRACK"),
      false,
    );
  });

  it("given a callee with 100rel and a caller without, when it rings, then the caller gets nothing that it must acknowledge", async () => {
    const near = await alice.call("1002", { sdp: testSdp(4_000) });
    const far = await bob.offered();
    await ring(far, 183, testSdp(5_000));
    const early = await ringing(near, 183);
    assert.equal(isReliable(early), false);
    assert.match(early.body, /^c=IN IP4 192\.0\.2\.200/m);
    await answerAndEnd(near, far);
  });

  it("given a callee that rings reliably though nobody offered it, when it answers, then the call is up", async () => {
    const near = await alice.call("1002", { sdp: testSdp(4_000) });
    const far = await bob.offered();
    assert.ok(far.offer !== undefined);
    far.respond(far.offer, 180, { headers: [...REQUIRED, ["RSeq", "1"]] });
    assert.equal(isReliable(await ringing(near, 180)), false);
    await answerAndEnd(near, far);
  });

  it("given both with 100rel, when it rings, then each leg is acknowledged by itself", async () => {
    const near = await alice.call("1002", { sdp: testSdp(4_000), headers: SUPPORTED });
    const far = await bob.offered();
    await ring(far, 180);
    await ringing(near, 180);
    await answerAndEnd(near, far);
  });

  it("given a caller that requires 100rel, when it calls, then it is told that this is not had, or gets nothing unreliable", async () => {
    const near = await alice.call("1002", { sdp: testSdp(4_000), headers: REQUIRED });
    const refusal = near.invite?.response(420);
    const offer = bob.offered();
    const first = await Promise.any([refusal, offer]);
    for (const other of [refusal, offer]) other?.catch(() => undefined);
    if (first !== undefined && "status" in first) {
      assert.equal(first.get("unsupported"), "100rel");
      assert.equal(
        bob.received.some(({ kind, method }) => kind === "request" && method === "INVITE"),
        false,
      );
      await node.settled(0);
      return;
    }
    const far = await offer;
    await ring(far, 180);
    assert.equal(isReliable(await ringing(near, 180)), true);
    await answerAndEnd(near, far);
  });

  it("given a callee that asks for 100rel by 421, when it refuses, then the caller is not told to do what it cannot", async () => {
    const near = await alice.call("1002", { sdp: testSdp(4_000) });
    const far = await bob.offered();
    assert.ok(far.offer !== undefined);
    far.respond(far.offer, 421, { headers: REQUIRED });
    const refused = await near.invite?.final();
    assert.equal(refused?.status, 500);
    const [record] = await node.settled(1);
    assert.equal(record?.cause.sipStatus, 500);
  });

  it("given a caller with 100rel, when it gives up while it rings, then both legs are over", async () => {
    const near = await alice.call("1002", { sdp: testSdp(4_000), headers: SUPPORTED });
    const far = await bob.offered();
    assert.ok(far.offer !== undefined);
    far.respond(far.offer, 180);
    await ringing(near, 180);
    near.invite?.cancel();
    assert.equal((await near.invite?.final())?.status, 487);
    await far.request("CANCEL");
    far.respond(far.offer, 487);
    const [record] = await node.settled(1);
    assert.equal(record?.reason, "cancelled");
  });
});
