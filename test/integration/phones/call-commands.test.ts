import assert from "node:assert/strict";
import type { CallNow } from "../../../src/signals/index.ts";
import { Baresip } from "../../support/baresip.ts";
import { Cleanup } from "../../support/cleanup.ts";
import { assertHears } from "../../support/phone-calls.ts";
import { TandemNode } from "../../support/tandem-node.ts";
import { doneOn, tandemOn } from "../../support/tandem-shell.ts";

const HZ = { "1001": 440, "1002": 660, "1003": 880 } as const;

describe("tandem call", () => {
  const cleanup = new Cleanup();
  const phones = new Cleanup();
  let node: TandemNode;
  let alice: Baresip;
  let bob: Baresip;
  let carol: Baresip;

  before(async () => {
    node = cleanup.add(await TandemNode.start(), (started) => started.stop());
  });
  after(async () => {
    await cleanup.run();
  });
  beforeEach(async () => {
    [alice, bob, carol] = [await registered("1001"), await registered("1002"), await registered("1003")];
  });
  afterEach(async () => {
    await phones.run();
  });

  async function registered(number: keyof typeof HZ): Promise<Baresip> {
    const phone = await Baresip.registered({ toneHz: HZ[number] }, { ...node.account(number), transport: "udp" });
    return phones.add(phone, (one) => one.close());
  }

  async function calls(): Promise<readonly CallNow[]> {
    return JSON.parse(await doneOn(node, ["call", "show", "--json"])) as CallNow[];
  }

  it("given two phones, when a call is made between them, held, taken back and dropped, then each is heard and seen", async () => {
    const made = tandemOn(node, ["call", "make", "1001", "1002"]);
    await alice.event("CALL_INCOMING");
    await alice.accept();
    await bob.event("CALL_INCOMING");
    await bob.accept();
    const { exitCode, out, err } = await made;
    assert.equal(exitCode, 0, err);
    await Promise.all([assertHears(alice, HZ["1002"]), assertHears(bob, HZ["1001"])]);
    const [call] = await calls();
    assert.match(out, new RegExp(`call ${call?.callId ?? "?"}`));
    assert.deepEqual(
      call?.connections.map(({ number, state }) => [number, state]),
      [
        ["1001", "established"],
        ["1002", "established"],
      ],
    );
    await doneOn(node, ["call", "hold", "1001"]);
    const held = (await calls())[0]?.connections.flatMap(({ devices }) => devices.map(({ state }) => state));
    assert.deepEqual(held, ["held", "talking"]);
    assert.match(await doneOn(node, ["call", "hold", "1001"]), /already/);
    await doneOn(node, ["call", "retrieve", "1001"]);
    await Promise.all([assertHears(alice, HZ["1002"]), assertHears(bob, HZ["1001"])]);
    await doneOn(node, ["call", "drop", "1001"]);
    await Promise.all([alice.event("CALL_CLOSED"), bob.event("CALL_CLOSED")]);
    assert.deepEqual(await calls(), []);
  });

  it("given a call, when it is transferred to a third phone, then that one and the other party hear each other", async () => {
    await alice.dial("sip:1002");
    await bob.event("CALL_INCOMING");
    await bob.accept();
    await alice.event("CALL_ESTABLISHED");
    const transferred = tandemOn(node, ["call", "transfer", "1002", "1003"]);
    await carol.event("CALL_INCOMING");
    await carol.accept();
    const { exitCode, err } = await transferred;
    assert.equal(exitCode, 0, err);
    await bob.event("CALL_CLOSED");
    await Promise.all([assertHears(alice, HZ["1003"]), assertHears(carol, HZ["1001"])]);
    const { exitCode: unknown, err: why } = await tandemOn(node, ["call", "hold", "1002"]);
    assert.equal(unknown, 1);
    assert.match(why, /no such call/);
  });
});
