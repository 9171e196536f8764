import assert from "node:assert/strict";
import type { CommandReply } from "../../../../src/call/cti/commands/command-record.ts";
import type { CtiCommandRequest } from "../../../../src/signals/index.ts";
import { Cleanup } from "../../../support/cleanup.ts";
import { startConfiguredSwitch } from "../../../support/configured-switch.ts";
import { establish, type EstablishedCall } from "../../../support/established-call.ts";
import { eventually } from "../../../support/eventually.ts";
import { phoneOperations } from "../../../support/kept-configuration.ts";
import { requestOf } from "../../../support/ringing-calls.ts";
import type { PhoneCall, SipPhone } from "../../../support/sip-phone.ts";
import type { SwitchFixture } from "../../../support/switch-fixture.ts";
import { takeInvites } from "../../../support/take-invites.ts";
import { testSdp } from "../../../support/test-sdp.ts";

const DEVICE = "phone-1001";

describe("consultations that applications ask for", () => {
  const cleanup = new Cleanup();
  let node: SwitchFixture;
  let alice: SipPhone;
  let carol: SipPhone;
  let first: EstablishedCall;
  let callId: string;
  let keys = 0;
  beforeEach(async () => {
    ({ node } = await startConfiguredSwitch(
      cleanup,
      ["1001", "1002", "1003"].flatMap((number) => phoneOperations([number])),
    ));
    const bob = await node.phone("1002");
    [alice, carol] = [await node.phone("1001"), await node.phone("1003")];
    first = await establish(alice, bob, { near: { sdp: testSdp(4_000) }, far: { sdp: testSdp(5_000) } });
    takeInvites(first.near, 4_000);
    takeInvites(first.far, 5_000);
    callId = node.manager.features.callsNow()[0]?.callId ?? "";
  });
  afterEach(() => cleanup.run());

  function ask(command: CtiCommandRequest["command"]): Promise<CommandReply> {
    keys += 1;
    return node.manager.cti.commands.handle(requestOf(`k${keys}`, command));
  }

  /** How a device is in its calls. */
  function statesOf(device: string): Record<string, string> {
    const found = node.manager.features
      .callsNow()
      .flatMap((call) =>
        call.connections.flatMap(({ devices }) =>
          devices.flatMap((one) => (one.device === device ? [[call.callId, one.state] as const] : [])),
        ),
      );
    return Object.fromEntries(found);
  }

  /** Alice's phone answers by itself, as it is asked to. */
  async function consulting(): Promise<{
    readonly reply: Promise<CommandReply>;
    readonly second: PhoneCall;
    readonly far: PhoneCall;
  }> {
    const reply = ask({ type: "consult", device: DEVICE, callId, to: "1003", newCallId: "consultation" });
    const second = await alice.offered();
    assert.match(second.offer?.get("call-info") ?? "", /;answer-after=0$/);
    assert.equal(statesOf(DEVICE)[callId], "held");
    await second.answer({ sdp: testSdp(4_100) });
    takeInvites(second, 4_100);
    const far = await carol.offered();
    return { reply, second, far };
  }

  it("given a call, when a consultation is asked for, then it is held, the phone is called anew, and the two can be transferred", async () => {
    const { reply, second, far } = await consulting();
    await far.answer({ sdp: testSdp(6_000) });
    takeInvites(far, 6_000);
    assert.deepEqual(await reply, { ok: true, callId: "consultation" });
    assert.deepEqual(statesOf(DEVICE), { [callId]: "held", consultation: "talking" });
    const done = ask({ type: "complete-transfer", device: DEVICE, callId, consultCallId: "consultation" });
    await Promise.all([first.near.takeBye(), second.takeBye()]);
    assert.equal((await done).ok, true);
    const [call, ...others] = node.manager.features.callsNow();
    assert.deepEqual(
      [call?.callId, call?.connections.map(({ number }) => number), others],
      [callId, ["1002", "1003"], []],
    );
    const gone = await ask({ type: "hold", device: DEVICE, callId: "consultation" });
    assert.deepEqual(!gone.ok && [gone.failure, gone.actor?.user], ["call-ended", "ann"]);
  });

  it("given a consultation, when it is made a conference, then all three are in it", async () => {
    const { reply, far } = await consulting();
    await far.answer({ sdp: testSdp(6_000) });
    takeInvites(far, 6_000);
    await reply;
    const formed = await ask({ type: "conference", device: DEVICE, callIds: [callId, "consultation"] });
    assert.equal(formed.ok, true);
    const [call] = node.manager.features.callsNow();
    assert.equal(call?.connections.length, 3);
  });

  it("given a number that is busy, when a consultation is asked for, then that is told, and the call is talked in again", async () => {
    const { reply, second, far } = await consulting();
    if (far.offer !== undefined) far.respond(far.offer, 486);
    await second.takeBye();
    const refused = await reply;
    assert.deepEqual(!refused.ok && [refused.failure, refused.sip, refused.q850], [
      "destination-busy",
      { status: 486 },
      17,
    ]);
    assert.deepEqual(statesOf(DEVICE), { [callId]: "talking" });
  });

  it("given a phone that hangs up while the number rings, when it does, then the call is talked in again", async () => {
    const { reply, second } = await consulting();
    void second.bye();
    const refused = await reply;
    assert.equal(!refused.ok && refused.failure, "party-gone");
    await eventually(() => assert.deepEqual(statesOf(DEVICE), { [callId]: "talking" }), {
      timeoutMs: 2_000,
      intervalMs: 10,
    });
  });

  it("given no established call, or a consultation under way, when one is asked for, then it is refused", async () => {
    const none = await ask({ type: "consult", device: "phone-1003", callId, to: "1002" });
    assert.equal(!none.ok && none.failure, "device-not-in-call");
    void ask({ type: "consult", device: DEVICE, callId, to: "1003" });
    await alice.offered();
    const more = await node.manager.cti.commands.handle(
      requestOf("more", { type: "consult", device: DEVICE, callId, to: "1003" }, { waits: false }),
    );
    assert.equal(!more.ok && more.failure, "command-pending");
    const direct = await node.manager.features.command({ type: "consult", device: DEVICE, callId, to: "1003" });
    assert.equal(!direct.ok && direct.failure, "pending");
  });
});
