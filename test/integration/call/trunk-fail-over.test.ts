import assert from "node:assert/strict";
import type { SipMessage } from "../../../src/sip/message/index.ts";
import { Cleanup } from "../../support/cleanup.ts";
import type { PhoneCall, SipPhone } from "../../support/sip-phone.ts";
import { testSdp } from "../../support/test-sdp.ts";
import {
  startTrunkPair,
  trunkEnd,
  type TrunkEnd,
  type TrunkPair,
  type TrunkPairOptions,
} from "../../support/trunk-pair.ts";

const OFFER = { sdp: testSdp(4_000) };
const ANSWER = { sdp: testSdp(5_000) };

describe("calls by trunks in turn", () => {
  const cleanup = new Cleanup();
  let pair: TrunkPair;
  let alice: SipPhone;
  afterEach(() => cleanup.run());

  async function start(options: TrunkPairOptions = {}): Promise<void> {
    pair = await startTrunkPair(cleanup, options);
    alice = await pair.node.phone("1001");
  }

  /** The call that a trunk is offered. */
  async function offeredTo(end: TrunkEnd): Promise<PhoneCall & { readonly offer: SipMessage }> {
    const call = await end.offered();
    assert.ok(call.offer !== undefined);
    return call as PhoneCall & { readonly offer: SipMessage };
  }

  async function refuse(end: TrunkEnd, status: number, reason?: string): Promise<void> {
    const call = await offeredTo(end);
    call.respond(call.offer, status, reason === undefined ? {} : { headers: [["Reason", reason]] });
  }

  it("given a first trunk that says 503, when a call is made, then the second takes it, and record and limits are about that", async () => {
    await start({ first: { maxCalls: 1 }, second: { maxCalls: 1 } });
    const call = await alice.call("9123", OFFER);
    await refuse(pair.first, 503);
    const taken = await offeredTo(pair.second);
    assert.match(taken.offer.uri, /^sip:123@127\.0\.0\.22:/);
    await taken.answer(ANSWER);
    await call.established();
    // The first one has no call now, the second has its one.
    const other = await alice.call("9124", OFFER);
    await refuse(pair.first, 404);
    assert.equal((await other.invite?.final())?.status, 404);
    const bye = call.bye();
    await taken.takeBye();
    assert.equal((await bye).status, 200);
    const [refused, answered] = await pair.node.settled(2);
    assert.deepEqual([refused?.callee?.device, refused?.cause.sipStatus], ["first", 404]);
    assert.deepEqual(
      [answered?.callee?.device, answered?.callee?.number, answered?.cause.sipStatus],
      ["second", "123", 200],
    );
    assert.equal(answered?.callee?.sipCallIds.length, 2);
    assert.deepEqual(
      answered?.legs.slice(1).map(({ device, outcome, route }) => [device, outcome, route]),
      ["first", "second"].map((trunk) => [
        trunk,
        trunk === "first" ? "refused" : "answered",
        { trunk, pattern: "9.!@internal", routeList: "pair", routeGroup: "pair" },
      ]),
    );
  });

  it("given a first trunk that is silent, when its time is over, then the second takes the call, and what it says late is taken back", async () => {
    await start();
    const call = await alice.call("9123", OFFER);
    const silent = await offeredTo(pair.first);
    const taken = await offeredTo(pair.second);
    await taken.answer(ANSWER);
    await call.established();
    silent.respond(silent.offer, 180);
    const cancel = await silent.request("CANCEL");
    silent.respond(cancel, 200);
    silent.respond(silent.offer, 487);
    const bye = taken.bye();
    await call.takeBye();
    assert.equal((await bye).status, 200);
    const [record] = await pair.node.settled(1);
    assert.deepEqual([record?.callee?.device, record?.reason], ["second", "normal"]);
  });

  it("given a first trunk that answers too late, when it does, then its call is ended at once", async () => {
    await start();
    const call = await alice.call("9123", OFFER);
    const late = await offeredTo(pair.first);
    const taken = await offeredTo(pair.second);
    await taken.answer(ANSWER);
    await call.established();
    await late.answer(ANSWER);
    await late.takeBye();
    const bye = call.bye();
    await taken.takeBye();
    await bye;
    await pair.node.settled(1);
  });

  it("given a first trunk that says 100 and nothing more, when the time of silence is over, then it is waited for", async () => {
    await start();
    const call = await alice.call("9123", OFFER);
    const slow = await offeredTo(pair.first);
    assert.equal(slow.offer.has("x-tandem-trying"), false);
    slow.respond(slow.offer, 100);
    await assert.rejects(pair.second.offered(700));
    await slow.answer(ANSWER);
    await call.established();
    const bye = call.bye();
    await slow.takeBye();
    await bye;
    await pair.node.settled(1);
  });

  it("given a first trunk that refuses connections, when a call is made, then the second takes it", async () => {
    await start({ first: { uri: "sip:127.0.0.21:9;transport=tcp" } });
    await alice.call("9123", OFFER);
    await refuse(pair.second, 486);
    assert.equal((await pair.node.settled(1))[0]?.cause.sipStatus, 486);
  });

  for (const status of [404, 480, 484, 486, 403, 603]) {
    it(`given a first trunk that says ${status}, when it does, then the caller is told, and the second is not asked`, async () => {
      await start();
      const call = await alice.call("9123", OFFER);
      await refuse(pair.first, status);
      assert.equal((await call.invite?.final())?.status, status);
      await pair.node.settled(1);
      assert.deepEqual(pair.second.received, []);
    });
  }

  it("given a callee that was heard, when its trunk fails then, then the second is not asked, and the caller gets 480 with why", async () => {
    await start();
    const call = await alice.call("9123", OFFER);
    const heard = await offeredTo(pair.first);
    heard.respond(heard.offer, 183, ANSWER);
    await call.invite?.response(183);
    heard.respond(heard.offer, 503, { headers: [["Reason", 'Q.850;cause=38;text="network out of order"']] });
    const refused = await call.invite?.final();
    assert.equal(refused?.status, 480);
    assert.match(refused.get("reason") ?? "", /cause=38/);
    await pair.node.settled(1);
    assert.deepEqual(pair.second.received, []);
  });

  it("given a cause that is about the callee in a 503, when a trunk says so, then the second is not asked", async () => {
    await start();
    await alice.call("9123", OFFER);
    await refuse(pair.first, 503, "Q.850;cause=17");
    assert.equal((await pair.node.settled(1))[0]?.cause.q850, 17);
    assert.deepEqual(pair.second.received, []);
  });

  it("given trunks that both fail, when the last has, then the best refusal is told with its Reason", async () => {
    await start();
    const call = await alice.call("9123", OFFER);
    await refuse(pair.first, 503);
    await refuse(pair.second, 500, 'Q.850;cause=41;text="temporary failure"');
    const refused = await call.invite?.final();
    assert.equal(refused?.status, 500);
    assert.match(refused.get("reason") ?? "", /cause=41/);
    await pair.node.settled(1);
  });

  it("given a full first trunk, when a call is made, then the second has it; when both are full, then 503 with Retry-After", async () => {
    await start({ first: { maxCalls: 1 }, second: { maxCalls: 1 } });
    const bob = await pair.node.phone("1002");
    await alice.call("9123", OFFER);
    await offeredTo(pair.first);
    await bob.call("9124", OFFER);
    await offeredTo(pair.second);
    const third = await (await pair.node.phone("1003")).call("9125", OFFER);
    const refused = await third.invite?.final();
    assert.equal(refused?.status, 503);
    assert.ok(Number(refused.get("retry-after")) > 0);
  });

  it("given a caller who gives up while the second trunk rings, when it does, then that is cancelled, and nothing is left", async () => {
    await start();
    const call = await alice.call("9123", OFFER);
    await refuse(pair.first, 502);
    const ringing = await offeredTo(pair.second);
    ringing.respond(ringing.offer, 180);
    await call.invite?.response(180);
    call.invite?.cancel();
    const cancel = await ringing.request("CANCEL");
    ringing.respond(cancel, 200);
    ringing.respond(ringing.offer, 487);
    assert.equal((await call.invite?.final())?.status, 487);
    const [record] = await pair.node.settled(1);
    assert.deepEqual([record?.reason, record?.callee?.device], ["cancelled", "second"]);
  });

  it("given a circular group, when calls are made, then each begins with the next trunk", async () => {
    await start({ distribution: "circular", phones: [{ maxCalls: 10 }] });
    for (const end of [pair.first, pair.second, pair.first]) {
      const call = await alice.call("9123", OFFER);
      await refuse(end, 486);
      assert.equal((await call.invite?.final())?.status, 486);
    }
  });

  it("given rules of a trunk for numbers and callers, when it is its turn, then they are applied to what it is sent alone", async () => {
    const fixed = { callerId: { fixed: "+4930555", withhold: false }, outbound: { stripDigits: 0, prefix: "0049" } };
    await start({ second: fixed });
    await alice.call("9123", OFFER);
    const first = await offeredTo(pair.first);
    assert.match(first.offer.get("from") ?? "", /sip:1001@/);
    first.respond(first.offer, 503);
    const second = await offeredTo(pair.second);
    assert.match(second.offer.get("from") ?? "", /sip:\+4930555@/);
    assert.match(second.offer.uri, /^sip:0049123@/);
  });

  it("given a rule for numbers that a trunk calls, when it calls, then the number is changed before it is looked up", async () => {
    await start({ first: { inbound: { stripDigits: 7, prefix: "" } } });
    await (await trunkEnd(cleanup, pair.node, { address: pair.first.address })).call("49305551001", OFFER);
    const call = await offeredTo(alice);
    call.respond(call.offer, 486);
    assert.equal((await pair.node.settled(1))[0]?.calledNumber, "49305551001");
  });
});
