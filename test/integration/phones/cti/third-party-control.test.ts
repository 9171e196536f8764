import assert from "node:assert/strict";
import type { Provider } from "../../../../src/sdk/index.ts";
import { ALICE, CtiScene, numbersOf, over } from "../../../support/cti-scene.ts";
import { answers, refused, rings } from "../../../support/cti-stage.ts";
import { eventually } from "../../../support/eventually.ts";
import { heardWithin } from "../../../support/heard-event.ts";
import { tandemOn } from "../../../support/tandem-shell.ts";
import { answer, establish, type Talk, type TalkingPhone } from "../../../support/talking-phone.ts";

describe("phones of a node under third-party control", () => {
  const scene = new CtiScene({
    prepare: (stage) =>
      stage.change(
        { type: "create", kind: "park-range", body: { pattern: "70X" } },
        { type: "create", kind: "pickup-group", body: { name: "team" } },
      ),
  });
  const up = (): ReturnType<CtiScene["phoneCall"]> => scene.phoneCall();
  let alice: TalkingPhone;
  let bob: TalkingPhone;
  let carol: TalkingPhone;
  let cti: Provider;

  before(() => void ([alice, bob, carol] = scene.phones));
  beforeEach(() => void ({ cti } = scene));

  it("given an id that the application chose, when it connects, then the call has it, and no second one can", async () => {
    const connecting = cti.terminal(ALICE).connect("1002", { callId: "chosen-by-us" });
    const near = await answers(alice);
    const far = await answers(bob);
    const call = await connecting;
    assert.equal(call.id, "chosen-by-us");
    await refused(cti.terminal("phone-1003").connect("1002", { callId: "chosen-by-us" }), "CONFLICT_CALL_ID");
    await Promise.all([near.untilHears(bob.toneHz), far.untilHears(alice.toneHz)]);
    await over(call, near, far);
    await refused(cti.terminal(ALICE).connect("1002", { callId: "chosen-by-us" }), "CONFLICT_CALL_ID");
    await refused(cti.terminal(ALICE).connect("1002", { callId: "short" }), "VALIDATION_PARAMETER");
  });

  it("given a call, when it is held and taken back, then music is heard meanwhile", async () => {
    const { near, far, call, leg } = await up();
    await leg.hold();
    assert.equal(leg.state, "held");
    await far.untilHears("music");
    await leg.retrieve();
    assert.equal(leg.state, "talking");
    await Promise.all([near.untilHears(bob.toneHz), far.untilHears(alice.toneHz)]);
    await over(call, near, far);
  });

  it("given a call, when it is transferred blindly, then the other two talk", async () => {
    const { near, far, call, leg } = await up();
    const transferring = leg.transfer("1003");
    const third = await answers(carol);
    await transferring;
    await near.ended();
    assert.deepEqual(numbersOf(call), ["1002", "1003"]);
    await Promise.all([far.untilHears(carol.toneHz), third.untilHears(bob.toneHz)]);
    await over(call, far, third);
  });

  it("given a consultation, when the transfer is completed, then the other two talk, and the first call goes on", async () => {
    const { near, far, call, leg } = await up();
    const consulting = leg.consult("1003");
    const second = await answers(alice);
    const third = await answers(carol);
    const consultation = await consulting;
    await Promise.all([second.untilHears(carol.toneHz), far.untilHears("music")]);
    assert.equal(leg.state, "held");
    await leg.completeTransfer(consultation);
    await Promise.all([near.ended(), second.ended()]);
    assert.deepEqual(
      [numbersOf(call), consultation.isEnded, consultation.mergedInto],
      [["1002", "1003"], true, call.id],
    );
    await Promise.all([far.untilHears(carol.toneHz), third.untilHears(bob.toneHz)]);
    await over(call, far, third);
  });

  it("given a consultation, when a conference is made, then three hear each other, and one can be dropped", async () => {
    const { near, far, call, leg } = await up();
    const consulting = leg.consult("1003");
    const second = await answers(alice);
    const third = await answers(carol);
    const conference = await cti.terminal(ALICE).conference([call, await consulting]);
    assert.deepEqual(numbersOf(conference), ["1001", "1002", "1003"]);
    await Promise.all([
      far.untilHearsAll([alice.toneHz, carol.toneHz]),
      third.untilHearsAll([alice.toneHz, bob.toneHz]),
    ]);
    await cti.terminal(ALICE).dropParty({ party: "phone-1003" }, { call: conference });
    await third.ended();
    assert.deepEqual(numbersOf(conference), ["1001", "1002"]);
    await far.untilHears(alice.toneHz);
    await over(conference, far);
    await Promise.all([near, second].map((talk) => talk.ended()));
  });

  it("given a call, when it is parked, then it waits with music, and another phone takes it off", async () => {
    const { near, far, leg } = await up();
    const slot = await leg.park();
    assert.match(slot, /^70\d$/);
    await near.ended();
    await far.untilHears("music");
    await refused(cti.terminal("phone-1003").unpark(slot === "700" ? "701" : "700"), "NOT_FOUND_PARK");
    const taking = cti.terminal("phone-1003").unpark(slot);
    const third = await answers(carol);
    const call = await taking;
    await Promise.all([far.untilHears(carol.toneHz), third.untilHears(bob.toneHz)]);
    assert.deepEqual(numbersOf(call), ["1002", "1003"]);
    await over(call, far, third);
  });

  it("given a phone that rings, when another one picks up, then that one talks", async () => {
    await refused(cti.terminal("phone-1003").pickup({ number: "1002" }), "PICKUP_NOTHING");
    const near = await alice.dial("1002");
    const rung = await rings(bob);
    const picking = cti.terminal("phone-1003").pickup({ number: "1002" });
    const third = await answers(carol);
    const call = await picking;
    await establish(near);
    await rung.ended();
    await Promise.all([near.untilHears(carol.toneHz), third.untilHears(alice.toneHz)]);
    assert.deepEqual(numbersOf(call), ["1001", "1003"]);
    await over(call, near, third);
  });

  it("given header fields, when a device is to call, consult, redirect or transfer with them, then the INVITEs at the targets have them", async () => {
    const headers = [{ name: "X-Customer", value: "4711" }];
    const fieldOf = ({ call }: Talk): unknown => call.offer?.get("x-customer");
    const connecting = cti.terminal(ALICE).connect("1002", { headers });
    const near = await answers(alice);
    assert.equal(fieldOf(near), undefined, "the device is not the target");
    const far = await answers(bob);
    assert.equal(fieldOf(far), "4711");
    const leg = (await connecting).terminalConnection(ALICE) ?? assert.fail();
    const consulting = leg.consult("1003", { headers: [{ name: "X-Customer", value: "0815" }] });
    const second = await answers(alice);
    const consulted = await answers(carol);
    assert.deepEqual([fieldOf(second), fieldOf(consulted)], [undefined, "0815"]);
    const consultation = await consulting;
    await consultation.drop();
    await Promise.all([second.ended(), consulted.ended()]);
    const transferring = leg.transfer("1003", { headers });
    const there = await answers(carol);
    assert.equal(fieldOf(there), "4711");
    await transferring;
    await near.ended();
    const [call] = cti.calls.filter(({ isEnded }) => !isEnded);
    const redirecting = call?.terminalConnection("phone-1003")?.redirect("1001", { headers }) ?? assert.fail();
    const again = await rings(alice);
    assert.equal(fieldOf(again), "4711");
    await redirecting;
    await answer(again);
    await far.hangUp();
    await again.ended();
  });

  it("given a call, when it is redirected on the command line with header fields, then the INVITE there has them", async () => {
    const { near, far, call } = await up();
    const fields = ["--header", "X-Customer: 4711", "--header", "X-Note:  a: b "];
    const redirecting = tandemOn(scene.stage.node, ["cti", "redirect", "1001", "1003", ...fields]);
    const third = await answers(carol);
    assert.deepEqual(
      ["x-customer", "x-note"].map((name) => third.call.offer?.get(name)),
      ["4711", "a: b"],
    );
    const { exitCode, err } = await redirecting;
    assert.deepEqual([exitCode, err], [0, ""]);
    await near.ended();
    await over(call, far, third);
  });

  it("given a key that has been used, when other header fields come with it, then that is another command", async () => {
    const { near, far, call, leg } = await up();
    const given = { headers: [{ name: "X-Customer", value: "4711" }], key: "with-headers" };
    const redirecting = leg.redirect("1003", given);
    const third = await answers(carol);
    await redirecting;
    await near.ended();
    assert.equal((await leg.redirect("1003", given)).isReplayed, true);
    const other = { ...given, headers: [{ name: "X-Customer", value: "0815" }] };
    await refused(leg.redirect("1003", other), "CONFLICT_IDEMPOTENCY");
    await over(call, far, third);
  });

  it("given a call, when its redirect fails, then it stays; when it succeeds, then the other party talks there", async () => {
    const { near, far, call, leg } = await up();
    await refused(leg.redirect("4711"), "ROUTE_NO_MATCH");
    await refused(leg.redirect("1009"), "ROUTE_UNREGISTERED");
    const failing = leg.redirect("1003");
    (await carol.offered()).progress(486);
    await refused(failing, "ROUTE_BUSY");
    assert.equal(leg.state, "talking");
    await near.untilHears(bob.toneHz);
    const redirecting = leg.redirect("1003");
    const third = await answers(carol);
    await redirecting;
    await near.ended();
    await call.until(() => numbersOf(call).join() === "1002,1003", { timeoutMs: 3_000 });
    await Promise.all([far.untilHears(carol.toneHz), third.untilHears(bob.toneHz)]);
    await over(call, far, third);
  });

  it("given a redirect that is to release the call when it fails, when it does, then both are released", async () => {
    const { near, far, call, leg } = await up();
    const failing = leg.redirect("1003", { failureMode: "drop" });
    (await carol.offered()).progress(486);
    await assert.rejects(failing, /ROUTE_BUSY/);
    await Promise.all([near.ended(), far.ended()]);
    await eventually(() => assert.equal(call.isEnded, true), { timeoutMs: 2_000 });
  });

  it("given a call, when one application sets its data, then another one sees it, and a key that is unset is gone", async () => {
    const { near, far, call, leg } = await up();
    const other = await scene.stage.application(scene.perTest, { watch: "all" });
    const told = heardWithin(other, "call.userData", 3_000);
    await leg.setUserData({ customer: "4711", note: "Grüße" });
    await told;
    assert.deepEqual(other.call(call.id)?.userData, { customer: "4711", note: "Grüße" });
    const toldAgain = heardWithin(cti, "call.userData", 3_000);
    await other.call(call.id)?.setUserData({ note: null });
    await toldAgain;
    assert.deepEqual(call.userData, { customer: "4711" });
    await over(call, near, far);
  });

  it("given a version that the call no longer has, when it is commanded, then it is refused, and a dry run does nothing", async () => {
    const { near, far, call, leg } = await up();
    const version = call.version;
    await leg.hold({ ifVersion: version });
    await refused(leg.retrieve({ ifVersion: version }), "CONFLICT_VERSION");
    await leg.retrieve({ dryRun: true });
    assert.equal(leg.state, "held");
    await leg.retrieve({ ifState: "held" });
    await over(call, near, far);
  });

  it("given a phone that rings, when the application rejects or redirects the call, then it is so", async () => {
    const near = await alice.dial("1002");
    const rung = await rings(bob);
    const call = await eventually(
      () => cti.calls.find(({ connections }) => connections.length === 2) ?? assert.fail("it is not told of"),
      { timeoutMs: 2_000 },
    );
    const redirecting = call.connectionOf("1002")?.redirect("1003");
    const third = await rings(carol);
    await redirecting;
    await rung.ended();
    await answer(third);
    await establish(near);
    await near.untilHears(carol.toneHz);
    await over(call, near, third);
  });
});
