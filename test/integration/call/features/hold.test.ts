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
    near.isDeaf = far.isDeaf = true;
    const [one, other] = [near.reinvite("sendonly"), far.reinvite("sendonly")];
    const statuses = await Promise.race([one, other]).then(({ status }) => status);
    assert.equal(statuses, 491);
    near.isDeaf = far.isDeaf = false;
    await Promise.all([one, other]);
    await Promise.all([near.change("sendonly"), far.change("sendonly")]);
    await Promise.all([near.change(undefined), far.change(undefined)]);
    await bothTalk();
  });
});
