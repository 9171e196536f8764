import assert from "node:assert/strict";
import type { InputOf } from "../../../../src/database/index.ts";
import { Cleanup } from "../../../support/cleanup.ts";
import { startConfiguredSwitch, type ConfiguredSwitch } from "../../../support/configured-switch.ts";
import { establish, hangUp, requestsTo, type EstablishedCall } from "../../../support/established-call.ts";
import { eventually } from "../../../support/eventually.ts";
import { phoneOperations, put } from "../../../support/kept-configuration.ts";
import type { PhoneCall, SipPhone } from "../../../support/sip-phone.ts";
import { trunkEnd } from "../../../support/trunk-pair.ts";
import { testSdp } from "../../../support/test-sdp.ts";

const NUMBERS = ["1001", "1002", "1003", "1004"];
const OFFER = { sdp: testSdp(4_000) };
const SOON = { timeoutMs: 3_000, intervalMs: 10 };
const ONE_CALL = { maxCalls: 1 };

describe("queues of hunt pilots", () => {
  let cleanup: Cleanup;
  let configured: ConfiguredSwitch;
  let alice: SipPhone;
  let bob: SipPhone;
  let carol: SipPhone;
  let dave: SipPhone;
  /** Of the only member, which therefore takes no other call. */
  let busy: EstablishedCall;

  beforeEach(() => {
    cleanup = new Cleanup();
  });
  afterEach(() => cleanup.run());

  async function start(
    queue: NonNullable<InputOf<"hunt-pilot">["queue"]> = {},
    pilot: Partial<InputOf<"hunt-pilot">> = {},
  ): Promise<void> {
    configured = await startConfiguredSwitch(cleanup, [
      ...NUMBERS.flatMap((number) => phoneOperations([number])),
      put("directory-number", { number: "1002", ...ONE_CALL }),
      put("music-source", { name: "welcome" }),
      put("line-group", { name: "sales", members: ["1002@internal"], ringSeconds: 1 }),
      put("hunt-pilot", { pattern: "5000", lineGroups: ["sales"], queue, ...pilot }),
    ]);
    const { node } = configured;
    [alice, bob, carol, dave] = [
      await node.phone("1001"),
      await node.phone("1002"),
      await node.phone("1003"),
      await node.phone("1004"),
    ];
    busy = await establish(bob, dave);
  }

  const node = (): ConfiguredSwitch["node"] => configured.node;
  /** What the relay has done for the sessions that there are. */
  const operations = (): readonly string[] => [...node().relay.sessions.values()].flatMap((one) => one.operations);

  /** A caller is answered to wait. */
  async function waits(phone: SipPhone): Promise<PhoneCall> {
    const call = await phone.call("5000", OFFER);
    await call.established();
    return call;
  }

  /** The member's next call is answered: it is connected with who waited. */
  async function serve(waiting: PhoneCall): Promise<PhoneCall> {
    const offered = await bob.offered();
    const acked = offered.answer({ sdp: testSdp(5_000) });
    await acked;
    void takeInvites(waiting);
    void takeInvites(offered);
    return offered;
  }

  /** Takes what the switch offers inside a dialog. */
  async function takeInvites(call: PhoneCall): Promise<void> {
    for (let taken = 0; taken < 10; taken += 1) {
      const invite = await call.request("INVITE", 3_000).catch(() => undefined);
      if (invite === undefined) return;
      call.respond(invite, 200, OFFER);
    }
  }

  it("given callers that wait, when the member becomes free twice, then each is connected in the order in which they came", async () => {
    await start();
    const first = await waits(alice);
    const second = await waits(carol);
    assert.equal(requestsTo(bob, "INVITE").length, 0);
    await hangUp(busy.near, busy.far);
    const one = await serve(first);
    assert.match(one.offer?.get("from") ?? "", /<sip:1001@/);
    assert.match(one.offer?.get("diversion") ?? "", /^<sip:5000@/);
    const early = first.takeBye();
    assert.equal((await one.bye()).status, 200);
    await early;
    const other = await serve(second);
    assert.match(other.offer?.get("from") ?? "", /<sip:1003@/);
    await hangUp(second, other);
    await eventually(() => assert.equal(node().metric("tandem_calls"), 0), SOON);
  });

  it("given an announcement, when it has been played, then the caller hears music, and it is offered all the same meanwhile", async () => {
    await start({ announcement: "welcome" });
    const call = await waits(alice);
    const { callId } = [...node().relay.sessions.values()].at(-1) ?? assert.fail();
    node().manager.relayEvent({ type: "prompt-ended", callId });
    await eventually(() => assert.ok(operations().includes(`join ${callId}/caller`)), SOON);
    await hangUp(busy.near, busy.far);
    const member = await serve(call);
    await hangUp(call, member);
  });

  it("given a member who does not answer, when it is offered a caller, then that keeps its place and is offered again", async () => {
    await start();
    const first = await waits(alice);
    const second = await waits(carol);
    await hangUp(busy.near, busy.far);
    const refused = await bob.offered();
    refused.respond(refused.offer ?? assert.fail(), 486);
    await refused.request("ACK");
    // Who came next has not been refused by it.
    const next = await serve(second);
    assert.match(next.offer?.get("from") ?? "", /<sip:1003@/);
    await hangUp(second, next);
    const again = await bob.offered(8_000);
    assert.match(again.offer?.get("from") ?? "", /<sip:1001@/);
    const acked = again.answer({ sdp: testSdp(5_000) });
    await acked;
    await hangUp(first, again);
  });

  it("given a caller that waits, when it hangs up while the member rings for it, then the member's call is taken back", async () => {
    await start();
    const call = await waits(alice);
    await hangUp(busy.near, busy.far);
    const offered = await bob.offered();
    offered.respond(offered.offer ?? assert.fail(), 180);
    assert.equal((await call.bye()).status, 200);
    offered.respond(await offered.request("CANCEL"), 200);
    offered.respond(offered.offer ?? assert.fail(), 487);
    await eventually(() => assert.equal(node().metric("tandem_call_sessions"), 0), SOON);
  });

  it("given a queue for one, when a second caller comes, then it goes where uncovered calls go", async () => {
    await start({ maxCallers: 1 }, { noCoverage: "1003" });
    await waits(alice);
    await hangUp(busy.near, busy.far);
    const offered = await bob.offered();
    const call = await dave.call("5000", OFFER);
    const covered = await carol.offered();
    covered.respond(covered.offer ?? assert.fail(), 486);
    assert.equal((await call.invite?.final())?.status, 486);
    offered.respond(offered.offer ?? assert.fail(), 486);
  });

  it("given a longest wait, when it has passed, then the caller is connected with who answers where uncovered calls go", async () => {
    await start({ maxWaitSeconds: 1 }, { noCoverage: "1003" });
    const call = await waits(alice);
    const covered = await carol.offered();
    assert.match(covered.offer?.get("from") ?? "", /<sip:1001@/);
    const acked = covered.answer({ sdp: testSdp(5_000) });
    await acked;
    await hangUp(covered, call);
  });

  it("given a longest wait and nowhere to go, when it has passed, then the caller is released", async () => {
    await start({ maxWaitSeconds: 1 });
    const call = await waits(alice);
    assert.match((await call.takeBye()).get("reason") ?? "", /cause=19;/);
  });

  for (const [what, before, after] of [
    ["logs in", { loggedOut: ["1002@internal"] }, {}],
    ["joins the group", { members: [] }, { members: ["1002@internal"] }],
  ] as readonly (readonly [string, Partial<InputOf<"line-group">>, Partial<InputOf<"line-group">>])[]) {
    it(`given callers that wait for nobody, when a member ${what}, then it is offered them`, async () => {
      await start();
      await hangUp(busy.near, busy.far);
      const group = { name: "sales", members: ["1002@internal"], ringSeconds: 1 };
      await configured.change(put("line-group", { ...group, ...before }));
      const call = await waits(alice);
      await configured.change(put("line-group", { ...group, ...after }));
      await hangUp(call, await serve(call));
    });
  }

  it("given a member that is not registered, when it registers, then who waits is offered to it", async () => {
    await start();
    await hangUp(busy.near, busy.far);
    await bob.register([["Expires", "0"]]);
    const call = await waits(alice);
    await bob.register();
    await hangUp(call, await serve(call));
  });

  it("given callers that wait, when call control is killed, then they keep their places, and hear music where they were told to wait", async () => {
    await start({ announcement: "welcome" });
    const first = await waits(alice);
    const second = await waits(carol);
    const before = [...node().relay.sessions.values()].slice(-2).map(({ callId }) => callId);
    await node().killManager();
    await node().startManager();
    for (const callId of before) {
      await eventually(() => assert.ok(operations().includes(`join ${callId}/caller`)), SOON);
    }
    void takeInvites(busy.near);
    void takeInvites(busy.far);
    await hangUp(busy.near, busy.far);
    const one = await serve(first);
    assert.match(one.offer?.get("from") ?? "", /<sip:1001@/);
    await hangUp(first, one);
    const other = await serve(second);
    assert.match(other.offer?.get("from") ?? "", /<sip:1003@/);
    await hangUp(second, other);
  });

  it("given a caller by a trunk, when it waits, then it is offered to the member under its own number", async () => {
    await start();
    const address = "127.0.0.41";
    await configured.change(put("trunk", { name: "provider", uri: `sip:${address}`, addresses: [address] }));
    const outside = await trunkEnd(cleanup, node(), { address });
    const call = await waits(outside);
    await hangUp(busy.near, busy.far);
    const member = await serve(call);
    assert.match(member.offer?.get("from") ?? "", /<sip:one@/);
    await hangUp(call, member);
  });

  it("given members that are all tried in vain, when the last one does not answer, then the caller waits, on what it was offered first", async () => {
    await start();
    await hangUp(busy.near, busy.far);
    const call = await alice.call("5000", OFFER);
    const rung = await bob.offered();
    rung.respond(rung.offer ?? assert.fail(), 180);
    await call.invite?.response(180);
    rung.respond(await rung.request("CANCEL"), 200);
    rung.respond(rung.offer ?? assert.fail(), 487);
    await call.established();
    await hangUp(call, await serve(call));
  });
});
