import assert from "node:assert/strict";
import type { CtiAnswer } from "../../../../src/call/virtual/offers.ts";
import { Cleanup } from "../../../support/cleanup.ts";
import { CtiApplication } from "../../../support/cti-application.ts";
import { eventually } from "../../../support/eventually.ts";
import { put } from "../../../support/kept-configuration.ts";
import { establish, type TalkingPhone, type Talk } from "../../../support/talking-phone.ts";
import { startTalkingSwitch, type TalkingSwitch } from "../../../support/talking-switch.ts";

const WITHIN = { timeoutMs: 4_000, intervalMs: 20 };

describe("devices of applications that outlive call control", () => {
  let cleanup: Cleanup;
  let node: TalkingSwitch;
  let alice: TalkingPhone;
  let bob: TalkingPhone;
  let port: CtiApplication;
  beforeEach(async () => {
    cleanup = new Cleanup();
    node = await startTalkingSwitch(cleanup, [
      put("directory-number", { number: "6000", forwarding: { onFailure: { internal: "1002" } } }),
      put("cti-port", { name: "port", lines: [{ directoryNumber: "6000" }], onOwnerLost: "hold" }),
    ]);
    ({ alice, bob } = node);
    port = cleanup.add(await CtiApplication.start(node.node, "port"), (one) => one.close());
  });
  afterEach(() => cleanup.run());

  async function kill(): Promise<void> {
    await node.node.killManager();
    await node.node.startManager();
    node.node.manager.relayConnected();
    port.attach();
  }

  async function answered(media = port.atPort): Promise<Talk> {
    port.own(media);
    const calling = await alice.dial("6000");
    const answering = node.node.manager.cti.devices.answer("port", await port.offered());
    await establish(calling);
    assert.deepEqual(await answering, { ok: true });
    return calling;
  }

  const command = (type: "hold" | "retrieve" | "drop"): Promise<boolean> =>
    node.node.manager.features.command({ type, device: "port" }).then(({ ok }) => ok);

  it("given an answered call and one that is offered, when call control is killed, then the first goes on with all that can be done, the other is offered again, and the device is open", async () => {
    const calling = await answered();
    port.talk(await port.untilMedia("started"));
    await Promise.all([calling.untilHears(port.toneHz), port.untilHears(calling.toneHz)]);
    const waiting = await bob.dial("6000");
    const offered = await port.offered();
    await kill();
    assert.notEqual(await port.offered(), offered);
    waiting.call.invite?.cancel();
    assert.equal((await waiting.call.invite?.final(4_000))?.status, 487);
    await Promise.all([calling.untilHears(port.toneHz), port.untilHears(calling.toneHz)]);
    await calling.change("sendonly");
    await calling.change(undefined);
    assert.equal(await command("hold"), true);
    await calling.untilHears("music");
    assert.equal(await command("retrieve"), true);
    await calling.untilHears(port.toneHz);
    await bob.dial("6000");
    await port.offered();
    assert.equal(await command("drop"), true);
    await calling.ended();
    await port.untilMedia("stopped");
  });

  it("given a call whose media ends in the switch, when call control is killed, then it goes on, and nothing of it is left when it ends", async () => {
    const calling = await answered({ mode: "switch" });
    await calling.untilHears("silence");
    await kill();
    await calling.change("sendonly");
    await calling.change(undefined);
    await calling.untilHears("silence");
    await calling.hangUp();
    await node.relayed.settled(1);
  });

  it("given a call that waits with music for another application, when call control is killed, then it waits on, and that has it", async () => {
    const calling = await answered();
    assert.deepEqual(node.node.manager.cti.devices.request({ type: "lost", device: "port", fence: 1 }), { ok: true });
    await calling.untilHears("music");
    await kill();
    await calling.untilHears("music");
    const late = node.node.manager.cti.devices.request({ type: "failed", device: "port", fence: 0 });
    assert.equal(late.ok ? "ok" : late.failure, "fenced");
    port.own(port.atPort, { fence: 2, session: "another" });
    port.talk(await port.untilMedia("started"));
    await Promise.all([calling.untilHears(port.toneHz), port.untilHears(calling.toneHz)]);
    await calling.hangUp();
  });

  it("given an application that is to say where it wants the media of a call that was another's, when call control is killed before, then it may say it still, once", async () => {
    const calling = await answered();
    const next = cleanup.add(await CtiApplication.start(node.node, "port", 1_300), (one) => one.close());
    const own = (): void => next.own({ mode: "dynamic", codecs: ["PCMA", "PCMU"] }, { fence: 2, session: "another" });
    own();
    await next.untilMedia("wanted");
    await kill();
    next.attach();
    own();
    const set = (): CtiAnswer =>
      node.node.manager.cti.devices.setMediaOf("port", undefined, { address: next.rtp.address, port: next.rtp.port });
    assert.deepEqual(set(), { ok: true });
    next.talk(await next.untilMedia("started"));
    await Promise.all([calling.untilHears(next.toneHz), next.untilHears(calling.toneHz)]);
    const again = set();
    assert.equal(again.ok ? "ok" : again.failure, "media-already-set");
    await calling.hangUp();
    await next.untilMedia("stopped");
  });

  it("given an edge that has lost its dialogs, when it is back, then the call goes on, and the device is asked nothing of it", async () => {
    const calling = await answered();
    port.talk(await port.untilMedia("started"));
    await node.node.restartEdge(() => node.node.forgetDialogs());
    await eventually(() => assert.equal(node.node.manager.features.callsNow().length, 1), WITHIN);
    await calling.change("sendonly");
    await calling.change(undefined);
    await Promise.all([calling.untilHears(port.toneHz), port.untilHears(calling.toneHz)]);
    await calling.hangUp();
    await port.untilMedia("stopped");
  });
});
