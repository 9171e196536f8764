import assert from "node:assert/strict";
import { establish } from "../../support/established-call.ts";
import { SwitchFixture, TEST_PROFILE } from "../../support/switch-fixture.ts";
import { testSdp } from "../../support/test-sdp.ts";

describe("session timers (RFC 4028)", () => {
  let node: SwitchFixture;
  beforeEach(async () => {
    const timed = { ...TEST_PROFILE, session: { expiresSeconds: 600, minSeconds: 120 } };
    node = await SwitchFixture.start({ phones: [{}, {}, { profile: timed }] });
  });
  afterEach(async () => {
    await node.stop();
  });

  it("given a phone that asks for a timer, when it calls, then it refreshes and its UPDATE is answered with the interval", async () => {
    const [alice, bob] = [await node.phone("1001"), await node.phone("1002")];
    const headers = [
      ["Session-Expires", "300"],
      ["Supported", "timer"],
    ] as const;
    const { near, far, answer, offered } = await establish(alice, bob, { near: { headers } });
    assert.equal(answer.get("session-expires"), "300;refresher=uac");
    assert.equal(answer.get("require"), "timer");
    assert.equal(offered.has("session-expires"), false);
    const update = await near.send("UPDATE", { headers }).final();
    assert.equal(update.get("session-expires"), "300;refresher=uac");
    const bye = near.bye();
    await far.takeBye();
    await bye;
    await node.settled(1);
  });

  it("given an interval below the minimum, when it is asked for again with the one of the 422, then the call is made", async () => {
    const [alice, bob] = [await node.phone("1001"), await node.phone("1002")];
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
    const { near, far } = await establish(alice, bob, {
      near: {
        headers: [
          ["Session-Expires", refused.get("min-se") ?? ""],
          ["Supported", "timer"],
        ],
      },
    });
    const bye = near.bye();
    await far.takeBye();
    await bye;
    await node.settled(1);
  });

  it("given a callee whose profile has a timer, when it wants a longer interval (422), then it is asked again with that", async () => {
    const [alice, carol] = [await node.phone("1001"), await node.phone("1003")];
    const call = await alice.call("1003", { sdp: testSdp(4_000) });
    const first = await carol.offered();
    assert.ok(first.offer !== undefined);
    assert.equal(first.offer.get("session-expires"), "600");
    assert.equal(first.offer.get("min-se"), "120");
    first.respond(first.offer, 422, { headers: [["Min-SE", "900"]] });
    const second = await carol.offered();
    assert.equal(second.offer?.get("session-expires"), "900");
    const acked = second.answer({
      sdp: testSdp(5_000),
      headers: [
        ["Session-Expires", "900;refresher=uas"],
        ["Require", "timer"],
      ],
    });
    await call.established();
    await acked;
    const reinvite = call.send("INVITE", { sdp: testSdp(4_000, ["a=sendonly"], 2) });
    const passed = await second.request("INVITE");
    assert.equal(passed.get("session-expires"), "900;refresher=uas");
    second.respond(passed, 488);
    await reinvite.final();
    const bye = call.bye();
    await second.takeBye();
    await bye;
    await node.settled(1);
  });
});
