import assert from "node:assert/strict";
import { Cleanup } from "../../../support/cleanup.ts";
import { CtiApplication } from "../../../support/cti-application.ts";
import { put } from "../../../support/kept-configuration.ts";
import { answer, establish, type TalkingPhone, type Talk } from "../../../support/talking-phone.ts";
import { startTalkingSwitch, type TalkingSwitch } from "../../../support/talking-switch.ts";

const ON_FAILURE = { onFailure: { internal: "1002" } };

describe("devices whose application fails", () => {
  let cleanup: Cleanup;
  let node: TalkingSwitch;
  let alice: TalkingPhone;
  let bob: TalkingPhone;
  beforeEach(async () => {
    cleanup = new Cleanup();
    node = await startTalkingSwitch(cleanup, [
      put("directory-number", { number: "6000", forwarding: ON_FAILURE }),
      put("directory-number", { number: "6001", forwarding: { noAnswer: { internal: "1002" } } }),
      put("directory-number", { number: "6002" }),
      put("cti-port", {
        name: "port",
        lines: ["6000", "6001", "6002"].map((directoryNumber) => ({ directoryNumber })),
      }),
      put("cti-port", { name: "holding", lines: [{ directoryNumber: "6000" }], onOwnerLost: "hold" }),
      put("cti-port", { name: "dropping", lines: [{ directoryNumber: "6000" }], onOwnerLost: "drop" }),
    ]);
    ({ alice, bob } = node);
  });
  afterEach(() => cleanup.run());

  const open = async (device: string, toneHz?: number): Promise<CtiApplication> =>
    cleanup.add(await CtiApplication.start(node.node, device, toneHz), (one) => one.close());
  const say = (type: "failed" | "lost" | "disown", device: string, fence = 1): void => {
    assert.deepEqual(node.node.manager.cti.devices.request({ type, device, fence }), { ok: true });
  };

  async function answeredAt(port: CtiApplication): Promise<Talk> {
    port.own(port.atPort, { leaseMs: 2_000 });
    const calling = await alice.dial("6000");
    const answering = node.node.manager.cti.devices.answer(port.device, await port.offered());
    await establish(calling);
    assert.deepEqual(await answering, { ok: true });
    port.talk(await port.untilMedia("started"));
    await calling.untilHears(port.toneHz);
    return calling;
  }

  it("given calls that are offered and that ring, when the application fails, then they go where its line says, at once and for that reason", async () => {
    const port = await open("port");
    port.own();
    const calling = await alice.dial("6000");
    const sessionId = await port.offered();
    assert.deepEqual(node.node.manager.cti.devices.accept("port", sessionId), { ok: true });
    await calling.call.invite?.response(180);
    say("failed", "port");
    const ringing = await bob.offered();
    assert.match(ringing.call.offer?.get("diversion") ?? "", /<sip:6000@/);
    await answer(ringing);
    calling.adopt((await calling.call.established()).body);
    await calling.untilHears(ringing.toneHz);
    const reasons = port
      .of("call")
      .flatMap(({ changes }) => changes.map((one) => ("why" in one ? one.why.feature : "")));
    assert.ok(reasons.includes("forward-on-failure"));
    await calling.hangUp();
    await ringing.ended();
  });

  it("given a line without a target for that, when the application fails, then its calls go where unanswered calls go, else the caller is told", async () => {
    const port = await open("port");
    port.own();
    await alice.dial("6001");
    await port.offered();
    say("failed", "port");
    const ringing = await bob.offered();
    assert.match(ringing.call.offer?.get("diversion") ?? "", /reason=no-answer/);
    // It is there again.
    port.own();
    const other = await alice.dial("6002");
    await port.offered();
    say("failed", "port");
    const refused = await other.call.invite?.response(480);
    assert.match(refused?.get("reason") ?? "", /cause=41/);
  });

  it("given an application that has failed, when there are new calls, then they go where unanswered calls go, until it is back", async () => {
    const port = await open("port");
    port.own();
    say("failed", "port");
    await alice.dial("6001");
    await bob.offered();
    port.own();
    await alice.dial("6000");
    await port.offered();
  });

  it("given an established call, when the application is lost, then the other party goes where its line says", async () => {
    const port = await open("port");
    const calling = await answeredAt(port);
    say("failed", "port");
    await calling.untilHears(port.toneHz);
    say("lost", "port");
    const ringing = await bob.offered();
    ringing.call.respond(ringing.call.offer ?? assert.fail(), 180);
    await port.untilMedia("stopped");
    await answer(ringing);
    await Promise.all([calling.untilHears(ringing.toneHz), ringing.untilHears(calling.toneHz)]);
    await calling.hangUp();
    await ringing.ended();
  });

  it("given an established call, when CTIManager goes away and stays away until the lease is over, then the other party goes where its line says", async () => {
    const port = await open("port");
    const calling = await answeredAt(port);
    const { devices } = node.node.manager.cti;
    devices.managers(1);
    devices.managers(0);
    await calling.untilHears(port.toneHz);
    // Ten seconds are the least that it is waited for CTIManager; the lease is shorter.
    const ringing = await bob.offered(18_000);
    await answer(ringing);
    await Promise.all([calling.untilHears(ringing.toneHz), ringing.untilHears(calling.toneHz)]);
    await calling.hangUp();
    await ringing.ended();
  });

  it("given a call that the port makes and that rings, when the application is lost, then it rings no more, and nothing is left of it", async () => {
    const port = await open("port");
    port.own(port.atPort);
    const making = node.node.manager.features.command({ type: "make-call", device: "port", to: "1001" });
    const ringing = await alice.offered();
    ringing.call.respond(ringing.call.offer ?? assert.fail(), 180);
    say("lost", "port");
    assert.equal((await making).ok, false);
    await ringing.ended();
    await node.relayed.settled(2);
  });

  it("given a device that drops such calls, when the application is lost, then the other party is released", async () => {
    const port = await open("dropping");
    const calling = await answeredAt(port);
    say("lost", "dropping");
    await calling.ended();
    await node.relayed.settled(1);
  });

  it("given a device that holds such calls, when the application is lost, then the other party has music until another application takes the device up, with its own media", async () => {
    const port = await open("holding");
    const calling = await answeredAt(port);
    say("lost", "holding");
    await calling.untilHears("music");
    const next = await open("holding", 1_300);
    next.own(next.atPort, { fence: 2, session: "another" });
    next.talk(await next.untilMedia("started"));
    await Promise.all([calling.untilHears(next.toneHz), next.untilHears(calling.toneHz)]);
    await calling.hangUp();
    await next.untilMedia("stopped");
  });

  it("given a standby that takes a device over, when it says where it wants the media of its calls, then it goes on with them", async () => {
    const port = await open("port");
    const calling = await answeredAt(port);
    const next = await open("port", 1_300);
    next.own({ mode: "dynamic", codecs: ["PCMA"] }, { fence: 2, session: "another" });
    const { callId } = await next.untilMedia("wanted");
    const place = { address: "127.0.0.1", port: next.rtp.port };
    const { devices } = node.node.manager.cti;
    assert.deepEqual(devices.setMediaOf("port", callId, place), { ok: true });
    next.talk(await next.untilMedia("started"));
    await Promise.all([calling.untilHears(next.toneHz), next.untilHears(calling.toneHz)]);
    const again = devices.setMediaOf("port", callId, place);
    assert.equal(again.ok ? "ok" : again.failure, "media-already-set");
    const late = devices.request({ type: "failed", device: "port", fence: 1 });
    assert.equal(late.ok ? "ok" : late.failure, "fenced");
    await calling.hangUp();
  });

  it("given offered calls, when the administrator closes the device or removes it, then they go where its line says, and it is not opened again", async () => {
    const port = await open("port");
    port.own();
    await alice.dial("6000");
    await port.offered();
    const lines = ["6000", "6001", "6002"].map((directoryNumber) => ({ directoryNumber }));
    await node.change(put("cti-port", { name: "port", lines, allowControl: false }));
    await bob.offered();
    assert.throws(() => port.own(), /device-restricted/);
    await node.change(put("cti-port", { name: "port", lines }));
    await alice.dial("6000");
    await port.offered();
    await node.change({ type: "delete", kind: "cti-port", name: "port" });
    await bob.offered();
    assert.throws(() => port.own(), /device-not-found/);
  });
});
