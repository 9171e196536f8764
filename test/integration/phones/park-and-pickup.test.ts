import assert from "node:assert/strict";
import { Cleanup } from "../../support/cleanup.ts";
import { HeardPhone, HZ, type PhoneNumber } from "../../support/heard-phone.ts";
import { callAndAnswer } from "../../support/phone-calls.ts";
import { CALL_GAUGES, TandemNode } from "../../support/tandem-node.ts";
import { doneOn, tandemOn } from "../../support/tandem-shell.ts";

describe("park, pickup and redirection with real phones", () => {
  const cleanup = new Cleanup();
  const phones = new Cleanup();
  let node: TandemNode;
  before(async () => {
    node = cleanup.add(await TandemNode.start(), (started) => started.stop());
    await doneOn(node, ["park-range", "add", "70[12]", "reminderSeconds=6", "periodicSeconds=6"]);
    await doneOn(node, ["pickup-group", "add", "desk"]);
    for (const number of ["1002", "1003"]) await doneOn(node, ["line", "set", number, "pickupGroup=desk"]);
  });
  after(async () => {
    await cleanup.run();
  });
  afterEach(async () => {
    await phones.run();
  });

  async function baresip(number: PhoneNumber): Promise<HeardPhone> {
    return phones.add(await HeardPhone.start(node, number, "manual"), (one) => one.close());
  }

  async function talk(one: HeardPhone, oneHz: number, other: HeardPhone, otherHz: number): Promise<void> {
    await Promise.all([one.hearsTone(otherHz), other.hearsTone(oneHz)]);
  }

  async function end(one: HeardPhone, other: HeardPhone): Promise<void> {
    await one.phone.hangup();
    await other.phone.closedReason();
    await node.zero(CALL_GAUGES, 5_000);
  }

  it("given a call on hold, when its phone dials the code, then the party hears music, and another phone has it by the slot", async () => {
    const [alice, bob, carol] = [await baresip("1001"), await baresip("1002"), await baresip("1003")];
    await callAndAnswer(alice.phone, "1002", bob.phone);
    await bob.phone.hold();
    await alice.hearsMusic();
    await bob.phone.dial("*42");
    await bob.phone.closedReason();
    await bob.phone.closedReason();
    await alice.hearsMusic();
    await carol.phone.dial("701");
    await talk(alice, HZ["1001"], carol, HZ["1003"]);
    await end(carol, alice);
  });

  it("given a call that is transferred to a slot, when nobody retrieves it, then who parked is called back", async () => {
    const [alice, bob] = [await baresip("1001"), await baresip("1002")];
    await callAndAnswer(alice.phone, "1002", bob.phone);
    await bob.phone.transfer(`sip:702@${node.sip}`);
    await bob.phone.closedReason();
    await alice.hearsMusic();
    await bob.phone.event("CALL_INCOMING", 15_000);
    await bob.phone.accept();
    await talk(alice, HZ["1001"], bob, HZ["1002"]);
    await end(alice, bob);
  });

  /** Begins a command that is done when phones have done their part. */
  function asked(...args: readonly string[]): () => Promise<void> {
    const running = tandemOn(node, ["call", ...args]);
    return async () => {
      const { exitCode, err } = await running;
      assert.equal(exitCode, 0, err);
    };
  }

  it("given a call, when commands park it and retrieve it at another phone, then the party hears music, and then that phone", async () => {
    const [alice, bob, carol] = [await baresip("1001"), await baresip("1002"), await baresip("1003")];
    await callAndAnswer(alice.phone, "1002", bob.phone);
    await asked("park", "1002")();
    await bob.phone.closedReason();
    await alice.hearsMusic();
    const retrieved = asked("unpark", "1003", "701");
    await carol.phone.event("CALL_INCOMING");
    await carol.phone.accept();
    await retrieved();
    await talk(alice, HZ["1001"], carol, HZ["1003"]);
    await end(carol, alice);
  });

  it("given a phone that rings, when a command has another one pick the call up, then that one has it", async () => {
    const [alice, bob, carol] = [await baresip("1001"), await baresip("1002"), await baresip("1003")];
    await alice.phone.dial("1002");
    await bob.phone.event("CALL_INCOMING");
    const picked = asked("pickup", "1003");
    await carol.phone.event("CALL_INCOMING");
    await carol.phone.accept();
    await picked();
    await bob.phone.closedReason();
    await talk(alice, HZ["1001"], carol, HZ["1003"]);
    await end(alice, carol);
  });

  for (const isUp of [false, true]) {
    it(`given a call that ${isUp ? "is up" : "rings"}, when a command redirects it, then the other phone has it, and the first is out`, async () => {
      const [alice, bob, carol] = [await baresip("1001"), await baresip("1002"), await baresip("1003")];
      await alice.phone.dial("1002");
      await bob.phone.event("CALL_INCOMING");
      if (isUp) {
        await bob.phone.accept();
        await talk(alice, HZ["1001"], bob, HZ["1002"]);
      }
      const redirected = asked("redirect", "1002", "1003");
      await carol.phone.event("CALL_INCOMING");
      await redirected();
      await bob.phone.closedReason();
      await carol.phone.accept();
      await talk(alice, HZ["1001"], carol, HZ["1003"]);
      await end(alice, carol);
    });
  }

  for (const code of ["*80", "*821002"]) {
    it(`given a phone that rings, when another dials ${code}, then that one has the call`, async () => {
      const [alice, bob, carol] = [await baresip("1001"), await baresip("1002"), await baresip("1003")];
      await alice.phone.dial("1002");
      await bob.phone.event("CALL_INCOMING");
      await carol.phone.dial(code);
      await bob.phone.closedReason();
      await talk(alice, HZ["1001"], carol, HZ["1003"]);
      await end(alice, carol);
    });
  }
});
