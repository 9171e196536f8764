import assert from "node:assert/strict";
import type { CallCommand, CommandResult } from "../../../../src/call/model/index.ts";
import type { SipHeader } from "../../../../src/signals/index.ts";
import { Cleanup } from "../../../support/cleanup.ts";
import { startFeatureSwitch, type FeatureSwitch } from "../../../support/feature-switch.ts";
import { phoneOperations, put } from "../../../support/kept-configuration.ts";
import { answer, establish, TalkingPhone, type Talk } from "../../../support/talking-phone.ts";

const NUMBERS = ["1001", "1002", "1003", "1004"] as const;
const HEADERS = [
  { name: "X-Customer", value: "4711, süß" },
  { name: "x-case", value: "7" },
];
/** As UTF-8 octets. */
const CUSTOMER = Buffer.from("4711, süß", "utf8").toString("latin1");

describe("header fields that a command names", () => {
  let cleanup: Cleanup;
  let node: FeatureSwitch;
  let alice: TalkingPhone;
  let bob: TalkingPhone;
  let carol: TalkingPhone;
  let dave: TalkingPhone;
  beforeEach(async () => {
    cleanup = new Cleanup();
    node = await startFeatureSwitch(
      cleanup,
      NUMBERS.flatMap((number) => phoneOperations([number])),
    );
    const phones = await Promise.all(NUMBERS.map((number) => TalkingPhone.start(node.node, number)));
    for (const phone of phones) cleanup.add(phone, (one) => one.close());
    [alice, bob, carol, dave] = phones as [TalkingPhone, TalkingPhone, TalkingPhone, TalkingPhone];
  });
  afterEach(() => cleanup.run());

  const command = (asked: CallCommand): Promise<CommandResult> => node.node.manager.features.command(asked);
  const redirect = (to: string, headers?: readonly SipHeader[]): Promise<CommandResult> =>
    command({ type: "redirect", device: "phone-1002", to, ...(headers && { headers }) });
  const fieldsOf = ({ call }: Talk): unknown => [call.offer?.get("x-customer"), call.offer?.get("x-case")];
  const assertTold = (talk: Talk): void => assert.deepEqual(fieldsOf(talk), [CUSTOMER, "7"]);
  const assertUntold = (talk: Talk): void => assert.deepEqual(fieldsOf(talk), [undefined, undefined]);

  async function ringingAtBob(): Promise<Talk> {
    const calling = await alice.dial("1002");
    const ringing = await bob.offered();
    assertUntold(ringing);
    ringing.progress(180);
    await calling.call.invite?.response(180);
    return calling;
  }

  /** Calls to the line go elsewhere. */
  async function forward(number: string, kind: "all" | "busy" | "noAnswer", to: string): Promise<void> {
    await node.change(
      put("directory-number", { number, noAnswerSeconds: 1, forwarding: { [kind]: { internal: to } } }),
    );
  }

  it("given a call that rings, when it is redirected with them, then the INVITE there has them, once each", async () => {
    await ringingAtBob();
    const done = redirect("1003", HEADERS);
    const there = await carol.offered();
    assertTold(there);
    assert.equal(there.call.offer?.getAll("x-customer").length, 1);
    there.progress(180);
    assert.equal((await done).ok, true);
  });

  for (const kind of ["all", "busy", "noAnswer"] as const) {
    it(`given a destination that forwards (${kind}), when a call is redirected there with them, then where it leads has them, too`, async () => {
      await forward("1003", kind, "1004");
      await ringingAtBob();
      void redirect("1003", HEADERS);
      if (kind !== "all") {
        const first = await carol.offered();
        assertTold(first);
        first.progress(kind === "busy" ? 486 : 180);
      }
      assertTold(await dave.offered(4_000));
    });
  }

  it("given a call that was redirected with them, when it is redirected from there without, then they are not sent on", async () => {
    await ringingAtBob();
    const done = redirect("1003", HEADERS);
    (await carol.offered()).progress(180);
    assert.equal((await done).ok, true);
    void command({ type: "redirect", device: "phone-1003", to: "1004" });
    assertUntold(await dave.offered());
  });

  it("given a destination that names another one itself (302), when a call was redirected there with them, then they are not sent on", async () => {
    await ringingAtBob();
    void redirect("1003", HEADERS);
    const { call } = await carol.offered();
    call.respond(call.offer ?? assert.fail(), 302, { headers: [["Contact", "<sip:1004@tandem.test>"]] });
    assertUntold(await dave.offered());
  });

  it("given a destination that is busy by itself, when the call comes back, then it rings here without them", async () => {
    await ringingAtBob();
    void redirect("1003", HEADERS);
    (await carol.offered()).progress(486);
    assertUntold(await bob.offered());
  });

  it("given two who talk, when one redirects the other with them, then the INVITE has them, also where it is forwarded to", async () => {
    await forward("1003", "busy", "1004");
    const [near] = await alice.talkTo(bob);
    const done = redirect("1003", HEADERS);
    const first = await carol.offered();
    assertTold(first);
    first.progress(486);
    const there = await dave.offered();
    assertTold(there);
    there.progress(180);
    assert.equal((await done).ok, true);
    await near.hangUp();
  });

  it("given two who talk, when one transfers the other with them, then the INVITE has them", async () => {
    const [near] = await alice.talkTo(bob);
    const done = command({ type: "transfer", device: "phone-1002", to: "1003", headers: HEADERS });
    const there = await carol.offered();
    assertTold(there);
    await answer(there);
    assert.equal((await done).ok, true);
    await near.hangUp();
  });

  it("given a device that is to call with them, when it has answered, then the number has them, and the device has not", async () => {
    const done = command({ type: "make-call", device: "phone-1001", to: "1003", headers: HEADERS });
    const near = await alice.offered();
    assertUntold(near);
    await answer(near);
    const there = await carol.offered();
    assertTold(there);
    await answer(there);
    assert.equal((await done).ok, true);
    await near.hangUp();
  });

  it("given a member of a conference, when it hands its place over with them, then the INVITE has them", async () => {
    const [first] = await alice.talkTo(bob);
    const held = await command({ type: "hold", device: "phone-1001" });
    assert.equal(held.ok, true);
    const second = await alice.dial("1003");
    await answer(await carol.offered());
    await establish(second);
    assert.equal((await command({ type: "conference", device: "phone-1001" })).ok, true);
    void command({ type: "transfer", device: "phone-1002", to: "1004", headers: HEADERS });
    assertTold(await dave.offered());
    await first.hangUp();
  });
});
