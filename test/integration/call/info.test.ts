import assert from "node:assert/strict";
import { establish, type EstablishedCall } from "../../support/established-call.ts";
import type { SipPhone } from "../../support/sip-phone.ts";
import { SwitchFixture } from "../../support/switch-fixture.ts";
import { testSdp } from "../../support/test-sdp.ts";

const BLOB = "Signal=#\r\nDuration=160\r\n\r\n\xc3\xa4\xff\x01 end";

describe("INFO from leg to leg", () => {
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

  async function hangUp({ near, far }: EstablishedCall): Promise<void> {
    const bye = near.bye();
    await far.takeBye();
    await bye;
    await node.settled(1);
  }

  for (const name of ["caller", "callee"] as const) {
    it(`given DTMF in an INFO of the ${name}, when it is passed, then no octet of it has changed`, async () => {
      const call = await establish(alice, bob);
      const [from, to] = name === "caller" ? [call.near, call.far] : [call.far, call.near];
      const info = from.send("INFO", {
        body: BLOB,
        contentType: "application/dtmf-relay",
        headers: [
          ["Content-Disposition", "signal;handling=optional"],
          ["Content-Encoding", "identity"],
          ["X-Secret", "1"],
        ],
      });
      const passed = await to.request("INFO");
      assert.equal(passed.body, BLOB);
      assert.equal(passed.get("content-type"), "application/dtmf-relay");
      assert.equal(passed.get("content-disposition"), "signal;handling=optional");
      assert.equal(passed.get("content-encoding"), "identity");
      assert.equal(passed.has("x-secret"), false);
      assert.equal(passed.has("info-package"), false);
      to.respond(passed, 200);
      assert.equal((await info.final()).status, 200);
      await hangUp(call);
    });
  }

  it("given packages that both name, when the call is set up, then each learns what the other takes, and INFO of those passes", async () => {
    const call = await establish(alice, bob, {
      near: { headers: [["Recv-Info", "p-alice, shared;v=1"]] },
      far: { headers: [["Recv-Info", "p-bob"]] },
    });
    assert.equal(call.offered.get("recv-info"), "p-alice, shared");
    assert.equal(call.answer.get("recv-info"), "p-bob");
    for (const [from, to, name] of [
      [call.near, call.far, "P-Bob;x=1"],
      [call.far, call.near, "shared"],
    ] as const) {
      const info = from.send("INFO", { headers: [["Info-Package", name]], body: "x", contentType: "text/plain" });
      const passed = await to.request("INFO");
      assert.equal(passed.get("info-package"), name);
      to.respond(passed, 200);
      assert.equal((await info.final()).status, 200);
    }
    await hangUp(call);
  });

  it("given a package that the other party has not named, when an INFO of it comes, then it gets 469 with those that it has", async () => {
    const call = await establish(alice, bob, { far: { headers: [["Recv-Info", "one, two"]] } });
    const refused = await call.near.send("INFO", { headers: [["Info-Package", "three"]] }).final();
    assert.equal(refused.status, 469);
    assert.equal(refused.reason, "Bad Info Package");
    assert.equal(refused.get("recv-info"), "one, two");
    const other = await call.far.send("INFO", { headers: [["Info-Package", "three"]] }).final();
    assert.deepEqual([other.status, other.get("recv-info")], [469, ""]);
    assert.equal(
      [...alice.received, ...bob.received].some(({ kind, method }) => kind === "request" && method === "INFO"),
      false,
    );
    await hangUp(call);
  });

  it("given a party that answers 469, when that is passed on, then it is a 469 with what the party takes", async () => {
    const call = await establish(alice, bob, { far: { headers: [["Recv-Info", "one"]] } });
    const info = call.near.send("INFO", { headers: [["Info-Package", "one"]] });
    call.far.respond(await call.far.request("INFO"), 469, { headers: [["Recv-Info", "two"]] });
    const refused = await info.final();
    assert.deepEqual([refused.status, refused.get("recv-info")], [469, "two"]);
    await hangUp(call);
  });

  it("given a party whose Allow has no INFO, when an INFO comes, then it gets 405 without INFO in Allow and the call goes on", async () => {
    const call = await establish(alice, bob, { far: { headers: [["Allow", "INVITE, ACK, BYE, CANCEL"]] } });
    const refused = await call.near.send("INFO", { body: "Signal=1", contentType: "application/dtmf-relay" }).final();
    assert.equal(refused.status, 405);
    assert.match(refused.get("allow") ?? "", /INVITE.*UPDATE/);
    assert.doesNotMatch(refused.get("allow") ?? "", /INFO/);
    assert.equal(node.metric("tandem_calls"), 1);
    await hangUp(call);
  });

  it("given a re-INVITE with other packages, when it is passed on, then the other party learns of them", async () => {
    const call = await establish(alice, bob, { near: { headers: [["Recv-Info", "old"]] } });
    const change = call.near.send("INVITE", { sdp: testSdp(4_002, [], 2), headers: [["Recv-Info", "new"]] });
    const asked = await call.far.request("INVITE");
    assert.equal(asked.get("recv-info"), "new");
    call.far.respond(asked, 200, { sdp: testSdp(5_002, [], 2) });
    call.near.ack(change, await change.response(200));
    await call.far.request("ACK");
    assert.equal((await call.far.send("INFO", { headers: [["Info-Package", "old"]] }).final()).status, 469);
    await hangUp(call);
  });

  it("given a service of the switch, when it gets INFO, then plain ones are taken and packages refused with 469", async () => {
    const call = await alice.call("9196", { sdp: testSdp(4_000), headers: [["Recv-Info", ""]] });
    await call.established();
    assert.equal(
      (await call.send("INFO", { body: "Signal=1", contentType: "application/dtmf-relay" }).final()).status,
      200,
    );
    assert.equal((await call.send("INFO", { headers: [["Info-Package", "one"]] }).final()).status, 469);
    await call.bye();
    await node.settled(1);
  });
});
