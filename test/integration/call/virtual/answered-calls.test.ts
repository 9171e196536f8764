import assert from "node:assert/strict";
import type { CallCommand, CommandResult } from "../../../../src/call/model/index.ts";
import { Cleanup } from "../../../support/cleanup.ts";
import { eventually } from "../../../support/eventually.ts";
import { CtiApplication } from "../../../support/cti-application.ts";
import { put } from "../../../support/kept-configuration.ts";
import { answer, establish, type TalkingPhone, type Talk } from "../../../support/talking-phone.ts";
import { startTalkingSwitch, type TalkingSwitch } from "../../../support/talking-switch.ts";

const WITHIN = { timeoutMs: 2_000, intervalMs: 10 };

describe("calls that an application answers at its device", () => {
  let cleanup: Cleanup;
  let node: TalkingSwitch;
  let alice: TalkingPhone;
  let bob: TalkingPhone;
  let port: CtiApplication;
  beforeEach(async () => {
    cleanup = new Cleanup();
    node = await startTalkingSwitch(cleanup, [
      put("directory-number", { number: "6000" }),
      put("cti-port", { name: "port", lines: [{ directoryNumber: "6000" }] }),
    ]);
    ({ alice, bob } = node);
    port = cleanup.add(await CtiApplication.start(node.node, "port"), (one) => one.close());
  });
  afterEach(() => cleanup.run());

  const devices = (): TalkingSwitch["node"]["manager"]["cti"]["devices"] => node.node.manager.cti.devices;
  const command = (asked: CallCommand): Promise<CommandResult> => node.node.manager.features.command(asked);

  const digitsOf = (application: CtiApplication): string[] => application.of("digits").map(({ digits }) => digits);

  async function answered(): Promise<Talk> {
    port.own(port.atPort);
    const calling = await alice.dial("6000");
    const answering = devices().answer("port", await port.offered());
    await establish(calling);
    assert.deepEqual(await answering, { ok: true });
    port.talk(await port.untilMedia("started"));
    return calling;
  }

  it("given a static address, when a call is answered, then both hear each other, and the application is told when media begins and ends", async () => {
    const calling = await answered();
    const started = port.media.at(-1);
    assert.equal(started?.codec, "PCMA/8000");
    assert.equal(started.packetTimeMs, 20);
    assert.equal(started.direction, "both");
    assert.deepEqual(started.local, { address: "127.0.0.1", port: port.rtp.port });
    await Promise.all([calling.untilHears(port.toneHz), port.untilHears(calling.toneHz)]);
    await calling.hangUp();
    await port.untilMedia("stopped");
    const [record] = await node.relayed.settled(1);
    assert.equal(record?.reason, "normal");
  });

  /** What the relay is asked to take as answers. */
  function answersTaken(): string[] {
    const { relay } = node.relayed;
    const taken: string[] = [];
    const answer = relay.answer.bind(relay);
    relay.answer = (key, sdp, options) => {
      taken.push(sdp);
      return answer(key, sdp, options);
    };
    return taken;
  }

  it("given a static address, when a call is offered, then the relay has the answer before the application gives it; media begins with that", async () => {
    const taken = answersTaken();
    port.own(port.atPort);
    const calling = await alice.dial("6000");
    const sessionId = await port.offered();
    await eventually(() => assert.equal(taken.length, 1), WITHIN);
    assert.deepEqual(port.media, []);
    const answering = devices().answer("port", sessionId);
    await establish(calling);
    assert.deepEqual(await answering, { ok: true });
    port.talk(await port.untilMedia("started"));
    await Promise.all([calling.untilHears(port.toneHz), port.untilHears(calling.toneHz)]);
    assert.equal(taken.length, 1);
    await calling.hangUp();
    await node.relayed.settled(1);
  });

  it("given another address by the time that a call is answered, or another party, when it is, then the relay gets that one's answer", async () => {
    const taken = answersTaken();
    port.own({ ...port.atPort, port: 4_000 } as typeof port.atPort);
    const calling = await alice.dial("6000");
    const sessionId = await port.offered();
    await eventually(() => assert.equal(taken.length, 1), WITHIN);
    port.own(port.atPort, { fence: 2, session: "other" });
    const answering = devices().answer("port", sessionId);
    await establish(calling);
    assert.deepEqual(await answering, { ok: true });
    assert.deepEqual(
      taken.map((sdp) => /m=audio (\d+)/.exec(sdp)?.[1]),
      ["4000", String(port.rtp.port)],
    );
    port.talk(await port.untilMedia("started"));
    await Promise.all([calling.untilHears(port.toneHz), port.untilHears(calling.toneHz)]);
    await calling.hangUp();
    const redirected = await bob.dial("6000");
    await port.offered();
    await eventually(() => assert.equal(taken.length, 3), WITHIN);
    const moved = command({ type: "redirect", device: "port", to: "1001" });
    const ringing = await alice.offered();
    ringing.call.respond(ringing.call.offer ?? assert.fail(), 180);
    assert.equal((await moved).ok, true);
    await Promise.all([answer(ringing), establish(redirected)]);
    await Promise.all([redirected.untilHears(ringing.toneHz), ringing.untilHears(redirected.toneHz)]);
    await redirected.hangUp();
    await ringing.ended();
  });

  /** The relay takes no caller's offer before what this returns is called. */
  function relayWaits(): () => void {
    const { relay } = node.relayed;
    const take = relay.offer.bind(relay);
    let go: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (go = resolve));
    relay.offer = async (key, sdp, options) => {
      await gate;
      return take(key, sdp, options);
    };
    return () => go();
  }

  for (const mode of ["static", "switch"] as const) {
    it(`given a relay that takes its time with the caller's offer, when a device with ${mode} media answers meanwhile, then it is connected once the relay has it`, async () => {
      const go = relayWaits();
      port.own(mode === "static" ? port.atPort : { mode });
      const calling = await alice.dial("6000");
      const sessionId = await port.offered();
      const answering = devices().answer("port", sessionId);
      assert.equal(devices().stateOf("port", sessionId), "answering");
      go();
      await establish(calling);
      assert.deepEqual(await answering, { ok: true });
      if (mode === "switch") return calling.untilHears("silence");
      port.talk(await port.untilMedia("started"));
      await Promise.all([calling.untilHears(port.toneHz), port.untilHears(calling.toneHz)]);
    });
  }

  it("given another application that has the device by the time that the relay has the caller's offer, when it has, then the media of the answered call is that one's", async () => {
    const go = relayWaits();
    port.own({ ...port.atPort, port: 4_000 } as typeof port.atPort);
    const calling = await alice.dial("6000");
    const answering = devices().answer("port", await port.offered());
    port.own(port.atPort, { fence: 2, session: "other" });
    go();
    await establish(calling);
    assert.deepEqual(await answering, { ok: true });
    port.talk(await port.untilMedia("started"));
    await Promise.all([calling.untilHears(port.toneHz), port.untilHears(calling.toneHz)]);
  });

  it("given a call, when its answer is done, then applications have been told that the device talks", async () => {
    port.own(port.atPort);
    await alice.dial("6000");
    const sessionId = await port.offered();
    assert.deepEqual(await devices().answer("port", sessionId), { ok: true });
    const { connections } = node.node.manager.cti.feed.viewOf(sessionId) ?? assert.fail();
    const called = connections.find(({ terminals }) => terminals.some(({ device }) => device === "port"));
    assert.deepEqual([called?.state, called?.terminals], ["established", [{ device: "port", state: "talking" }]]);
  });

  it("given a dynamic registration, when the address comes with the answer, or after it, then both hear each other; a second one is refused", async () => {
    port.own({ mode: "dynamic", codecs: ["PCMA"] });
    const place = { address: "127.0.0.1", port: port.rtp.port };
    const first = await alice.dial("6000");
    const answering = devices().answer("port", await port.offered(), place);
    await establish(first);
    assert.deepEqual(await answering, { ok: true });
    await first.hangUp();
    await port.untilMedia("stopped");
    const second = await bob.dial("6000");
    const sessionId = await port.offered();
    const late = devices().answer("port", sessionId);
    await port.untilMedia("wanted");
    assert.equal(devices().stateOf("port", sessionId), "answering");
    assert.deepEqual(devices().setMedia("port", sessionId, place), { ok: true });
    await establish(second);
    assert.deepEqual(await late, { ok: true });
    port.talk(await port.untilMedia("started"));
    await Promise.all([second.untilHears(port.toneHz), port.untilHears(second.toneHz)]);
    await second.hangUp();
    await node.relayed.settled(2);
  });

  it("given an address for a call that is offered, when another application takes the device over and answers with its own, then that one counts", async () => {
    const media = { mode: "dynamic", codecs: ["PCMA"] } as const;
    port.own(media, { session: "one" });
    const calling = await alice.dial("6000");
    const sessionId = await port.offered();
    assert.deepEqual(devices().setMedia("port", sessionId, { address: "127.0.0.1", port: 9 }), { ok: true });
    port.own(media, { session: "two", fence: 2 });
    const answering = devices().answer("port", sessionId, { address: "127.0.0.1", port: port.rtp.port });
    await establish(calling);
    assert.deepEqual(await answering, { ok: true });
    port.talk(await port.untilMedia("started"));
    await Promise.all([calling.untilHears(port.toneHz), port.untilHears(calling.toneHz)]);
  });

  it("given a dynamic registration, when no address comes in time, then the call is released, and the application is told so", async () => {
    port.own({ mode: "dynamic", codecs: ["PCMA"] });
    const calling = await alice.dial("6000");
    const answering = devices().answer("port", await port.offered());
    const refused = await calling.call.invite?.final(8_000);
    assert.equal(refused?.status, 480);
    const result = await answering;
    assert.equal(result.ok ? "ok" : result.failure, "media-address-missing");
  });

  it("given no media, or no codec in common, when a call is answered, then that is refused with its reason", async () => {
    port.own({ mode: "none" });
    const calling = await alice.dial("6000");
    const none = await devices().answer("port", await port.offered());
    assert.equal(none.ok ? "ok" : none.failure, "media-mode");
    port.own(port.atPort, { fence: 2 });
    const late = await devices().answer("port", await port.offered());
    assert.equal(late.ok ? "ok" : late.failure, "media-mode", "it was offered without media");
    assert.deepEqual(devices().reject("port", await port.offered(), "busy"), { ok: true });
    const busy = await calling.call.invite?.response(486);
    assert.match(busy?.get("reason") ?? "", /cause=17/);
    port.own({ mode: "static", address: "127.0.0.1", port: 4_000, codecs: ["opus"] }, { fence: 3 });
    const other = await bob.dial("6000");
    const unfit = await devices().answer("port", await port.offered());
    assert.equal(unfit.ok ? "ok" : unfit.failure, "media-incompatible");
    await other.call.invite?.response(488);
  });

  it("given a port that is not to be disturbed, when it is called, then it is busy, or rings without being offered the call", async () => {
    port.own(port.atPort);
    const lines = [{ directoryNumber: "6000" }];
    await node.change(put("cti-port", { name: "port", lines, doNotDisturb: "reject" }));
    await (await alice.dial("6000")).call.invite?.response(486);
    await node.change(put("cti-port", { name: "port", lines, doNotDisturb: "silent" }));
    await (await alice.dial("6000")).call.invite?.response(180);
    assert.equal(devices().offeredCount, 0);
  });

  it("given more calls than a line takes, when there is another one, then it is busy", async () => {
    await node.change(put("directory-number", { number: "6000", maxCalls: 2, busyTrigger: 1 }));
    port.own();
    await alice.dial("6000");
    await port.offered();
    await (await bob.dial("6000")).call.invite?.response(486);
  });

  it("given a call, when the other party holds and takes it back, then the application is told of each, and both hear each other again", async () => {
    const calling = await answered();
    await calling.change("inactive");
    // Music can be played to it.
    assert.equal((await port.untilMedia("started")).direction, "receive");
    await calling.change(undefined);
    const again = await port.untilMedia("started");
    assert.equal(again.direction, "both");
    port.talk(again);
    await Promise.all([calling.untilHears(port.toneHz), port.untilHears(calling.toneHz)]);
    await calling.hangUp();
    await node.relayed.settled(1);
  });

  it("given a call, when the port holds it, takes it back, and redirects it, then the other party has music, the port, and then the phone there", async () => {
    const calling = await answered();
    assert.equal((await command({ type: "hold", device: "port" })).ok, true);
    await calling.untilHears("music");
    assert.equal((await command({ type: "retrieve", device: "port" })).ok, true);
    await calling.untilHears(port.toneHz);
    const redirected = command({ type: "redirect", device: "port", to: "1002" });
    const ringing = await bob.offered();
    ringing.call.respond(ringing.call.offer ?? assert.fail(), 180);
    assert.equal((await redirected).ok, true);
    await port.untilMedia("stopped");
    await answer(ringing);
    await Promise.all([calling.untilHears(ringing.toneHz), ringing.untilHears(calling.toneHz)]);
    await calling.hangUp();
    await ringing.ended();
  });

  it("given a port, when a call is made from it, then it answers by itself, and has the phone that it calls", async () => {
    port.own(port.atPort);
    const made = command({ type: "make-call", device: "port", to: "1002" });
    const ringing = await bob.offered();
    assert.match(ringing.call.offer?.get("from") ?? "", /6000/);
    await answer(ringing);
    assert.equal((await made).ok, true);
    port.talk(await port.untilMedia("started"));
    await Promise.all([ringing.untilHears(port.toneHz), port.untilHears(ringing.toneHz)]);
    assert.equal((await command({ type: "drop", device: "port" })).ok, true);
    await ringing.ended();
    await port.untilMedia("stopped");
  });

  it("given a registration with the switch, when a call is answered, then its media ends there, and holds, digits and features go as with any", async () => {
    port.own({ mode: "switch" });
    const calling = await alice.dial("6000");
    const answering = devices().answer("port", await port.offered());
    await establish(calling);
    assert.deepEqual(await answering, { ok: true });
    await calling.untilHears("silence");
    await calling.change("inactive");
    await calling.change(undefined);
    await calling.untilHears("silence");
    await calling.press(11);
    await eventually(() => assert.deepEqual(digitsOf(port), ["#"]), WITHIN);
    assert.equal((await command({ type: "hold", device: "port" })).ok, true);
    await calling.untilHears("music");
    const redirected = command({ type: "redirect", device: "port", to: "1002" });
    const ringing = await bob.offered();
    ringing.call.respond(ringing.call.offer ?? assert.fail(), 180);
    assert.equal((await redirected).ok, true);
    await answer(ringing);
    await Promise.all([calling.untilHears(ringing.toneHz), ringing.untilHears(calling.toneHz)]);
    await calling.hangUp();
    await ringing.ended();
    await node.relayed.settled(4);
  });

  describe("whose media ends in the switch, by what that plays", () => {
    async function calls(prompt: string): Promise<Talk> {
      port.own({ mode: "switch", prompt });
      const calling = await alice.dial("6000");
      const answering = devices().answer("port", await port.offered());
      await establish(calling);
      assert.deepEqual(await answering, { ok: true });
      return calling;
    }

    it("given a tone, when the call is answered, held and taken back by either, then that is what the caller hears", async () => {
      const calling = await calls("tone");
      await calling.untilHears(440);
      assert.equal((await command({ type: "hold", device: "port" })).ok, true);
      await calling.untilHears("music");
      assert.equal((await command({ type: "retrieve", device: "port" })).ok, true);
      await calling.untilHears(440);
      await calling.change("inactive");
      await calling.change(undefined);
      await calling.untilHears(440);
      await calling.hangUp();
      await node.relayed.settled(1);
    });

    it("given a standby with another prompt, when it takes the device over, then the caller hears that, also after a restart of call control", async () => {
      const calling = await calls("tone");
      await calling.untilHears(440);
      port.own({ mode: "switch", prompt: "ringback" }, { fence: 2, session: "standby" });
      await calling.untilHears("ringback");
      await node.node.killManager();
      await node.node.startManager();
      node.node.manager.relayConnected();
      port.attach();
      await calling.change("inactive");
      await calling.change(undefined);
      await calling.untilHears("ringback");
      await calling.hangUp();
      await node.relayed.settled(1);
    });

    it("given an announcement, when it is over, then the caller hears silence", async () => {
      const calling = await calls("announcement:confirmed");
      await calling.untilHears("silence");
      await calling.hangUp();
    });

    it("given a music source that there is not, when it is registered, then that is refused, and the one of before stays; once there is, it is heard", async () => {
      port.own({ mode: "switch", prompt: "tone" });
      const media = { mode: "switch", prompt: "music:jingle" } as const;
      const own = { type: "own", device: "port", fence: 2, media, routes: false, session: "other" } as const;
      const refused = devices().request(own);
      assert.equal(refused.ok ? "ok" : refused.failure, "prompt-unknown");
      assert.deepEqual(devices().ownerOf("port")?.media, { mode: "switch", prompt: "tone" });
      await node.change(put("music-source", { name: "jingle" }));
      assert.deepEqual(devices().request(own), { ok: true });
      const calling = await alice.dial("6000");
      const answering = devices().answer("port", await port.offered());
      await establish(calling);
      assert.deepEqual(await answering, { ok: true });
      await calling.untilHears("music");
      await calling.hangUp();
    });
  });

  it("given digits of the other party, when they come by RTP, then the application is told each once", async () => {
    const calling = await answered();
    for (const event of [1, 10, 12]) await calling.press(event);
    await eventually(() => assert.deepEqual(digitsOf(port), ["1", "*", "A"]), WITHIN);
    await calling.hangUp();
  });

  it("given digits of the other party, when they come by INFO, then the application is told them", async () => {
    const calling = await answered();
    const body = "Signal=5\r\nDuration=160\r\n";
    const sent = calling.call.send("INFO", { body, contentType: "application/dtmf-relay" });
    assert.equal((await sent.final(2_000)).status, 200);
    assert.deepEqual(digitsOf(port), ["5"]);
    await calling.hangUp();
  });
});
