import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Call, CtiEvent, Provider } from "../../../../src/sdk/index.ts";
import { Cleanup } from "../../../support/cleanup.ts";
import { answers, CtiStage, refused, rings } from "../../../support/cti-stage.ts";
import { heard, heardWithin } from "../../../support/heard-event.ts";
import { answer, establish, type TalkingPhone } from "../../../support/talking-phone.ts";
import { writeWav } from "../../../support/wav.ts";

const ALICE = "phone-1001";
const BOB = "phone-1002";
const CAROL = "phone-1003";
const DAVE = "phone-1004";
/** What dave's music is: a tone that nothing else makes. */
const MUSIC_HZ = 1_700;
const OTHER_MUSIC_HZ = 1_300;
const PORT = { kind: "cti-port", name: "port-2001", number: "2001" } as const;

describe("what applications of a node are told of calls", () => {
  const cleanup = new Cleanup();
  const perTest = new Cleanup();
  let stage: CtiStage;
  let alice: TalkingPhone;
  let bob: TalkingPhone;
  let carol: TalkingPhone;
  let dave: TalkingPhone;
  let cti: Provider;
  let events: CtiEvent[];

  before(async () => {
    stage = await CtiStage.start(cleanup, [PORT]);
    for (const [name, hz] of [
      ["own", MUSIC_HZ],
      ["other", OTHER_MUSIC_HZ],
    ] as const) {
      const samples = Int16Array.from({ length: 8_000 }, (_, at) => 8_000 * Math.sin((2 * Math.PI * hz * at) / 8_000));
      writeFileSync(join(stage.node.dataDir, `${name}.wav`), writeWav({ sampleRateHz: 8_000, samples }));
    }
    await stage.change(
      { type: "create", kind: "music-source", body: { name: "own", file: "own.wav" } },
      { type: "create", kind: "music-source", body: { name: "other", file: "other.wav" } },
      { type: "merge", kind: "phone", name: DAVE, body: { musicSource: "own" } },
      { type: "create", kind: "park-range", body: { pattern: "70X", reminderSeconds: 5 } },
      { type: "merge", kind: "directory-number", name: "1001@internal", body: { displayName: "Zoë Ångström 🙂" } },
      {
        type: "merge",
        kind: "directory-number",
        name: "1004@internal",
        body: { noAnswerSeconds: 1, forwarding: { noAnswer: { internal: "1003" } } },
      },
      { type: "create", kind: "partition", body: { name: "vip" } },
      {
        type: "create",
        kind: "directory-number",
        body: { number: "1900", partition: "vip", forwarding: { all: { internal: "1003" } } },
      },
      { type: "create", kind: "calling-search-space", body: { name: "all", partitions: ["internal", "vip"] } },
      { type: "merge", kind: "cti-port", name: PORT.name, body: { callingSearchSpace: "all" } },
    );
    [alice, bob, carol, dave] = [
      await stage.phone(cleanup, "1001"),
      await stage.phone(cleanup, "1002"),
      await stage.phone(cleanup, "1003"),
      await stage.phone(cleanup, "1004"),
    ];
  });
  after(() => cleanup.run());
  beforeEach(async () => {
    cti = await stage.application(perTest, { watch: "all" });
    events = [];
    cti.on("event", (event) => events.push(event as CtiEvent));
  });
  afterEach(async () => {
    await perTest.run();
    await stage.node.zero(["tandem_calls"], 5_000);
  });

  /** The call that alice's phone has begun. */
  const dialed = async (to: string, headers: readonly (readonly [string, string])[] = []) => {
    const isOffered = heard(cti, "call.connection", ({ state }) => state === "alerting");
    const near = await alice.dial(to, { headers: headers.map(([name, value]) => [name, value]) });
    return { near, isOffered };
  };
  const ended = async (call: Call): Promise<Call> => call.until(({ isEnded }) => isEnded, { timeoutMs: 5_000 });

  it("given a caller with a name in any script, when it calls, and when it withholds itself, then both are told", async () => {
    for (const isHidden of [false, true]) {
      const { near, isOffered } = await dialed("1002", isHidden ? [["Privacy", "id"]] : []);
      const far = await rings(bob);
      const call = cti.call((await isOffered).callId);
      assert.ok(call);
      assert.equal(call.calling.number, "1001");
      assert.equal(call.calling.name, "Zoë Ångström 🙂");
      const hidden = call.calling.isNumberHidden ?? false;
      assert.equal(hidden, isHidden);
      await Promise.all([answer(far), establish(near)]);
      await near.hangUp();
      await far.ended();
      await ended(call);
    }
  });

  for (const [what, status, cause] of [
    ["is busy", 486, 17],
    ["refuses", 603, 21],
    ["takes no such media", 488, 88],
  ] as const) {
    it(`given a phone that ${what}, when it is called, then the cause is ${cause}, with what SIP said`, async () => {
      const { near, isOffered } = await dialed("1003");
      const far = await rings(carol);
      const { callId } = await isOffered;
      const isOver = heard(
        cti,
        "call.connection",
        (event) => event.callId === callId && event.state === "disconnected",
      );
      const call = cti.call(callId);
      assert.ok(call);
      far.progress(status);
      const { why } = await isOver;
      assert.deepEqual([why?.cause, why?.sip?.status, why?.by], [cause, status, "party"]);
      await assert.rejects(near.call.established());
      await ended(call);
    });
  }

  it("given a phone that nobody answers, when its time is over, then the cause is 19, whatever SIP calls it", async () => {
    const { near, isOffered } = await dialed("1004");
    const far = await rings(dave);
    const { callId } = await isOffered;
    const isOver = heardWithin(
      cti,
      "call.connection",
      5_000,
      (event) => event.callId === callId && event.state === "disconnected",
    );
    const next = await answers(carol);
    const { why } = await isOver;
    assert.deepEqual([why?.cause, why?.feature, why?.by], [19, "forward-no-answer", "timer"]);
    await far.ended();
    await establish(near);
    await near.hangUp();
    await next.ended();
  });

  it("given a call, when its phone rings, talks, holds and is through, then the terminal shows each", async () => {
    const terminal = cti.terminal(BOB);
    assert.equal(terminal.activity, "idle");
    const connecting = cti.terminal(ALICE).connect("1002");
    const near = await answers(alice);
    const isRinging = heard(cti, "call.terminal", (event) => event.device === BOB && event.state === "ringing");
    const far = await rings(bob);
    await isRinging;
    assert.equal(terminal.activity, "alerting");
    await answer(far);
    const call = await connecting;
    assert.equal(terminal.activity, "active");
    await call.terminalConnection(BOB)?.hold();
    assert.equal(terminal.activity, "held");
    await call.drop();
    assert.equal(terminal.activity, "idle");
    await Promise.all([near.ended(), far.ended()]);
  });

  it("given a phone with music of its own, when an application has it hold, then the other party hears that, and else what there is for all", async () => {
    for (const [device, phone, music] of [
      [DAVE, dave, MUSIC_HZ],
      [ALICE, alice, "music"],
    ] as const) {
      const connecting = cti.terminal(device).connect("1002");
      const near = await answers(phone);
      const far = await answers(bob);
      const call = await connecting;
      const leg = call.terminalConnection(device);
      assert.ok(leg);
      await leg.hold();
      await far.untilHears(music);
      // A source that is named goes before that of the device, and can be changed for another.
      await refused(leg.hold({ music: "none such" }), "VALIDATION_PARAMETER");
      assert.equal((await leg.hold({ music: "other" })).isUnchanged, false);
      await far.untilHears(OTHER_MUSIC_HZ);
      assert.equal((await leg.hold({ music: "other" })).isUnchanged, true);
      await leg.retrieve();
      await far.untilHears(phone.toneHz);
      await leg.hold();
      await far.untilHears(music);
      await call.drop();
      await Promise.all([near.ended(), far.ended()]);
    }
  });

  /** Alice talks with bob, and has carol on the line in a consultation. */
  const consulted = async () => {
    const connecting = cti.terminal(ALICE).connect("1002");
    const near = await answers(alice);
    const far = await answers(bob);
    const call = await connecting;
    const leg = call.terminalConnection(ALICE);
    assert.ok(leg);
    const consulting = leg.consult("1003");
    const second = await answers(alice);
    const third = await answers(carol);
    const consultation = await consulting;
    return { near, far, call, leg, second, third, consultation };
  };

  it("given a consultation, when it is dropped and the first call taken back, then that is talked in again", async () => {
    const { near, far, call, leg, second, third, consultation } = await consulted();
    await consultation.drop();
    await Promise.all([second.ended(), third.ended()]);
    await leg.retrieve();
    assert.equal(leg.state, "talking");
    await Promise.all([near.untilHears(bob.toneHz), far.untilHears(alice.toneHz)]);
    await call.drop();
    await Promise.all([near.ended(), far.ended()]);
  });

  it("given a transfer, when it is completed, then all that moves is told between its start and its end", async () => {
    const { near, far, call, leg, second, third, consultation } = await consulted();
    await leg.completeTransfer(consultation);
    const features = events.filter(({ type }) => type === "call.feature") as Extract<
      CtiEvent,
      { type: "call.feature" }
    >[];
    assert.deepEqual(
      features.map(({ feature, moment, surviving, dissolved }) => [feature, moment, surviving, dissolved]),
      [
        ["transfer", "start", call.id, consultation.id],
        ["transfer", "end", call.id, consultation.id],
      ],
    );
    const [start, end] = features.map((feature) => events.indexOf(feature));
    const moved = events.findIndex(({ type }) => type === "call.moved");
    assert.ok(start !== undefined && end !== undefined && start < moved && moved < end, "moves stand in between");
    await Promise.all([near.ended(), second.ended()]);
    await call.drop();
    await Promise.all([far.ended(), third.ended()]);
  });

  it("given a parked call, when its time is over, then who parked rings, for the reason of a reminder, and has it", async () => {
    const connecting = cti.terminal(ALICE).connect("1003");
    const near = await answers(alice);
    const far = await answers(carol);
    const call = await connecting;
    const reminded = heardWithin(
      cti,
      "call.terminal",
      15_000,
      ({ device, state, why }) => device === ALICE && state === "ringing" && why?.feature === "park-reminder",
    );
    await call.terminalConnection(ALICE)?.park("701");
    await near.ended();
    const again = await alice.offered(15_000);
    again.progress(180);
    await reminded;
    await answer(again);
    await far.untilHears(alice.toneHz);
    await again.hangUp();
    await far.ended();
  });

  it("given a number that only the port may dial, when it redirects in the caller's search space, then not; in its own, then it rings", async () => {
    const port = await cti.openMediaTerminal(PORT.name, { mode: "switch" });
    perTest.add(port, (opened) => opened.close());
    const near = await alice.dial("2001");
    const offer = await port.offers()[Symbol.asyncIterator]().next();
    assert.ok(offer.done !== true);
    await offer.value.accept();
    await refused(offer.value.redirect("1900", { searchSpace: "calling" }), "ROUTE_NO_MATCH");
    const redirecting = offer.value.redirect("1900", { searchSpace: "redirecting", originalCalled: "reset" });
    const far = await answers(carol);
    await redirecting;
    await establish(near);
    const [call] = cti.terminal(CAROL).calls;
    assert.ok(call);
    assert.deepEqual(
      [call.called.number, call.view.currentCalled?.number, call.view.lastRedirecting?.number],
      ["2001", "1003", "1900"],
    );
    await near.untilHears(carol.toneHz);
    await near.hangUp();
    await far.ended();
  });
});
