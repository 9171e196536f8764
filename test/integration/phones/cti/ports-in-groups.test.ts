import assert from "node:assert/strict";
import type { Operation } from "../../../../src/database/index.ts";
import type { Provider } from "../../../../src/sdk/index.ts";
import { CtiScene, numbersOf, over, type PortCall } from "../../../support/cti-scene.ts";
import { answers, refused, rings } from "../../../support/cti-stage.ts";
import { answer, establish, type TalkingPhone } from "../../../support/talking-phone.ts";
import type { TalkingPort } from "../../../support/talking-port.ts";
import type { ToldEvents } from "../../../support/told-events.ts";

const PORT_HZ = 1_300;
const because =
  (feature: string) =>
  (line: string): string =>
    `${line} (${feature})`;
/** The port is rung, and answers, in a call that there is. */
const PORT_COMES = ["c1 6001 offered", "c1 6001 alerting", "c1 port ringing", "c1 6001 established", "c1 port talking"];
const WITHIN = { timeoutMs: 5_000 };

/** A line in a pickup group. */
function grouped(number: string, pickupGroup: string): Operation {
  return { type: "merge", kind: "directory-number", name: `${number}@internal`, body: { pickupGroup } };
}

const GROUPS: readonly Operation[] = [
  { type: "create", kind: "park-range", body: { pattern: "70X" } },
  { type: "create", kind: "pickup-group", body: { name: "desk" } },
  { type: "create", kind: "directory-number", body: { number: "798" } },
  { type: "create", kind: "pickup-group", body: { name: "shop", number: "798" } },
  { type: "merge", kind: "directory-number", name: "1003@internal", body: { maxCalls: 1, busyTrigger: 1 } },
  ...[grouped("6001", "desk"), grouped("1002", "desk"), grouped("1003", "shop")],
  { type: "create", kind: "line-group", body: { name: "one", members: ["1003@internal"] } },
  { type: "create", kind: "hunt-pilot", body: { pattern: "5000", lineGroups: ["one"], queue: {} } },
  { type: "create", kind: "cti-port", body: { name: "shared", lines: [{ directoryNumber: "1002" }] } },
];

