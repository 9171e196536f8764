import assert from "node:assert/strict";
import { ManualClock } from "../../support/manual-clock.ts";
import type { PhoneCall } from "../../support/sip-phone.ts";
import { SwitchFixture } from "../../support/switch-fixture.ts";
import { testSdp } from "../../support/test-sdp.ts";

describe("a phone with several contacts", () => {
  let node: SwitchFixture;
  const clock = new ManualClock(Date.now());
  beforeEach(async () => {
    node = await SwitchFixture.start({ clock });
  });
  afterEach(async () => {
    await node.stop();
  });

  async function offers(count: number, second = ""): Promise<{ near: PhoneCall; far: PhoneCall[] }> {
    const alice = await node.phone("1001");
    const places = [await node.phone("1002"), await node.phone("1002", { registered: false })];
    const other = places[1];
    await other?.register([["Expires", "600"]], `${other.contact}${second}`);
    const near = await alice.call("1002", { sdp: testSdp(4_000) });
    const far = await Promise.all(places.slice(0, count).map((place) => place.offered()));
    return { near, far };
  }

  async function hangUp(near: PhoneCall, far: PhoneCall): Promise<void> {
    const bye = near.bye();
    await far.takeBye();
    await bye;
    await node.settled(1);
  }

  it("given contacts of equal q, when one answers, then the others are cancelled as completed elsewhere", async () => {
    const { near, far } = await offers(2);
    const [first, second] = far;
    assert.ok(first?.offer !== undefined && second?.offer !== undefined);
    first.respond(first.offer, 180);
    second.respond(second.offer, 180);
    await near.invite?.response(180);
    const acked = second.answer({ sdp: testSdp(5_000) });
    await near.established();
    await acked;
    const cancel = await first.request("CANCEL");
    assert.match(cancel.get("reason") ?? "", /completed elsewhere/i);
    first.respond(first.offer, 487);
    await hangUp(near, second);
  });

  it("given two contacts that answer at once, when both 200 arrive, then one gets the call and the other ACK and BYE", async () => {
    const { near, far } = await offers(2);
    const [first, second] = far;
    assert.ok(first?.offer !== undefined && second?.offer !== undefined);
    first.respond(first.offer, 200, { sdp: testSdp(5_000) });
    second.respond(second.offer, 200, { sdp: testSdp(6_000) });
    await near.established();
    await Promise.all([first.request("ACK"), second.request("ACK")]);
    const byes = [first, second].map(async (one) => one.takeBye());
    await Promise.race(byes);
    assert.equal((await near.bye()).status, 200);
    // The winner's BYE is that of the hang-up, the loser's came by itself.
    await Promise.all(byes);
    await node.settled(1);
  });

  it("given a contact that has said nothing yet, when it answers after another one has, then its CANCEL was held and it gets ACK and BYE", async () => {
    const { near, far } = await offers(2);
    const [first, second] = far;
    assert.ok(first?.offer !== undefined && second?.offer !== undefined);
    const acked = first.answer({ sdp: testSdp(5_000) });
    await near.established();
    await acked;
    const late = second.answer({ sdp: testSdp(6_000) });
    await late;
    await second.takeBye();
    await hangUp(near, first);
    const requests = node.lastPhone().received.filter(({ kind }) => kind === "request");
    assert.equal(
      requests.some(({ method }) => method === "CANCEL"),
      false,
    );
  });

  it("given one contact that is busy, when the other rings on, then the caller hears nothing of it until all have refused", async () => {
    const { near, far } = await offers(2);
    const [first, second] = far;
    assert.ok(first?.offer !== undefined && second?.offer !== undefined);
    first.respond(first.offer, 486);
    second.respond(second.offer, 180);
    await near.invite?.response(180);
    second.respond(second.offer, 480);
    assert.equal((await near.invite?.final())?.status, 486);
    await node.settled(1);
  });

  it("given one contact that declines for all (603), when it does, then the other is cancelled and the caller gets 603", async () => {
    const { near, far } = await offers(2);
    const [first, second] = far;
    assert.ok(first?.offer !== undefined && second?.offer !== undefined);
    second.respond(second.offer, 180);
    await near.invite?.response(180);
    first.respond(first.offer, 603);
    assert.equal((await near.invite?.final())?.status, 603);
    await second.request("CANCEL");
    second.respond(second.offer, 487);
    await node.settled(1);
  });

  it("given contacts of different q, when the better one does not answer in its time, then it is cancelled and the next one rings", async () => {
    const { near, far } = await offers(1, ";q=0.3");
    const [first] = far;
    assert.ok(first?.offer !== undefined);
    first.respond(first.offer, 180);
    await near.invite?.response(180);
    clock.advance(20_000);
    await first.request("CANCEL");
    const second = await node.lastPhone().offered();
    first.respond(first.offer, 487);
    const acked = second.answer({ sdp: testSdp(6_000) });
    await near.established();
    await acked;
    await hangUp(near, second);
  });

  it("given a first contact that cannot be reached, when the phone is called, then the next one rings at once", async () => {
    const alice = await node.phone("1001");
    const dead = await node.phone("1002", { registered: false });
    await dead.register([["Expires", "600"]], `<sip:1002@127.0.0.1:1;transport=tcp>;q=0.9`);
    const alive = await node.phone("1002", { registered: false });
    await alive.register([["Expires", "600"]], `${alive.contact};q=0.5`);
    const near = await alice.call("1002", { sdp: testSdp(4_000) });
    const far = await alive.offered();
    const acked = far.answer({ sdp: testSdp(6_000) });
    await near.established();
    await acked;
    await hangUp(near, far);
  });
});
