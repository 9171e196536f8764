import assert from "node:assert/strict";
import { EITHER_SIDE } from "../../support/either-side.ts";
import { establish, type EstablishedCall } from "../../support/established-call.ts";
import type { Fields, PhoneCall, SipPhone } from "../../support/sip-phone.ts";
import { takeInvites } from "../../support/take-invites.ts";
import { SwitchFixture } from "../../support/switch-fixture.ts";
import { tagOf } from "../../../src/sip/message/index.ts";
import { assertUnharmed } from "../../support/unharmed-call.ts";
import { testSdp } from "../../support/test-sdp.ts";

/** The dialog of a phone's, as that phone would name it. */
function dialogOf(call: PhoneCall): string {
  return `${call.callId};to-tag=${tagOf(call.remote) ?? ""};from-tag=${call.localTag}`;
}

describe("interop 18: Refer-To with Replaces", () => {
  let node: SwitchFixture;
  let alice: SipPhone;
  let bob: SipPhone;
  let carol: SipPhone;
  let call: EstablishedCall;
  const stops: (() => void)[] = [];
  beforeEach(async () => {
    node = await SwitchFixture.start();
    [alice, bob, carol] = [await node.phone("1001"), await node.phone("1002"), await node.phone("1003")];
    call = await establish(alice, bob);
  });
  afterEach(async () => {
    for (const stop of stops.splice(0)) stop();
    await node.stop();
  });

  for (const [name, order] of EITHER_SIDE) {
    it(`given a ${name} with a second call, when it sends REFER with the one in Replaces of the other, then the other parties have a call`, async () => {
      const [by, party] = order(call);
      const second = await establish(by.phone, carol);
      for (const one of [party, second.far]) stops.push(takeInvites(one, 9_000));
      const escaped = encodeURIComponent(dialogOf(second.near));
      const refer = by.send("REFER", { headers: [["Refer-To", `<sip:1003@127.0.0.1?Replaces=${escaped}>`]] });
      assert.equal((await refer.final()).status, 202);
      const notify = await by.request("NOTIFY");
      assert.match(notify.body, /^SIP\/2\.0 200 /);
      by.respond(notify, 200);
      await Promise.all([by.takeBye(), second.near.takeBye()]);
      const bye = party.bye();
      await second.far.takeBye();
      assert.equal((await bye).status, 200);
      await node.settled(3);
    });
  }

  const wishes: readonly (readonly [string, (dialog: string) => Fields, number])[] = [
    ["Replaces", (dialog) => [["Replaces", dialog]], 403],
    ["Replaces, early only", (dialog) => [["Replaces", `${dialog};early-only`]], 403],
    ["Replaces of an unknown dialog", () => [["Replaces", "nobody;to-tag=1;from-tag=2"]], 481],
    [
      "Replaces that is required",
      (dialog) => [
        ["Replaces", dialog],
        ["Require", "replaces"],
      ],
      403,
    ],
    ["Join", (dialog) => [["Join", dialog]], 481],
    [
      "Join that is required",
      (dialog) => [
        ["Join", dialog],
        ["Require", "join"],
      ],
      420,
    ],
  ];
  for (const [what, headersOf, status] of wishes) {
    it(`given a third phone, when its INVITE has ${what}, then it gets ${status}, nobody rings, and the call goes on`, async () => {
      const headers = headersOf(dialogOf(call.near));
      const attempt = await carol.call("1002", { sdp: testSdp(8_000), headers });
      const refused = await attempt.invite?.final();
      assert.equal(refused?.status, status);
      if (status === 420) assert.match(refused.get("unsupported") ?? "", /^join$/);
      await assertUnharmed(call, node);
      const invites = bob.received.filter(({ kind, method }) => kind === "request" && method === "INVITE");
      assert.ok(invites.every((invite) => invite.get("call-id") === call.far.callId));
    });
  }

  it("given a stranger who knows the tags of a call, when it sends INVITE with Replaces, then it is asked for its password", async () => {
    const stranger = await node.phone("1004", { registered: false });
    const headers: Fields = [["Replaces", dialogOf(call.near)]];
    const invite = stranger.sendRequest(
      "INVITE",
      `sip:1002@127.0.0.1:${node.server.port}`,
      [
        ["From", "<sip:1004@127.0.0.1>;tag=s"],
        ["To", "<sip:1002@127.0.0.1>"],
        ["Call-ID", "stranger"],
        ["CSeq", "1 INVITE"],
        ...headers,
      ],
      { sdp: testSdp(8_000) },
      undefined,
    );
    assert.equal((await invite.final()).status, 401);
    await assertUnharmed(call, node);
  });
});
