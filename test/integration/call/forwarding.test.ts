import assert from "node:assert/strict";
import type { LineForwarding } from "../../../src/call/index.ts";
import { Cleanup } from "../../support/cleanup.ts";
import type { PhoneCall, SipPhone } from "../../support/sip-phone.ts";
import { testSdp } from "../../support/test-sdp.ts";
import { startTrunkPair, trunkEnd, type TrunkPair, type TrunkPairOptions } from "../../support/trunk-pair.ts";

const OFFER = { sdp: testSdp(4_000) };
const ANSWER = { sdp: testSdp(5_000) };
const NEVER = { noAnswerSeconds: 600 };

type Kinds = LineForwarding["forwarding"];

/** Of 1002, and where it says so of 1003. */
function forwards(of1002: Kinds, more: Partial<LineForwarding> = {}, of1003: Kinds = {}): TrunkPairOptions {
  return {
    forwarding: new Map([
      ["1002@internal", { ...NEVER, ...more, forwarding: of1002 }],
      ["1003@internal", { ...NEVER, forwarding: of1003 }],
    ]),
  };
}

describe("forwarding", () => {
  const cleanup = new Cleanup();
  let pair: TrunkPair;
  let alice: SipPhone;
  afterEach(() => cleanup.run());

  async function start(options: TrunkPairOptions): Promise<void> {
    pair = await startTrunkPair(cleanup, options);
    alice = await pair.node.phone("1001");
  }

  async function answers(call: PhoneCall, phone: SipPhone): Promise<void> {
    const taken = await phone.offered();
    await taken.answer(ANSWER);
    await call.established();
    const bye = call.bye();
    await taken.takeBye();
    await bye;
  }

  async function statusOf(number: string, caller = alice): Promise<number | undefined> {
    return (await (await caller.call(number, OFFER)).invite?.final())?.status;
  }

  it("given CFA, when the line is called, then the target rings and the phone of the line does not", async () => {
    await start(forwards({ all: { internal: "1003" } }));
    const [bob, carol] = [await pair.node.phone("1002"), await pair.node.phone("1003")];
    await answers(await alice.call("1002", OFFER), carol);
    assert.ok(!bob.received.some(({ method }) => method === "INVITE"));
    const [record] = await pair.node.settled(1);
    assert.deepEqual([record?.calledNumber, record?.callee?.number], ["1002", "1003"]);
    const by = { number: "1002", partition: "internal" };
    const why = { originalReason: "unconditional", lastReason: "unconditional" };
    assert.deepEqual(record?.redirect, { originalCalled: by, lastRedirecting: by, ...why });
  });

  it("given CFA for calls from trunks alone, when one calls, then it goes there; calls from inside ring the phone", async () => {
    await start(forwards({ all: { external: "1003" } }));
    const [bob, carol] = [await pair.node.phone("1002"), await pair.node.phone("1003")];
    await answers(await alice.call("1002", OFFER), bob);
    const outside = await trunkEnd(cleanup, pair.node, { address: pair.first.address });
    await answers(await outside.call("1002", OFFER), carol);
  });

  it("given CFU, when no phone of the line is registered, then the target rings", async () => {
    await start(forwards({ unregistered: { internal: "1003" } }));
    const carol = await pair.node.phone("1003");
    await answers(await alice.call("1002", OFFER), carol);
  });

  it("given CFB, when the phone has all its calls, or says 486, then the target rings, and the caller was told 181 of the latter", async () => {
    await start({ ...forwards({ busy: { internal: "1003" } }), phones: [{}, { maxCalls: 1 }] });
    const [bob, carol] = [await pair.node.phone("1002"), await pair.node.phone("1003")];
    const first = await alice.call("1002", OFFER);
    const busy = await bob.offered();
    assert.ok(busy.offer !== undefined);
    await answers(await alice.call("1002", OFFER), carol);
    busy.respond(busy.offer, 486);
    await first.invite?.response(181);
    await answers(first, carol);
    await pair.node.settled(2);
  });

  it("given CFNA to a trunk, when nobody answers in time, then the phone stops ringing and the trunk is called", async () => {
    await start(forwards({ noAnswer: { internal: "9123" } }, { noAnswerSeconds: 0.3 }));
    const bob = await pair.node.phone("1002");
    const call = await alice.call("1002", OFFER);
    const ringing = await bob.offered();
    assert.ok(ringing.offer !== undefined);
    ringing.respond(ringing.offer, 180);
    const cancel = await ringing.request("CANCEL");
    ringing.respond(cancel, 200);
    ringing.respond(ringing.offer, 487);
    await answers(call, pair.first);
    const [record] = await pair.node.settled(1);
    assert.deepEqual([record?.callee?.device, record?.callee?.number], ["first", "123"]);
  });

  it("given CFU when a registered phone cannot be reached, then the target rings", async () => {
    await start(forwards({ unregistered: { internal: "1003" } }));
    const bob = await pair.node.phone("1002", { registered: false });
    await bob.register([["Expires", "600"]], "<sip:1002@127.0.0.1:9;transport=tcp>");
    const carol = await pair.node.phone("1003");
    await answers(await alice.call("1002", OFFER), carol);
  });

  it("given voice-mail, when there is a number for it, then the call goes there; without one it is not forwarded", async () => {
    await start(
      forwards({ all: { internal: "voice-mail" } }, { voiceMail: "1004" }, { all: { internal: "voice-mail" } }),
    );
    const [carol, dora] = [await pair.node.phone("1003"), await pair.node.phone("1004")];
    await answers(await alice.call("1002", OFFER), dora);
    await answers(await alice.call("1003", OFFER), carol);
  });

  it("given forwardings in a circle, or to nowhere, when the line is called, then the caller is told, and nothing is left", async () => {
    await start(forwards({ all: { internal: "1003" } }, {}, { all: { internal: "1002" } }));
    assert.equal(await statusOf("1002"), 482);
    const [record] = await pair.node.settled(1);
    const [first, last] = ["1002", "1003"].map((number) => ({ number, partition: "internal" }));
    const [originalReason, lastReason] = ["unconditional", "unconditional"];
    assert.deepEqual(record?.redirect, { originalCalled: first, originalReason, lastRedirecting: last, lastReason });
  });

  it("given more forwardings than allowed, when the line is called, then the caller gets 483", async () => {
    const chain = forwards({ all: { internal: "1003" } }, {}, { all: { internal: "1004" } });
    await start({ ...chain, plan: { serviceParameters: [{ name: "ForwardMaximumHopCount", value: 1 }] } });
    assert.equal(await statusOf("1002"), 483);
  });

  it("given CFB to where nobody is, when the phone is busy, then the caller gets its 486", async () => {
    await start(forwards({ busy: { internal: "1003" } }));
    const bob = await pair.node.phone("1002");
    const call = await alice.call("1002", OFFER);
    const offered = await bob.offered();
    assert.ok(offered.offer !== undefined);
    offered.respond(offered.offer, 486);
    assert.equal((await call.invite?.final())?.status, 486);
    await pair.node.settled(1);
  });

  it("given a search space of its own, when the line forwards, then the target is looked up in that alone", async () => {
    const spaces = { partitions: [{ name: "internal" }, { name: "none" }] };
    const plan = {
      ...spaces,
      callingSearchSpaces: [
        { name: "all", partitions: ["internal"] },
        { name: "nothing", partitions: ["none"] },
      ],
    };
    await start({ ...forwards({ all: { internal: "1003", callingSearchSpace: "nothing" } }), plan });
    await pair.node.phone("1003");
    assert.equal(await statusOf("1002"), 404);
  });

  it("given a line that no device has, when it forwards, then its own search space counts, and the caller's where it has none", async () => {
    const plan = {
      partitions: [{ name: "internal" }, { name: "none" }],
      callingSearchSpaces: [
        { name: "all", partitions: ["internal"] },
        { name: "nothing", partitions: ["none"] },
      ],
      directoryNumbers: [
        ...["1001", "1002", "1003", "1004", "1008"].map((number) => ({ number })),
        { number: "1009", callingSearchSpace: "nothing" },
      ],
    };
    const to1003 = { ...NEVER, forwarding: { all: { internal: "1003" } } };
    const forwarding = new Map(["1008@internal", "1009@internal"].map((line) => [line, to1003]));
    await start({ forwarding, plan });
    const carol = await pair.node.phone("1003");
    await answers(await alice.call("1008", OFFER), carol);
    assert.equal(await statusOf("1009"), 404);
  });
});
