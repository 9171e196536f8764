import assert from "node:assert/strict";
import { RelayedSwitch } from "../../../support/relayed-switch.ts";
import { TalkingPhone, type HoldKind, type Talk } from "../../../support/talking-phone.ts";

const KINDS: readonly HoldKind[] = ["sendonly", "inactive", "address"];
const directionOf = (sdp: string): string => /^a=(sendrecv|sendonly|recvonly|inactive)/m.exec(sdp)?.[1] ?? "sendrecv";

describe("hold, as it is heard", () => {
  let relayed: RelayedSwitch;
  let alice: TalkingPhone;
  let bob: TalkingPhone;
  let near: Talk;
  let far: Talk;
  beforeEach(async () => {
    relayed = await RelayedSwitch.start();
    alice = await TalkingPhone.start(relayed.node, "1001");
    bob = await TalkingPhone.start(relayed.node, "1002");
    [near, far] = await alice.talkTo(bob);
    await bothTalk();
  });
  afterEach(async () => {
    await alice.close();
    await bob.close();
    await relayed.stop();
  });

  async function bothTalk(): Promise<void> {
    await Promise.all([near.untilHears(far.toneHz), far.untilHears(near.toneHz)]);
  }

  for (const kind of KINDS) {
    it(`given a caller that holds by ${kind}, when it does, then the other hears music, and after it each other`, async () => {
      await near.change(kind);
      await far.untilHears("music");
      assert.equal(directionOf(far.remoteSdp), "sendonly", "it is offered to hear");
      if (kind === "inactive") assert.equal(directionOf(near.remoteSdp), "inactive", "RFC 3264 6.1");
      await near.untilHears("nothing");
      await near.change(undefined);
      await bothTalk();
    });

    it(`given both hold by ${kind}, when one after the other takes the call back, then nobody is stuck`, async () => {
      await near.change(kind);
      await far.change(kind);
      await near.change(undefined);
      await near.untilHears("music");
      await far.change(undefined);
      await bothTalk();
    });
  }

  it("given both phones hold at the same time, when each gets 491, then each tries again and both end well", async () => {
    far.refusesNext = 491;
    const statuses = await Promise.all([near.reinvite("sendonly"), far.reinvite("sendonly")]);
    assert.deepEqual(
      statuses.map(({ status }) => status),
      [491, 491],
    );
    await Promise.all([near.change("sendonly"), far.change("sendonly")]);
    await Promise.all([near.change(undefined), far.change(undefined)]);
    await bothTalk();
  });

  it("given the switch holds by command, when the phone does too, then there is music until both take the call back", async () => {
    await command("hold");
    await Promise.all([far.untilHears("music"), near.untilHears("silence")]);
    await near.change("sendonly");
    await command("retrieve");
    await far.untilHears("music");
    await near.change(undefined);
    await bothTalk();
    await near.change("inactive");
    await command("hold");
    await near.change(undefined);
    await Promise.all([far.untilHears("music"), near.untilHears("silence")]);
    await command("retrieve");
    await bothTalk();
  });

  it("given two calls, when they are swapped by command, then the music goes from the one to the other", async () => {
    await command("hold");
    const carol = await TalkingPhone.start(relayed.node, "1003");
    try {
      const [second, third] = await alice.talkTo(carol);
      await third.untilHears(second.toneHz);
      await command("swap");
      await Promise.all([third.untilHears("music"), second.untilHears("silence"), bothTalk()]);
      await command("swap");
      await Promise.all([far.untilHears("music"), near.untilHears("silence"), third.untilHears(second.toneHz)]);
    } finally {
      await carol.close();
    }
  });

  async function command(type: "hold" | "retrieve" | "swap"): Promise<void> {
    const result = await relayed.node.manager.features.command({ type, device: "phone-1001" });
    assert.ok(result.ok, JSON.stringify(result));
  }
});
