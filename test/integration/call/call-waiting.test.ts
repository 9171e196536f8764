import assert from "node:assert/strict";
import { Cleanup } from "../../support/cleanup.ts";
import { startConfiguredSwitch, type ConfiguredSwitch } from "../../support/configured-switch.ts";
import { establish, hangUp, requestsTo } from "../../support/established-call.ts";
import { phoneOperations, put } from "../../support/kept-configuration.ts";
import type { PhoneCall, SipPhone } from "../../support/sip-phone.ts";
import { testSdp } from "../../support/test-sdp.ts";

const OFFER = { sdp: testSdp(4_000) };
const MANY = { maxCalls: 100 };

describe("how many calls a line takes", () => {
  let cleanup: Cleanup;
  let configured: ConfiguredSwitch;
  let alice: SipPhone;
  let bob: SipPhone;
  let carol: SipPhone;

  beforeEach(async () => {
    cleanup = new Cleanup();
    configured = await startConfiguredSwitch(
      cleanup,
      ["1001", "1002", "1003"].flatMap((number) => [
        ...phoneOperations([number], MANY),
        put("directory-number", { number, ...MANY }),
      ]),
      { settings: { maxCalls: 500 } },
    );
    const { node } = configured;
    [alice, bob, carol] = [await node.phone("1001"), await node.phone("1002"), await node.phone("1003")];
  });
  afterEach(() => cleanup.run());

  const limit = (maxCalls: number, busyTrigger: number): Promise<void> =>
    configured.change(put("directory-number", { number: "1002", maxCalls, busyTrigger }));

  /** Rings until somebody gives it up. */
  async function ringing(caller: SipPhone, callee: SipPhone): Promise<{ near: PhoneCall; far: PhoneCall }> {
    const near = await caller.call(callee.number, OFFER);
    const far = await callee.offered();
    far.respond(far.offer ?? assert.fail(), 180);
    await near.invite?.response(180);
    return { near, far };
  }

  async function takeInvites(call: PhoneCall): Promise<void> {
    for (let taken = 0; taken < 10; taken += 1) {
      const invite = await call.request("INVITE", 1_000).catch(() => undefined);
      if (invite === undefined) return;
      call.respond(invite, 200, OFFER);
    }
  }

  async function refusal(caller: SipPhone, number: string): Promise<number | undefined> {
    return (await (await caller.call(number, OFFER)).invite?.final())?.status;
  }

  it("given 50 calls of which 40 may come in, when the 41st comes in, then it is busy and goes to the busy target, and 10 more go out", async function () {
    this.timeout(60_000);
    await limit(50, 40);
    for (let call = 0; call < 39; call += 1) await ringing(alice, bob);
    const { near, far } = await establish(alice, bob);
    assert.equal(await refusal(carol, "1002"), 486);
    const busy = { internal: "1003", external: "1003" };
    await configured.change(
      put("directory-number", { number: "1002", maxCalls: 50, busyTrigger: 40, forwarding: { busy } }),
    );
    const forwarded = await alice.call("1002", OFFER);
    const taken = await carol.offered();
    assert.match(taken.offer?.get("diversion") ?? "", /^<sip:1002@.*;reason=user-busy/);
    taken.respond(taken.offer ?? assert.fail(), 486);
    assert.equal((await forwarded.invite?.final())?.status, 486);
    for (let call = 0; call < 10; call += 1) await ringing(bob, carol);
    assert.equal(await refusal(bob, "1003"), 486);
    await hangUp(near, far);
    // What went out counts as well: the line has 49 calls.
    assert.equal(requestsTo(bob, "INVITE").length, 40);
    await ringing(bob, carol);
    assert.equal(await refusal(bob, "1003"), 486);
  });

  it("given lines for one call, when that is held and then transferred, then it counts for who is in it, and no more for who has left", async () => {
    for (const number of ["1001", "1002"]) {
      await configured.change(put("directory-number", { number, maxCalls: 1, busyTrigger: 1 }));
    }
    const { features } = configured.node.manager;
    const { near, far } = await establish(alice, bob);
    assert.equal((await features.command({ type: "hold", device: "phone-1001" })).ok, true);
    assert.deepEqual([await refusal(carol, "1001"), await refusal(carol, "1002")], [486, 486]);
    const transferred = features.command({ type: "transfer", device: "phone-1001", to: "1003" });
    const target = await carol.offered();
    const acked = target.answer({ sdp: testSdp(6_000) });
    await acked;
    await near.takeBye();
    assert.equal((await transferred).ok, true);
    assert.equal(await refusal(carol, "1002"), 486);
    const { near: back, far: again } = await ringing(carol, alice);
    back.invite?.cancel();
    again.respond(await again.request("CANCEL"), 200);
    again.respond(again.offer ?? assert.fail(), 487);
    void takeInvites(far);
    void takeInvites(target);
    const bye = far.bye();
    await target.takeBye();
    assert.equal((await bye).status, 200);
    const { near: anew, far: other } = await establish(carol, bob);
    await hangUp(anew, other);
  });
});
