import assert from "node:assert/strict";
import type { Call, Provider } from "../../../../src/sdk/index.ts";
import { ALICE, CtiScene, over } from "../../../support/cti-scene.ts";
import { answers, refused, rings, type CtiStage } from "../../../support/cti-stage.ts";
import { eventually } from "../../../support/eventually.ts";
import { heardWithin } from "../../../support/heard-event.ts";
import { answer, establish, type TalkingPhone } from "../../../support/talking-phone.ts";

const DESK = { kind: "route-point", name: "desk", number: "5000" } as const;
const PORT = { kind: "cti-port", name: "port", number: "5001" } as const;

/** What docs/cti/sdk.md says of when promises are kept. */
describe("promises of the SDK with a node", () => {
  const scene = new CtiScene({
    devices: [DESK, PORT],
    prepare: (started) =>
      started.change(
        { type: "create", kind: "park-range", body: { pattern: "70X" } },
        { type: "merge", kind: "phone", name: "phone-1002", body: { autoAnswer: true } },
      ),
  });
  const up = (): ReturnType<CtiScene["phoneCall"]> => scene.phoneCall();
  let stage: CtiStage;
  let alice: TalkingPhone;
  let bob: TalkingPhone;
  let carol: TalkingPhone;
  let dave: TalkingPhone;
  let cti: Provider;

  before(() => {
    stage = scene.stage;
    [alice, bob, carol, dave] = scene.phones;
  });
  beforeEach(() => void ({ cti } = scene));

  /** Watches a promise: `isOpen` says whether it still is, once all has come that the server has told before. */
  function watched<Value>(promise: Promise<Value>): { readonly kept: Promise<Value>; isOpen(): Promise<boolean> } {
    let isOpen = true;
    const close = (): void => void (isOpen = false);
    promise.then(close, close);
    return {
      kept: promise,
      isOpen: async () => {
        await cti.request("call.list", {});
        return isOpen;
      },
    };
  }

  const statesOf = (call: Call): string[] =>
    call.connections.map(({ party, state }) => `${party.number} ${state}`).sort();

  it("given a phone that rings, then one that it calls, when that answers, then connect is kept, and not before", async () => {
    const connecting = watched(cti.terminal(ALICE).connect("1002"));
    const near = await rings(alice);
    assert.equal(await connecting.isOpen(), true);
    await answer(near);
    const far = await rings(bob);
    assert.equal(await connecting.isOpen(), true);
    await answer(far);
    const call = await connecting.kept;
    assert.deepEqual(statesOf(call), ["1001 established", "1002 established"]);
    await over(call, near, far);
  });

  it("given a call that is transferred, when the new party answers, then transfer is kept, and not before", async () => {
    const { near, far, call, leg } = await up();
    const transferring = watched(leg.transfer("1003"));
    const third = await rings(carol);
    assert.equal(await transferring.isOpen(), true);
    await answer(third);
    await transferring.kept;
    assert.deepEqual([statesOf(call), leg.state], [["1002 established", "1003 established"], "dropped"]);
    await near.ended();
    await over(call, far, third);
  });

  it("given a call that is redirected, when the new destination rings, then redirect is kept", async () => {
    const { near, far, call, leg } = await up();
    const redirecting = watched(leg.redirect("1003"));
    const offered = await carol.offered(5_000);
    assert.equal(await redirecting.isOpen(), true);
    offered.progress(180);
    await redirecting.kept;
    assert.deepEqual(statesOf(call), ["1002 established", "1003 alerting"]);
    await near.ended();
    await answer(offered);
    await call.until(() => statesOf(call).join() === "1002 established,1003 established", { timeoutMs: 3_000 });
    await over(call, far, offered);
  });

  it("given a consultation, when the number answers, then consult is kept; completeTransfer is when the others are connected", async () => {
    const { near, far, call, leg } = await up();
    const consulting = watched(leg.consult("1003"));
    const second = await answers(alice);
    const third = await rings(carol);
    assert.equal(await consulting.isOpen(), true);
    await answer(third);
    const consultation = await consulting.kept;
    assert.deepEqual([leg.state, statesOf(consultation)], ["held", ["1001 established", "1003 established"]]);
    await leg.completeTransfer(consultation);
    assert.deepEqual([statesOf(call), consultation.isEnded], [["1002 established", "1003 established"], true]);
    await Promise.all([near.ended(), second.ended()]);
    await over(call, far, third);
  });

  it("given two calls of a phone, when they are swapped, then the getters show it, and who is held hears music", async () => {
    const { near, far, call, leg } = await up();
    const consulting = leg.consult("1003");
    const second = await answers(alice);
    const third = await answers(carol);
    const other = (await consulting).terminalConnection(ALICE) ?? assert.fail();
    assert.deepEqual([leg.state, other.state], ["held", "talking"]);
    assert.deepEqual(await cti.terminal(ALICE).swap(), { isUnchanged: false, isReplayed: false });
    assert.deepEqual([leg.state, other.state], ["talking", "held"]);
    await Promise.all([near.untilHears(bob.toneHz), third.untilHears("music")]);
    await cti.terminal(ALICE).swap();
    assert.deepEqual([leg.state, other.state], ["held", "talking"]);
    await Promise.all([second.untilHears(carol.toneHz), far.untilHears("music")]);
    await over(other.call, second, third);
    await over(call, near, far);
  });

  it("given a conference and another call, when that joins, then addParty is kept with all in the conference, which it is the promise of", async () => {
    const { near, far, call, leg } = await up();
    const consulting = leg.consult("1003");
    const second = await answers(alice);
    const third = await answers(carol);
    const conference = await cti.terminal(ALICE).conference([call, await consulting]);
    const asking = cti.terminal(ALICE).connect("1004");
    const more = await answers(alice);
    const fourth = await answers(dave);
    const joining = await asking;
    const joined = await cti.terminal(ALICE).addParty(joining);
    assert.equal(joined, conference);
    assert.deepEqual(
      [statesOf(conference), joining.isEnded, joining.mergedInto],
      [["1001", "1002", "1003", "1004"].map((number) => `${number} established`), true, conference.id],
    );
    await fourth.untilHearsAll([alice.toneHz, bob.toneHz, carol.toneHz]);
    for (const party of ["phone-1002", "phone-1003"])
      await cti.terminal(ALICE).dropParty({ party }, { call: conference });
    assert.deepEqual(statesOf(conference), ["1001 established", "1004 established"]);
    await conference.drop();
    await Promise.all([near, second, more, far, third, fourth].map((talk) => talk.ended()));
  });

  it("given a phone that can be made to answer, when it rings and is asked to, then answer is kept once it has, and not before", async () => {
    const near = await alice.dial("1002");
    const rung = await rings(bob);
    const call = await eventually(
      () => cti.calls.find((one) => one.connectionOf("1002")?.state === "alerting") ?? assert.fail(),
      {
        timeoutMs: 3_000,
      },
    );
    const leg = call.terminalConnection("phone-1002") ?? assert.fail();
    assert.equal(leg.terminal.view?.capabilities.answer, "remote");
    const answering = watched(leg.answer());
    const asked = await bob.offered(5_000);
    await rung.ended();
    assert.equal(await answering.isOpen(), true);
    await answer(asked);
    await answering.kept;
    assert.deepEqual([leg.state, leg.connection.state], ["talking", "established"]);
    await establish(near);
    await near.untilHears(bob.toneHz);
    await over(call, near, asked);
    const other = await alice.dial("1003");
    const ringing = await rings(carol);
    const second = await eventually(
      () => cti.calls.find((one) => one.connectionOf("1003")?.state === "alerting") ?? assert.fail(),
      {
        timeoutMs: 3_000,
      },
    );
    await refused(second.connectionOf("1003")?.answer() ?? assert.fail(), "DEVICE_CAPABILITY");
    // By the phone of the application in it, which rings: that has been opened by what was refused.
    await over(second);
    await ringing.ended();
    assert.equal((await other.call.invite?.final())?.status, 603);
  });

  it("given a parked call, when the phone that takes it answers, then unpark is kept; park is when the slot is known", async () => {
    const { near, far, call, leg } = await up();
    const slot = await leg.park();
    assert.equal(leg.state, "dropped");
    await near.ended();
    const taking = watched(cti.terminal("phone-1003").unpark(slot));
    const third = await rings(carol);
    assert.equal(await taking.isOpen(), true);
    await answer(third);
    const taken = await taking.kept;
    assert.deepEqual(statesOf(taken), ["1002 established", "1003 established"]);
    assert.ok(taken.id === call.id || call.isEnded);
    await over(taken, far, third);
  });

  it("given a phone that rings, when another one that picks up answers, then pickup is kept, and not before", async () => {
    const near = await alice.dial("1002");
    const rung = await rings(bob);
    const picking = watched(cti.terminal("phone-1003").pickup({ number: "1002" }));
    const third = await rings(carol);
    assert.equal(await picking.isOpen(), true);
    await answer(third);
    const call = await picking.kept;
    assert.deepEqual(statesOf(call), ["1001 established", "1003 established"]);
    await establish(near);
    await rung.ended();
    await over(call, near, third);
  });

  it("given a port, when it is opened, accepts, answers and drops a call, then getters show each as soon as its promise is kept", async () => {
    await using port = await cti.openMediaTerminal("port", { mode: "switch" });
    assert.equal(port.terminal.isInService, true);
    const near = await alice.dial("5001");
    for await (const offer of port.offers()) {
      assert.equal(offer.connection.state, "offered");
      await offer.accept();
      assert.equal(offer.connection.state, "alerting");
      await offer.answer();
      assert.deepEqual([offer.state, offer.connection.state], ["talking", "established"]);
      await establish(near);
      await over(offer.call, near);
      break;
    }
    const rejected = await alice.dial("5001");
    for await (const offer of port.offers()) {
      await offer.reject("busy");
      assert.equal(offer.call.connectionOf("5001"), undefined);
      break;
    }
    assert.equal((await rejected.call.invite?.final())?.status, 486);
    const told = heardWithin(cti, "device.state", 3_000, ({ device }) => device.name === "port" && !device.isInService);
    await port.close();
    await told;
    assert.equal(cti.terminal("port").isInService, false);
  });

  it("given a route session, when the destination takes the call, then select is kept, and not before", async () => {
    await using desk = await cti.openRouteTerminal("desk");
    assert.equal(desk.terminal.isInService, true);
    const near = await alice.dial("5000");
    for await (const route of desk.routes()) {
      const selecting = watched(route.select(["1002"]));
      const far = await bob.offered(5_000);
      assert.equal(await selecting.isOpen(), true);
      far.progress(180);
      await selecting.kept;
      assert.equal(route.view.ended, "used");
      await answer(far);
      await establish(near);
      await near.hangUp();
      await far.ended();
      break;
    }
  });

  it("given a call that has ended, when CTIManager or call control is killed, then it can be asked for still", async () => {
    const { near, far, call } = await up();
    await over(call, near, far);
    const isEnded = async (): Promise<void> => {
      const { call: shown } = await cti.request("call.get", { callId: call.id });
      assert.deepEqual([shown.state, shown.why?.cause, shown.operations], ["invalid", 16, []]);
    };
    await isEnded();
    const resumed = heardWithin(cti, "provider.resumed", 15_000);
    const pid = await stage.node.killService("ctimanager");
    await stage.node.serviceAgain("ctimanager", pid, 15_000);
    await resumed;
    await isEnded();
    const other = await stage.node.killService("callmanager");
    await stage.node.serviceAgain("callmanager", other, 15_000);
    await isEnded();
  });
});
