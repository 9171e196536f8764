import assert from "node:assert/strict";
import type { CommandReply } from "../../../src/call/cti/commands/command-record.ts";
import type { CtiCommandRequest } from "../../../src/signals/index.ts";
import { Cleanup } from "../../support/cleanup.ts";
import { startConfiguredSwitch } from "../../support/configured-switch.ts";
import { phoneOperations, put } from "../../support/kept-configuration.ts";
import { requestOf } from "../../support/ringing-calls.ts";
import type { PhoneCall, SipPhone } from "../../support/sip-phone.ts";
import type { SwitchFixture } from "../../support/switch-fixture.ts";
import { testSdp } from "../../support/test-sdp.ts";

const NEAR = { sdp: testSdp(4_000) };
const FAR = { sdp: testSdp(5_000) };
const BOB = { actor: { user: "bob", session: "two" } };

describe("phones that applications have answer and reject", () => {
  const cleanup = new Cleanup();
  let node: SwitchFixture;
  let alice: SipPhone;
  let keys = 0;
  beforeEach(async () => {
    ({ node } = await startConfiguredSwitch(cleanup, [
      ...phoneOperations(["1001"]),
      ...phoneOperations(["1002"], { profile: "remote-phone" }),
      ...phoneOperations(["1003"], { autoAnswer: true }),
      ...phoneOperations(["1004"]),
      put("phone", {
        name: "second-1004",
        credentials: { user: "1005", password: "secret" },
        lines: [{ directoryNumber: "1004" }],
      }),
    ]));
    alice = await node.phone("1001");
  });
  afterEach(() => cleanup.run());

  function ask(command: CtiCommandRequest["command"], more: Partial<CtiCommandRequest> = {}): Promise<CommandReply> {
    keys += 1;
    return node.manager.cti.commands.handle(requestOf(`k${keys}`, command, more));
  }

  function callId(): string {
    return node.manager.features.callsNow()[0]?.callId ?? "";
  }

  /** Alice calls, and the phone rings. */
  async function ringing(
    number: string,
    phone: SipPhone,
  ): Promise<{ readonly near: PhoneCall; readonly far: PhoneCall }> {
    const near = await alice.call(number, NEAR);
    const far = await phone.offered();
    if (far.offer !== undefined) far.respond(far.offer, 180);
    await near.invite?.response(180);
    return { near, far };
  }

  it("given a phone that takes the request, when it is to answer, then it is asked in its dialog, and the reply comes when it has", async () => {
    const { near, far } = await ringing("1002", await node.phone("1002"));
    const answer = { type: "answer", device: "phone-1002", callId: callId() } as const;
    const reply = ask(answer);
    const notify = await far.request("NOTIFY");
    assert.equal(notify.get("event"), "talk");
    far.respond(notify, 200);
    const answered = far.answer(FAR);
    await near.established();
    await answered;
    assert.deepEqual(await reply, { ok: true, callId: answer.callId });
    const again = await ask(answer, BOB);
    assert.deepEqual(!again.ok && [again.failure, again.actor?.user, again.state], [
      "already-answered",
      "ann",
      "talking",
    ]);
    const outgoing = await ask({ ...answer, device: "phone-1001" });
    assert.equal(!outgoing.ok && outgoing.failure, "not-incoming");
  });

  it("given a phone that refuses the request, when it is to answer, then that is told with what it said, and it rings on", async () => {
    const { near, far } = await ringing("1002", await node.phone("1002"));
    const reply = ask({ type: "answer", device: "phone-1002", callId: callId() });
    far.respond(await far.request("NOTIFY"), 489);
    const refused = await reply;
    assert.deepEqual(!refused.ok && [refused.failure, refused.sip], ["device-capability", { status: 489 }]);
    const answered = far.answer(FAR);
    await near.established();
    await answered;
  });

  it("given a caller who hangs up, when a phone has been asked to answer, then the reply says so", async () => {
    const { near, far } = await ringing("1002", await node.phone("1002"));
    const reply = ask({ type: "answer", device: "phone-1002", callId: callId() });
    far.respond(await far.request("NOTIFY"), 200);
    near.invite?.cancel();
    await far.request("CANCEL").then((cancel) => far.respond(cancel, 200));
    if (far.offer !== undefined) far.respond(far.offer, 487);
    const refused = await reply;
    assert.ok(!refused.ok);
    assert.equal(refused.failure, "party-gone");
  });

  it("given a phone that answers by itself, when it is to answer, then it is called anew so that it does", async () => {
    const phone = await node.phone("1003");
    const { near, far } = await ringing("1003", phone);
    const reply = ask({ type: "answer", device: "phone-1003", callId: callId() });
    const cancel = await far.request("CANCEL");
    assert.match(cancel.get("reason") ?? "", /Call completed elsewhere/);
    far.respond(cancel, 200);
    if (far.offer !== undefined) far.respond(far.offer, 487);
    const anew = await phone.offered();
    assert.equal(anew.offer?.get("answer-mode"), "Auto");
    assert.match(anew.offer?.get("call-info") ?? "", /;answer-after=0$/);
    const answered = anew.answer(FAR);
    await near.established();
    await answered;
    assert.equal((await reply).ok, true);
  });

  it("given a phone that nothing makes answer, when it is to answer, then that is told, and to accept is to leave it", async () => {
    await ringing("1004", await node.phone("1004"));
    const named = { device: "phone-1004", callId: callId() };
    const refused = await ask({ type: "answer", ...named });
    assert.deepEqual(!refused.ok && [refused.failure, refused.state], ["device-capability", "alerting"]);
    assert.deepEqual(await ask({ type: "accept", ...named }), { ok: true, isUnchanged: true, callId: named.callId });
    const media = await ask({ type: "set-media", ...named, media: { address: "127.0.0.1", port: 4_000 } });
    assert.equal(!media.ok && media.failure, "media-on-phone");
  });

  it("given a phone that rings, when an application drops the call there, then it is rejected", async () => {
    const { near, far } = await ringing("1004", await node.phone("1004"));
    const reply = ask({ type: "drop", device: "phone-1004", callId: callId() });
    far.respond(await far.request("CANCEL"), 200);
    if (far.offer !== undefined) far.respond(far.offer, 487);
    assert.equal((await near.invite?.final())?.status, 603);
    assert.equal((await reply).ok, true);
  });

  it("given two phones of a line, when an application rejects at one, then that is rung no more, and the other rings on", async () => {
    const [first, second] = [await node.phone("1004"), await node.phone("1005")];
    const { near, far } = await ringing("1004", first);
    const other = await second.offered();
    const reply = ask({ type: "reject", device: "phone-1004", callId: callId() });
    far.respond(await far.request("CANCEL"), 200);
    if (far.offer !== undefined) far.respond(far.offer, 487);
    assert.equal((await reply).ok, true);
    const answered = other.answer(FAR);
    await near.established();
    await answered;
  });

  for (const [reason, status] of [
    ["busy", 486],
    ["rejected", 603],
  ] as const) {
    it(`given one phone, when an application rejects its call as ${reason}, then the caller gets ${status}`, async () => {
      const { near, far } = await ringing("1004", await node.phone("1004"));
      const named = { device: "phone-1004", callId: callId() };
      const reply = ask({ type: "reject", ...named, reason });
      far.respond(await far.request("CANCEL"), 200);
      if (far.offer !== undefined) far.respond(far.offer, 487);
      assert.equal((await near.invite?.final())?.status, status);
      assert.equal((await reply).ok, true);
      const ended = await ask({ type: "answer", ...named }, BOB);
      assert.deepEqual(!ended.ok && [ended.failure, ended.q850, ended.actor?.user], [
        "call-ended",
        status === 486 ? 17 : 21,
        "ann",
      ]);
    });
  }
});
