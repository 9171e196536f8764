import assert from "node:assert/strict";
import { CtiScene, numbersOf, over, type PortCall } from "../../../support/cti-scene.ts";
import { answers, refused, rings } from "../../../support/cti-stage.ts";
import { answer, establish, type TalkingPhone } from "../../../support/talking-phone.ts";
import type { TalkingPort } from "../../../support/talking-port.ts";
import type { ToldEvents } from "../../../support/told-events.ts";

const PORT_HZ = 1_300;

const blind = (line: string): string => `${line} (blind-transfer)`;
/** What is told when the other party of a call of the port comes into the first call. */
const merged = (dissolved: string, number: string): string[] => [
  "c1 conference start",
  `c1 ${number} moved from ${dissolved} (conference)`,
  "c1 port talking (conference)",
  "c1 conference end",
  ...["port dropped", "6001 disconnected", "invalid in c1"].map((what) => `${dissolved} ${what} (conference)`),
];

describe("CTI ports in calls with phones", () => {
  const scene = new CtiScene({ devices: [{ kind: "cti-port", name: "port", number: "6001" }], portHz: PORT_HZ });
  let alice: TalkingPhone;
  let bob: TalkingPhone;
  let carol: TalkingPhone;
  let port: TalkingPort;
  let told: ToldEvents;

  before(() => void ([alice, bob, carol] = scene.phones));
  beforeEach(() => void ({ port, told } = scene));

  const up = (from?: TalkingPhone): Promise<PortCall> => scene.portCall("6001", from);

  it("given a call at a port, when it is answered, held, taken back and ended, then each is told in the order that is promised", async () => {
    const { near, leg, talk } = await up();
    await Promise.all([near.untilHears(PORT_HZ), talk.untilHears(alice.toneHz)]);
    assert.deepEqual(told.take(), [
      ...["c1 active", "c1 1001 initiated", "c1 phone-1001 talking", "c1 1001 dialing", "c1 1001 established"],
      ...["c1 6001 offered", "c1 6001 alerting", "c1 port ringing", "c1 6001 established", "c1 port talking"],
    ]);
    await leg.hold();
    assert.equal(leg.state, "held");
    await near.untilHears("music");
    assert.deepEqual(told.take(), ["c1 port held (hold)"]);
    await leg.retrieve();
    await Promise.all([near.untilHears(PORT_HZ), talk.untilHears(alice.toneHz)]);
    assert.deepEqual(told.take(), ["c1 port talking (retrieve)"]);
    await over(leg.call, near, talk);
    assert.deepEqual(told.take(), [
      ...["c1 phone-1001 dropped", "c1 1001 disconnected", "c1 port dropped", "c1 6001 disconnected", "c1 invalid"],
    ]);
  });

  it("given two calls at a port, when it swaps, then the other one is talked in, and the first hears music", async () => {
    const first = await up();
    await first.leg.hold();
    const second = await up(bob);
    await Promise.all([first.near.untilHears("music"), second.near.untilHears(PORT_HZ)]);
    told.take();
    await port.terminal.swap();
    assert.deepEqual(told.take(), ["c2 port held (hold)", "c1 port talking (retrieve)"]);
    assert.deepEqual([first.leg.state, second.leg.state], ["talking", "held"]);
    await Promise.all([
      first.near.untilHears(PORT_HZ),
      second.near.untilHears("music"),
      first.talk.untilHears(alice.toneHz),
    ]);
    await over(first.leg.call, first.near);
    await over(second.leg.call, second.near);
  });

  it("given a call at a port, when it transfers it blindly, then the caller hears ring-back, then who answers, and the port is out", async () => {
    const { near, leg, talk } = await up();
    told.take();
    const transferring = leg.transfer("1002");
    const third = await rings(bob);
    await near.untilHears("ringback");
    await answer(third);
    await transferring;
    await talk.ended();
    await Promise.all([near.untilHears(bob.toneHz), third.untilHears(alice.toneHz)]);
    assert.deepEqual(told.take(), [
      ...["c1 1002 offered", "c1 1002 alerting", "c1 phone-1002 ringing", "c1 1002 established"].map(blind),
      ...[blind("c1 phone-1002 talking"), "c1 transfer start", blind("c1 port dropped")],
      ...[blind("c1 6001 disconnected"), "c1 transfer end"],
    ]);
    assert.deepEqual(numbersOf(leg.call), ["1001", "1002"]);
    await over(leg.call, near, third);
  });

  it("given a call at a port, when it consults and completes, then the two phones talk, and the first call goes on", async () => {
    const { near, leg, talk } = await up();
    told.take();
    const consulting = leg.consult("1002");
    const third = await answers(bob);
    const consultation = await consulting;
    const own = await port.talk();
    assert.notEqual(own, talk);
    await Promise.all([near.untilHears("music"), third.untilHears(PORT_HZ), own.untilHears(bob.toneHz)]);
    assert.deepEqual([consultation.calling.number, consultation.called.number], ["6001", "1002"]);
    assert.deepEqual(told.take(), [
      ...["c1 port held (hold)", "c2 active (make-call)", "c2 6001 offered", "c2 6001 alerting", "c2 port ringing"],
      ...["c2 6001 established", "c2 port talking", "c2 1002 offered", "c2 1002 alerting", "c2 phone-1002 ringing"],
      ...["c2 1002 established", "c2 phone-1002 talking"],
    ]);
    await leg.completeTransfer(consultation);
    await Promise.all([talk.ended(), own.ended()]);
    assert.equal(port.ports.size, 0);
    assert.deepEqual(told.take(), [
      ...["c1 transfer start", "c1 1002 moved from c2 (transfer)", "c1 port dropped (transfer)"],
      ...["c1 6001 disconnected (transfer)", "c1 transfer end", "c2 port dropped (transfer)"],
      ...["c2 6001 disconnected (transfer)", "c2 invalid in c1 (transfer)"],
    ]);
    await Promise.all([near.untilHears(bob.toneHz), third.untilHears(alice.toneHz)]);
    assert.deepEqual(
      [numbersOf(leg.call), consultation.isEnded, consultation.mergedInto],
      [["1001", "1002"], true, leg.call.id],
    );
    await over(leg.call, near, third);
  });

  it("given a consultation of a port, when it is made a conference, then all hear each other; one more comes, and one is dropped", async () => {
    const { near, leg, talk } = await up();
    const consulting = leg.consult("1002");
    const second = await answers(bob);
    const consultation = await consulting;
    told.take();
    const conference = await port.terminal.conference([leg.call, consultation]);
    assert.deepEqual(told.take(), merged("c2", "1002"));
    const own = await port.talk();
    await talk.ended();
    assert.deepEqual([...port.ports], [[conference.id, own.rtp.port]], "it talks in the leg that it talked in last");
    await Promise.all([
      near.untilHearsAll([bob.toneHz, PORT_HZ]),
      second.untilHearsAll([alice.toneHz, PORT_HZ]),
      own.untilHearsAll([alice.toneHz, bob.toneHz]),
    ]);
    const seat = conference.terminalConnection("port") ?? assert.fail();
    await refused(seat.sendDigits("1"), "CALL_WRONG_STATE");
    await seat.hold();
    await near.untilHearsAll([bob.toneHz]);
    assert.deepEqual(told.take(), ["c1 port held (hold)"]);
    const third = await carol.dial("6001");
    const [newcomer] = await port.answers();
    await establish(third);
    told.take();
    const same = await port.terminal.addParty(newcomer.call);
    assert.deepEqual(told.take(), merged("c3", "1003"));
    assert.equal(same.id, conference.id);
    await Promise.all([
      near.untilHearsAll([bob.toneHz, carol.toneHz, PORT_HZ]),
      third.untilHearsAll([alice.toneHz, bob.toneHz, PORT_HZ]),
    ]);
    await port.terminal.dropParty({ party: "phone-1002" }, { call: conference });
    assert.deepEqual(told.take(), ["c1 phone-1002 dropped (conference)", "c1 1002 disconnected (conference)"]);
    await second.ended();
    await near.untilHearsAll([carol.toneHz, PORT_HZ]);
    await seat.drop();
    assert.deepEqual(told.take().slice(0, 2), ["c1 port dropped", "c1 6001 disconnected"]);
    await Promise.all([near.untilHears(carol.toneHz), third.untilHears(alice.toneHz)]);
    await over(conference, near, third);
  });
});