describe("CTI ports that park, pick up, send on and share lines", () => {
  const scene = new CtiScene({
    devices: [{ kind: "cti-port", name: "port", number: "6001" }],
    prepare: (stage) => stage.change(...GROUPS),
    portHz: PORT_HZ,
  });
  let alice: TalkingPhone;
  let bob: TalkingPhone;
  let carol: TalkingPhone;
  let dave: TalkingPhone;
  let cti: Provider;
  let port: TalkingPort;
  let told: ToldEvents;

  before(() => void ([alice, bob, carol, dave] = scene.phones));
  beforeEach(() => void ({ cti, port, told } = scene));

  async function up(from?: TalkingPhone): Promise<PortCall> {
    const call = await scene.portCall("6001", from);
    told.take();
    return call;
  }

  it("given a call at a port, when it parks it and takes it off again, then the caller hears music meanwhile", async () => {
    const { near, leg, talk } = await up();
    const slot = await leg.park();
    assert.match(slot, /^70\d$/);
    await talk.ended();
    await near.untilHears("music");
    assert.deepEqual(told.take(), ["c1 port dropped (park)", "c1 6001 disconnected (park)"]);
    const call = await port.terminal.unpark(slot);
    const own = await port.talk(2);
    await Promise.all([near.untilHears(PORT_HZ), own.untilHears(alice.toneHz)]);
    assert.deepEqual(told.take(), PORT_COMES.map(because("unpark")));
    assert.deepEqual([...port.ports], [[call.id, own.rtp.port]]);
    await over(call, near, own);
  });

  it("given a slot that is named, when a port parks there, then it is that, a second call is refused, and a phone that dials it has the call", async () => {
    const { near, leg } = await up();
    assert.equal(await leg.park("705"), "705");
    await near.untilHears("music");
    const second = await up(dave);
    await refused(second.leg.park("705"), "PARK_SLOT_TAKEN");
    assert.equal(second.leg.state, "talking");
    await over(second.leg.call, second.near);
    told.take();
    const taking = await bob.dial("705");
    await establish(taking);
    await Promise.all([near.untilHears(bob.toneHz), taking.untilHears(alice.toneHz)]);
    assert.deepEqual(told.take(), [
      ...["c3 active", "c3 1002 initiated", "c3 phone-1002 talking", "c3 1002 dialing", "c3 shared bridged"],
      ...["c3 1002 established", "c1 1002 moved from c3 (unpark)", "c3 1002 moved from c3 (unpark)"],
      "c3 invalid in c1 (unpark)",
    ]);
    await taking.hangUp();
    await near.ended();
  });

  for (const [name, number, options] of [
    ["of its own group", "1002", {}],
    ["of another group", "1003", { group: "shop" }],
    ["of a number", "1003", { number: "1003" }],
  ] as const) {
    it(`given a call ${name} that rings, when a port picks it up, then it talks with the caller, and the phone is called no more`, async () => {
      await refused(port.terminal.pickup(options), "PICKUP_NOTHING");
      const near = await alice.dial(number);
      const rung = await rings(number === "1002" ? bob : carol);
      if (number === "1003") await refused(port.terminal.pickup(), "PICKUP_NOTHING");
      await told.until(`c1 phone-${number} ringing`, 5_000);
      const call = await port.terminal.pickup(options);
      await establish(near);
      await rung.ended();
      const own = await port.talk();
      await Promise.all([near.untilHears(PORT_HZ), own.untilHears(alice.toneHz)]);
      assert.deepEqual(numbersOf(call), ["1001", "6001"]);
      assert.deepEqual(told.take(), [
        ...PORT_COMES.map(because("pickup")),
        ...[`c1 phone-${number} dropped (pickup 26)`, `c1 ${number} disconnected (pickup 26)`],
      ]);
      assert.deepEqual([...port.ports], [[call.id, own.rtp.port]]);
      await over(call, near, own);
    });
  }

  it("given a call at a port, when it redirects it to who is busy, then it stays; when somebody takes it, then the port is out", async () => {
    const { near, leg, talk } = await up();
    const failing = leg.redirect("1002");
    (await bob.offered()).progress(486);
    await refused(failing, "ROUTE_BUSY");
    assert.equal(leg.state, "talking");
    await near.untilHears(PORT_HZ);
    assert.deepEqual(told.take(), ["c1 1002 offered (redirect)", "c1 1002 disconnected (redirect 17)"]);
    const redirecting = leg.redirect("1002");
    const third = await rings(bob);
    await redirecting;
    await talk.ended();
    await near.untilHears("ringback");
    await answer(third);
    await Promise.all([near.untilHears(bob.toneHz), third.untilHears(alice.toneHz)]);
    assert.deepEqual(
      told.take(),
      [
        ...["1002 offered", "1002 alerting", "phone-1002 ringing", "port dropped", "6001 disconnected"],
        ...["1002 established", "phone-1002 talking", "shared bridged"],
      ].map((what) => `c1 ${what} (redirect)`),
    );
    await over(leg.call, near, third);
  });

  it("given a hunt pilot whose member is busy, when a port redirects a call there, then the caller waits with music until it is served", async () => {
    const [busy, other] = await carol.talkTo(dave);
    const { near, leg, talk } = await up();
    await leg.redirect("5000");
    await talk.ended();
    await near.untilHears("music");
    assert.deepEqual(told.take(), [
      ...["c2 5000 queued (queueing)", "c2 port dropped (redirect)", "c2 6001 disconnected (redirect)"],
    ]);
    await busy.hangUp();
    await other.ended();
    const served = await answers(carol);
    await Promise.all([near.untilHears(carol.toneHz), served.untilHears(alice.toneHz)]);
    assert.deepEqual(
      told.take().filter((line) => line.startsWith("c2")),
      [
        ...["1003 offered", "1003 alerting", "phone-1003 ringing", "1003 established", "phone-1003 talking"],
        "5000 disconnected",
      ].map((what) => `c2 ${what} (de-queueing)`),
    );
    await over(leg.call, near, served);
  });

  it("given a line that a port shares with a phone, when the phone talks, then the port may barge in, unless that is private", async () => {
    const shared = await scene.openPort("shared", 1_700);
    const near = await alice.dial("1002");
    const far = await answers(bob);
    await establish(near);
    const [call] = cti.calls;
    assert.ok(call !== undefined);
    await call.until(() => call.terminalConnection("shared")?.state === "bridged", WITHIN);
    assert.equal(told.take().at(-1), "c1 shared bridged");
    await cti.terminal("phone-1002").privacy(true);
    await call.until(() => call.terminalConnection("shared")?.state === "in-use", WITHIN);
    await refused(shared.terminal.barge(call), "CALL_PRIVATE");
    await cti.terminal("phone-1002").privacy(false);
    await call.until(() => call.terminalConnection("shared")?.state === "bridged", WITHIN);
    assert.deepEqual(told.take(), ["c1 shared in-use", "c1 shared bridged"]);
    const same = await shared.terminal.barge(call);
    assert.equal(same.id, call.id);
    const own = await shared.talk();
    await Promise.all([
      near.untilHearsAll([bob.toneHz, 1_700]),
      far.untilHearsAll([alice.toneHz, 1_700]),
      own.untilHearsAll([alice.toneHz, bob.toneHz]),
    ]);
    // The port is rung by a call of its own, and then in the other one.
    assert.deepEqual(told.take(), [
      ...["c2 active (barge)", "c2 1002 offered", "c2 1002 alerting", "c2 shared ringing", "c2 1002 established"],
      ...["c2 shared talking", "c2 phone-1002 bridged", "c2 shared dropped (barge)", "c2 phone-1002 dropped (barge)"],
      ...["c2 1002 disconnected (barge)", "c2 invalid in c1 (barge)", "c1 shared talking (barge)"],
    ]);
    assert.deepEqual([...shared.ports], [[call.id, own.rtp.port]]);
    await far.hangUp();
    await Promise.all([near.untilHears(1_700), own.untilHears(alice.toneHz)]);
    assert.deepEqual(told.take(), ["c1 phone-1002 bridged"]);
    await near.hangUp();
    await own.ended();
  });
});
