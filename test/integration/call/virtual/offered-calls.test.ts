import assert from "node:assert/strict";
import type { CommandResult } from "../../../../src/call/model/index.ts";
import type { MediaRegistration } from "../../../../src/signals/index.ts";
import type { OfferState } from "../../../../src/call/virtual/offer-machine.ts";
import type { FoundOffer } from "../../../../src/call/virtual/offers.ts";
import { CtiReader } from "../../../support/cti-reader.ts";
import { Cleanup } from "../../../support/cleanup.ts";
import { eventually } from "../../../support/eventually.ts";
import { put } from "../../../support/kept-configuration.ts";
import { answer, establish, type TalkingPhone, type Talk } from "../../../support/talking-phone.ts";
import { startTalkingSwitch, type TalkingSwitch } from "../../../support/talking-switch.ts";

const WITHIN = { timeoutMs: 2_000, intervalMs: 5 };
const NO_MEDIA: MediaRegistration = { mode: "none" };
const STATIC: MediaRegistration = { mode: "static", address: "127.0.0.1", port: 4_000, codecs: ["PCMA"] };

describe("calls that a device of an application is offered", () => {
  let cleanup: Cleanup;
  let node: TalkingSwitch;
  let alice: TalkingPhone;
  let bob: TalkingPhone;
  beforeEach(async () => {
    cleanup = new Cleanup();
    node = await startTalkingSwitch(cleanup, [
      put("directory-number", { number: "7000" }),
      put("directory-number", { number: "7001", forwarding: { noAnswer: { internal: "1002" } }, noAnswerSeconds: 1 }),
      put("directory-number", {
        number: "7002",
        forwarding: { noAnswer: { internal: "7000" }, onFailure: { internal: "1002" } },
      }),
      put("route-point", {
        name: "point",
        lines: ["7000", "7001", "7002"].map((directoryNumber) => ({ directoryNumber })),
        acceptSeconds: 1,
      }),
    ]);
    ({ alice, bob } = node);
  });
  afterEach(() => cleanup.run());

  const own = (fence = 1, routes = false, autoAccept = false): void => {
    const { devices: cti } = node.node.manager.cti;
    const owner = { device: "point", fence, media: NO_MEDIA, routes, autoAccept, session: "s1" } as const;
    assert.deepEqual(cti.request({ type: "own", ...owner }), { ok: true });
  };
  const redirect = (to: string): Promise<CommandResult> =>
    node.node.manager.features.command({ type: "redirect", device: "point", to });

  /** The session of the call that the route point is offered. */
  async function offered(number = "7000"): Promise<readonly [Talk, string]> {
    const calling = await alice.dial(number);
    const sessionId = await eventually(() => {
      const call = node.node.manager.features.callsNow().find(({ calledNumber }) => calledNumber === number);
      const connection = call?.connections.find((one) => one.number === number);
      assert.equal(connection?.state, "offered");
      assert.equal(node.node.manager.cti.devices.offeredCount, 1);
      return call?.callId ?? assert.fail();
    }, WITHIN);
    return [calling, sessionId];
  }

  const provisional = (calling: Talk): number[] =>
    calling.call.phone.received
      .filter(({ kind, status }) => kind === "response" && status > 100 && status < 200)
      .map(({ status }) => status);

  it("given an application that routes, when a snapshot is taken of a call that it is asked about, then that says until when it may select", async () => {
    own(1, true);
    const { feed } = node.node.manager.cti;
    feed.attach({ manager: "test", observesCalls: true }, new CtiReader());
    await offered();
    const [route] = feed.snapshot("test").routes;
    assert.equal(route?.state, "routing");
    assert.ok((route.untilMs ?? 0) > Date.now(), "a time that is to come");
  });

  it("given an accepted call, when a redirect of it fails, then it is alerting there again, and not left to the accept timer", async () => {
    own();
    const { devices } = node.node.manager.cti;
    const [, sessionId] = await offered();
    assert.deepEqual(devices.accept("point", sessionId), { ok: true });
    const redirecting = redirect("1002");
    const second = await bob.offered();
    second.call.respond(second.call.offer ?? assert.fail(), 486);
    const redirected = await redirecting;
    assert.equal(redirected.ok ? "ok" : redirected.failure, "destination-busy");
    await eventually(() => assert.equal(devices.stateOf("point", sessionId), "alerting"), WITHIN);
    const back = await redirect("1999");
    assert.equal(back.ok, false);
    assert.equal(devices.stateOf("point", sessionId), "alerting");
  });

  it("given a call that is offered, when it is redirected to a service of the switch, then that answers it", async () => {
    own();
    const { devices, feed } = node.node.manager.cti;
    feed.attach({ manager: "test", observesCalls: true }, new CtiReader());
    const [calling, sessionId] = await offered();
    assert.equal((await redirect("9196")).ok, true);
    calling.adopt((await calling.call.established()).body);
    await calling.untilHears(calling.toneHz);
    assert.equal(devices.offeredCount, 0);
    assert.deepEqual(
      feed.viewOf(sessionId)?.connections.map(({ party }) => party.number),
      ["1001"],
    );
    await calling.hangUp();
    await node.relayed.settled(1);
  });

  describe("owned by an application", () => {
    it("given a call, when it is offered, then the caller hears nothing, and when it is redirected, the phone there has it", async () => {
      own();
      const [calling] = await offered();
      assert.deepEqual(provisional(calling), []);
      const redirected = redirect("1002");
      const ringing = await bob.offered();
      ringing.call.respond(ringing.call.offer ?? assert.fail(), 180);
      assert.deepEqual((await redirected).ok, true);
      await answer(ringing);
      calling.adopt((await calling.call.established()).body);
      await Promise.all([calling.untilHears(ringing.toneHz), ringing.untilHears(calling.toneHz)]);
      await calling.hangUp();
      await ringing.ended();
      await node.relayed.settled(1);
    });

    it("given a call, when it is accepted, then the caller hears it ring, and after the time of the line it goes where unanswered calls go", async () => {
      own();
      const [calling, sessionId] = await offered("7001");
      assert.deepEqual(node.node.manager.cti.devices.accept("point", sessionId), { ok: true });
      await calling.call.invite?.response(180);
      assert.deepEqual(node.node.manager.cti.devices.accept("point", sessionId), { ok: true, isUnchanged: true });
      const ringing = await bob.offered();
      assert.match(ringing.call.offer?.get("diversion") ?? "", /<sip:7001@.*reason=no-answer/);
      assert.equal(node.node.manager.cti.devices.offeredCount, 0);
    });

    it("given a call that nobody says anything about, when its time is over, then it goes where unanswered calls go", async () => {
      own();
      const [calling] = await offered("7001");
      const ringing = await bob.offered();
      assert.match(ringing.call.offer?.get("diversion") ?? "", /<sip:7001@.*reason=no-answer/);
      await calling.call.invite?.response(181);
    });

    it("given such a call of a line without a target, when its time is over, then the caller is told that nobody answers", async () => {
      own();
      const [calling] = await offered();
      const refused = await calling.call.invite?.response(480);
      assert.match(refused?.get("reason") ?? "", /Q\.850;cause=19/);
      const [record] = await node.relayed.settled(1);
      assert.equal(record?.reason, "no-answer");
    });
  });

  describe("owned by an application that has them accepted", () => {
    /** The caller hears it ring, and the model has it so. */
    async function rings(number = "7000"): Promise<Talk> {
      const calling = await alice.dial(number);
      await calling.call.invite?.response(180);
      const [call] = node.node.manager.features.callsNow();
      assert.equal(call?.connections.find((one) => one.number === number)?.state, "alerting");
      return calling;
    }

    it("given a call, when it comes, then the caller hears it ring at once, and the application has only to answer", async () => {
      node.node.manager.cti.feed.attach({ manager: "test", observesCalls: true }, new CtiReader());
      own(1, false, true);
      await rings();
      const { devices } = node.node.manager.cti;
      const [found] = devices.offeredTo("point");
      assert.equal(found?.offer.state, "alerting");
      assert.deepEqual(devices.accept("point", found.sessionId), { ok: true, isUnchanged: true });
    });

    it("given such a call that nobody answers, when the time of the line is over, then it goes where unanswered calls go, and not before by the accept timer", async () => {
      own(1, false, true);
      await rings("7001");
      const ringing = await bob.offered();
      assert.match(ringing.call.offer?.get("diversion") ?? "", /<sip:7001@.*reason=no-answer/);
    });

    it("given such a call that is redirected to who is busy, when it comes back, then it rings", async () => {
      own(1, false, true);
      await rings();
      const redirecting = redirect("1002");
      (await bob.offered()).progress(486);
      assert.equal((await redirecting).ok, false);
      await eventually(() => {
        const [found] = node.node.manager.cti.devices.offeredTo("point");
        assert.equal(found?.offer.state, "alerting");
      }, WITHIN);
    });

    it("given a call that waits, when an owner comes that has calls accepted, then it rings; of one that does not, the next call is offered", async () => {
      own();
      const [calling] = await offered();
      own(2, false, true);
      await calling.call.invite?.response(180);
      own(3);
      const second = await bob.dial("7001");
      await eventually(() => {
        const states = [...node.node.manager.cti.devices.offeredTo("point")].map(({ offer }) => offer.state);
        assert.deepEqual(states, ["alerting", "offered"]);
      }, WITHIN);
      await second.call.invite?.response(181);
      assert.deepEqual(provisional(second).includes(180), false);
    });

    it("given an owner that routes, when it has asked for it as well, then the dialogue comes first", async () => {
      node.node.manager.cti.feed.attach({ manager: "test", observesCalls: true }, new CtiReader());
      own(1, true, true);
      const [calling] = await offered();
      assert.deepEqual(provisional(calling), []);
    });

    it("given call control that is killed, when the next call comes, then it rings at once still", async () => {
      own(1, false, true);
      const calling = await rings();
      calling.call.invite?.cancel();
      await calling.call.invite?.response(487);
      await node.relayed.settled(1);
      await node.node.killManager();
      await node.node.startManager();
      node.node.manager.relayConnected();
      await rings();
    });
  });

  describe("rung on two of its lines by a hunt", () => {
    beforeEach(async () => {
      await node.change(
        put("line-group", {
          name: "both",
          members: ["7000@internal", "7001@internal"],
          distribution: "broadcast",
          ringSeconds: 20,
        }),
        put("hunt-pilot", { pattern: "5000", lineGroups: ["both"] }),
        put("route-point", {
          name: "point",
          lines: ["7000", "7001"].map((directoryNumber) => ({ directoryNumber })),
          acceptSeconds: 20,
        }),
      );
    });

    const offers = (): readonly FoundOffer[] => [...node.node.manager.cti.devices.offeredTo("point")];
    const states = (): OfferState[] => offers().map(({ offer }) => offer.state);

    /** The session of the call that both lines are offered. */
    async function twice(media = NO_MEDIA, routes = false): Promise<readonly [Talk, string]> {
      const { devices } = node.node.manager.cti;
      devices.request({ type: "own", device: "point", fence: 1, media, routes, session: "s1" });
      const calling = await alice.dial("5000");
      await eventually(() => assert.equal(devices.offeredCount, 2), WITHIN);
      const [first, second] = offers();
      assert.deepEqual([first?.leg.device.number, second?.leg.device.number], ["7000", "7001"]);
      assert.equal(first?.sessionId, second?.sessionId);
      return [calling, first?.sessionId ?? assert.fail()];
    }

    it("given a call, when it is accepted, then both lines ring, and neither is left to the accept timer; when it is rejected, neither is offered it any more", async () => {
      const { devices } = node.node.manager.cti;
      const [calling, sessionId] = await twice();
      assert.deepEqual(devices.accept("point", sessionId), { ok: true });
      await calling.call.invite?.response(180);
      assert.deepEqual(states(), ["alerting", "alerting"]);
      assert.deepEqual(devices.reject("point", sessionId, "busy"), { ok: true });
      assert.equal(devices.offeredCount, 0);
      assert.equal((await calling.call.invite?.final())?.status, 486);
    });

    it("given a call, when it is answered, then one line has it, and the other is not offered it any more", async () => {
      const { devices } = node.node.manager.cti;
      const [calling, sessionId] = await twice(STATIC);
      assert.deepEqual(devices.accept("point", sessionId), { ok: true });
      const answering = devices.answer("point", sessionId);
      await establish(calling);
      assert.deepEqual(await answering, { ok: true });
      await eventually(() => assert.equal(devices.offeredCount, 0), WITHIN);
      await calling.hangUp();
      await node.relayed.settled(1);
    });

    it("given a call, when one of the lines is closed to control, then the other is offered it still, and answers", async () => {
      const { devices } = node.node.manager.cti;
      const [calling, sessionId] = await twice(STATIC);
      const lines = [{ directoryNumber: "7000" }, { directoryNumber: "7001", allowControl: false }];
      await node.change(put("route-point", { name: "point", lines, acceptSeconds: 20 }));
      await eventually(() => assert.equal(devices.offeredCount, 1), WITHIN);
      assert.equal(devices.offered("point", sessionId)?.leg.device.number, "7000");
      const answering = devices.answer("point", sessionId);
      await establish(calling);
      assert.deepEqual(await answering, { ok: true });
      await calling.hangUp();
      await node.relayed.settled(1);
    });

    it("given an accepted call, when a redirect of it fails, then both lines are alerting again", async () => {
      const { devices } = node.node.manager.cti;
      const [, sessionId] = await twice();
      assert.deepEqual(devices.accept("point", sessionId), { ok: true });
      const redirecting = redirect("1002");
      const second = await bob.offered();
      second.call.respond(second.call.offer ?? assert.fail(), 486);
      assert.equal((await redirecting).ok, false);
      await eventually(() => assert.deepEqual(states(), ["alerting", "alerting"]), WITHIN);
    });

    it("given an application that routes, when it is asked about the call, then the accept timer of neither line runs", async () => {
      const { feed } = node.node.manager.cti;
      feed.attach({ manager: "test", observesCalls: true }, new CtiReader());
      await twice(NO_MEDIA, true);
      assert.equal(feed.snapshot("test").routes.length, 1);
      assert.deepEqual(
        offers().map(({ offer }) => [...offer.pauses]),
        [["route"], ["route"]],
      );
    });
  });

  it("given a device that nobody has opened, when it is called, then its calls go where unanswered calls go, else 480", async () => {
    await alice.dial("7001");
    await bob.offered();
    const refused = await (await alice.dial("7000")).call.invite?.response(480);
    assert.match(refused?.get("reason") ?? "", /Q\.850;cause=20/);
  });
});
