import assert from "node:assert/strict";
import { Cleanup } from "../../support/cleanup.ts";
import { startConfiguredSwitch } from "../../support/configured-switch.ts";
import { phoneOperations, put } from "../../support/kept-configuration.ts";
import type { SipPhone } from "../../support/sip-phone.ts";
import { testSdp } from "../../support/test-sdp.ts";
import { startTrunkPair, trunkEnd, type TrunkPair } from "../../support/trunk-pair.ts";

const OFFER = { sdp: testSdp(4_000) };
const SPEED_DIALS = ["1002", "112", "*751", "9123"].map((destination) => ({ label: "somebody", destination }));

describe("what phones dial by codes", () => {
  let cleanup: Cleanup;
  let pair: TrunkPair;
  let alice: SipPhone;

  beforeEach(async () => {
    cleanup = new Cleanup();
    pair = await startTrunkPair(cleanup, {
      first: { maxCalls: 100 },
      second: { transit: true },
      plan: {
        phones: ["1001", "1002"].map((number) => ({
          name: `phone-${number}`,
          lines: [{ directoryNumber: number }],
          speedDials: number === "1001" ? SPEED_DIALS : [],
        })),
      },
      phones: [{ tollGuard: { international: false, premium: false, callsPerHour: 1, concurrentCalls: 1 } }, {}],
      settings: { emergency: { numbers: ["112"], route: "first" } },
    });
    alice = await pair.node.phone("1001");
  });
  afterEach(() => cleanup.run());

  const statusOf = async (number: string, caller = alice): Promise<number | undefined> =>
    (await (await caller.call(number, OFFER)).invite?.final())?.status;
  const giveUp = async (number: string, callee: SipPhone): Promise<string> => {
    const call = await alice.call(number, OFFER);
    const offered = await callee.offered();
    const offer = offered.offer ?? assert.fail();
    offered.respond(offer, 180);
    await call.invite?.response(180);
    call.invite?.cancel();
    offered.respond(await offered.request("CANCEL"), 200);
    offered.respond(offer, 487);
    assert.equal((await call.invite?.final())?.status, 487);
    return offer.uri;
  };

  it("given a speed dial of a phone, when it is dialed, then that one rings, and the record says what was meant", async () => {
    const bob = await pair.node.phone("1002");
    await giveUp("*751", bob);
    const [record] = await pair.node.settled(1);
    assert.deepEqual([record?.calledNumber, record?.callee?.number], ["1002", "1002"]);
  });

  it("given a speed dial of an emergency number, when no other call by trunks is possible, then it goes where help is", async () => {
    assert.match(await giveUp("*754", pair.first), /^sip:123@/);
    assert.equal(await statusOf("*754"), 403);
    assert.match(await giveUp("*752", pair.first), /^sip:112@/);
    await pair.node.settled(3);
  });

  for (const [number, status] of [
    ["*42", 404],
    ["*721002", 403],
    ["*72", 484],
    ["*4", 484],
    ["*753", 482],
    ["*759", 404],
  ] as const) {
    it(`given the codes there are, when a phone dials ${number}, then the answer is ${status}`, async () => {
      assert.equal(await statusOf(number), status);
    });
  }

  it("given a trunk, when it dials codes, then it gets nowhere", async () => {
    const outside = await trunkEnd(cleanup, pair.node, { address: pair.second.address });
    for (const code of ["*42", "*72", "*4", "*751"]) assert.equal(await statusOf(code, outside), 404, code);
  });

  it("given a phone, when it writes to a code, then the message leads nowhere", async () => {
    assert.equal((await (await alice.sendMessage("*751", "hello")).final()).status, 404);
  });
});

describe("what phones change by codes", () => {
  const cleanup = new Cleanup();
  afterEach(() => cleanup.run());

  it("given a line that a phone forwards, and no more, when it is called, then the target rings, and then the line again", async () => {
    const numbers = ["1001", "1002", "1003"];
    const { node, followed, featureStore } = await startConfiguredSwitch(
      cleanup,
      numbers.flatMap((number) => phoneOperations([number])),
    );
    const [alice, bob, carol] = await Promise.all(numbers.map((number) => node.phone(number)));
    assert.ok(alice && bob && carol);
    const reaches = async (callee: SipPhone): Promise<void> => {
      const call = await alice.call("1002", OFFER);
      const taken = await callee.offered();
      await taken.answer({ sdp: testSdp(5_000) });
      await call.established();
      const bye = call.bye();
      await taken.takeBye();
      await bye;
    };
    await reaches(bob);
    assert.deepEqual(await featureStore.setForwardAll("1002@internal", "1003", "phone-1002"), { kind: "ok" });
    await followed.refresh();
    await reaches(carol);
    assert.deepEqual(await featureStore.setForwardAll("1002@internal", undefined, "phone-1002"), { kind: "ok" });
    await followed.refresh();
    await reaches(bob);
  });

  it("given another code for speed dials and a new speed dial, when the phone dials it, then it rings there", async () => {
    const { node, change } = await startConfiguredSwitch(
      cleanup,
      ["1001", "1002"].flatMap((number) => phoneOperations([number])),
    );
    const [alice, bob] = [await node.phone("1001"), await node.phone("1002")];
    assert.equal((await (await alice.call("77#1", OFFER)).invite?.final())?.status, 404);
    await change(
      put("service-parameter", { name: "FeatureCodeSpeedDial", value: "77#" }),
      ...phoneOperations(["1001"], { speedDials: [{ label: "Bob", destination: "1002" }] }),
    );
    const call = await alice.call("77#1", OFFER);
    const { offer } = await bob.offered();
    assert.match(offer?.uri ?? "", /^sip:1002@/);
    call.invite?.cancel();
    assert.equal((await call.invite?.final())?.status, 487);
  });
});
