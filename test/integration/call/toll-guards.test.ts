import assert from "node:assert/strict";
import type { TollGuard } from "../../../src/database/index.ts";
import { Cleanup } from "../../support/cleanup.ts";
import type { PhoneCall, SipPhone } from "../../support/sip-phone.ts";
import { testSdp } from "../../support/test-sdp.ts";
import { startTrunkPair, trunkEnd, type TrunkPair, type TrunkPairOptions } from "../../support/trunk-pair.ts";

const OFFER = { sdp: testSdp(4_000) };
const ANSWER = { sdp: testSdp(5_000) };
const BOUNDS: TollGuard = { international: false, premium: false, callsPerHour: 600, concurrentCalls: 50 };

/** Takes the next requests of the switch inside a dialog. */
function answerAll(call: PhoneCall): void {
  for (const method of ["NOTIFY", "INVITE"]) void answerEach(call, method);
}

async function answerEach(call: PhoneCall, method: string): Promise<void> {
  for (let count = 0; count < 10; count += 1) {
    const request = await call.request(method).catch(() => undefined);
    if (request === undefined) return;
    call.respond(request, 200, method === "INVITE" ? ANSWER : {});
  }
}

function bounded(bounds: Partial<TollGuard>): { readonly tollGuard: TollGuard; readonly maxCalls: number } {
  return { tollGuard: { ...BOUNDS, ...bounds }, maxCalls: 50 };
}

describe("guards against toll fraud", () => {
  const cleanup = new Cleanup();
  let pair: TrunkPair;
  let alice: SipPhone;
  afterEach(() => cleanup.run());

  async function start(options: TrunkPairOptions): Promise<void> {
    pair = await startTrunkPair(cleanup, options);
    alice = await pair.node.phone("1001");
  }

  async function up(number: string, caller = alice, end = pair.first): Promise<readonly [PhoneCall, PhoneCall]> {
    const call = await caller.call(number, OFFER);
    const taken = await end.offered();
    await taken.answer(ANSWER);
    await call.established();
    return [call, taken];
  }

  async function assertRefused(guard: string, number: string, caller = alice): Promise<void> {
    const refused = await (await caller.call(number, OFFER)).invite?.final();
    assert.equal(refused?.status, 403);
    assert.match(refused.get("warning") ?? "", /^399 tandem "/);
    assert.match(refused.get("reason") ?? "", /Q\.850;cause=52/);
    assert.equal(pair.node.manager.views.tollAlarms()[0]?.guard, guard);
  }

  it("given the usual bounds, when an international or premium number is dialed, then it is refused with 403 and an alarm; others are not", async () => {
    const premium = { pattern: "9.0900!", routeList: "pair", discard: "pre-dot", class: "premium" } as const;
    await start({ phones: [bounded({})], plan: { routePatterns: [premium] } });
    await assertRefused("international", "90049301");
    await assertRefused("premium", "90900123");
    await up("9030123");
    assert.deepEqual(pair.second.received, []);
    assert.equal(pair.node.metric("tandem_toll_alarms_total", { guard: "international" }), 1);
  });

  it("given calls at a time, when there are as many as allowed, then one more is refused, also by a callmanager that was started again", async () => {
    await start({ phones: [bounded({ concurrentCalls: 1 })] });
    const [call, taken] = await up("9030123");
    await assertRefused("concurrent-calls", "9030124");
    await pair.node.killManager();
    await pair.node.startManager();
    await assertRefused("concurrent-calls", "9030124");
    const bye = call.bye();
    await taken.takeBye();
    await bye;
    await up("9030125");
  });

  it("given calls at a time, when one is transferred to another phone, then it still counts for who called, also by a callmanager that was started again", async () => {
    await start({ phones: [bounded({ concurrentCalls: 1 }), bounded({})] });
    const bob = await pair.node.phone("1002");
    const [call, taken] = await up("9030123");
    for (const one of [call, taken]) answerAll(one);
    const referred = await call.send("REFER", { headers: [["Refer-To", "<sip:1002@127.0.0.1>"]] }).final();
    assert.equal(referred.status, 202);
    const target = await bob.offered();
    await target.answer(ANSWER);
    answerAll(target);
    await call.takeBye();
    await assertRefused("concurrent-calls", "9030124");
    await pair.node.killManager();
    await pair.node.startManager();
    await assertRefused("concurrent-calls", "9030124");
    await target.bye();
    await taken.takeBye();
    await up("9030125");
  });

  it("given calls an hour, when there were as many as allowed, then more are refused, also by a callmanager that was started again", async () => {
    await start({ phones: [bounded({ callsPerHour: 1 })] });
    const call = await alice.call("9030123", OFFER);
    const offered = await pair.first.offered();
    assert.ok(offered.offer !== undefined);
    offered.respond(offered.offer, 486);
    await call.invite?.final();
    await assertRefused("calls-per-hour", "9030124");
    await pair.node.restartManager();
    await assertRefused("calls-per-hour", "9030124");
  });

  it("given bounds of a trunk, when it has its calls, then the next trunk is asked; when none is left, then 403", async () => {
    const one = { tollGuard: { ...BOUNDS, concurrentCalls: 1 } };
    await start({ first: one, second: one, phones: [bounded({})] });
    await up("9030123");
    await up("9030124", alice, pair.second);
    const refused = await (await alice.call("9030125", OFFER)).invite?.final();
    assert.equal(refused?.status, 403);
    assert.match(refused.get("reason") ?? "", /cause=52/);
  });

  it("given a phone that forwards abroad, when it is called, then its own bounds count and not the caller's", async () => {
    const forwarding = new Map([
      ["1002@internal", { forwarding: { all: { internal: "90049301", external: "9030" } }, noAnswerSeconds: 12 }],
    ]);
    await start({ forwarding, phones: [bounded({ international: true }), bounded({ callsPerHour: 1 })] });
    await assertRefused("international", "1002");
    assert.equal(pair.node.manager.views.tollAlarms()[0]?.device, "phone-1002");
    // From outside it goes to where it may, once.
    const outside = await trunkEnd(cleanup, pair.node, { address: pair.second.address });
    await up("1002", outside);
    const again = await (await outside.call("1002", OFFER)).invite?.final();
    assert.equal(again?.status, 403);
  });

  it("given a place for emergency calls that forwards them abroad, when one is made, then no guard lets it out, and it rings there", async () => {
    const forwarding = new Map([
      ["1002@internal", { forwarding: { all: { internal: "90049301" } }, noAnswerSeconds: 12 }],
    ]);
    const emergency = { numbers: ["112"], route: "1002" };
    await start({ forwarding, phones: [bounded({}), bounded({})], settings: { emergency } });
    const guard = await pair.node.phone("1002");
    await up("112", alice, guard);
    assert.deepEqual(pair.first.received, []);
    assert.equal(pair.node.manager.views.tollAlarms()[0]?.device, "phone-1002");
  });

  it("given the usual bounds, when a phone writes abroad, then it is refused with 403 and an alarm; elsewhere not", async () => {
    const toFirst = { outbound: { stripDigits: 1, prefix: "+49" }, callerId: { fixed: "+4930", withhold: false } };
    await start({ phones: [bounded({ concurrentCalls: 1 })], first: toFirst });
    const refused = await (await alice.sendMessage("90049301", "hello")).final();
    assert.equal(refused.status, 403);
    assert.match(refused.get("warning") ?? "", /^399 tandem "/);
    assert.equal(pair.node.manager.views.tollAlarms()[0]?.guard, "international");
    await up("9030123");
    // The trunk is sent the number and the sender that it would be sent with a call.
    const sent = await alice.sendMessage("9030123", "hello");
    const message = await pair.first.message(200);
    assert.match(message.uri, /^sip:\+4930123@/);
    assert.match(message.get("from") ?? "", /sip:\+4930@/);
    assert.equal((await sent.final()).status, 200);
  });

  it("given a trunk whose calls are changed as they come in, when it writes, then its messages are, too", async () => {
    await start({ second: { inbound: { stripDigits: 5, prefix: "" } } });
    const outside = await trunkEnd(cleanup, pair.node, { address: pair.second.address });
    const sent = await outside.sendMessage("493011001", "hello");
    await alice.message(200);
    assert.equal((await sent.final()).status, 200);
  });

  for (const [number, why] of [
    ["9-00-49.301", "separators"],
    ["9%2d0049301", "escaped separators"],
    ["90049301;x=1", "parameters"],
  ] as const) {
    it(`given ${why} in an international number, when it is dialed, then the guard knows it`, async () => {
      await start({ phones: [bounded({})] });
      await assertRefused("international", number);
    });
  }

  it("given a trunk that sends calls through, when it calls abroad, then its bounds count", async () => {
    await start({ second: { transit: true, tollGuard: BOUNDS }, phones: [bounded({})] });
    const outside = await trunkEnd(cleanup, pair.node, { address: pair.second.address });
    const refused = await (await outside.call("90049301", OFFER)).invite?.final();
    assert.equal(refused?.status, 403);
    assert.equal(pair.node.manager.views.tollAlarms()[0]?.device, "second");
  });

  it("given bounds that are exceeded, when an emergency call is made, then it goes to its trunk", async () => {
    const emergency = { numbers: ["112"], route: "first" };
    const none = { international: false, callsPerHour: 1, concurrentCalls: 1 };
    await start({ phones: [bounded(none)], first: bounded(none), settings: { emergency } });
    await up("9030123");
    await up("112");
    await up("urn:service:sos");
  });
});
