import assert from "node:assert/strict";
import type { CommandResult } from "../../../../src/call/model/index.ts";
import { Cleanup } from "../../../support/cleanup.ts";
import { startFeatureSwitch, type FeatureSwitch } from "../../../support/feature-switch.ts";
import { phoneOperations } from "../../../support/kept-configuration.ts";
import { answer, TalkingPhone, type Talk } from "../../../support/talking-phone.ts";

const NUMBERS = ["1001", "1002", "1003"] as const;
interface Redirecting {
  readonly to?: string;
  readonly failureMode?: "normal" | "drop";
  readonly callingNumber?: string;
  readonly originalCalled?: "reset" | { readonly number: string };
}

describe("calls that are redirected", () => {
  let cleanup: Cleanup;
  let node: FeatureSwitch;
  let alice: TalkingPhone;
  let bob: TalkingPhone;
  let carol: TalkingPhone;
  beforeEach(async () => {
    cleanup = new Cleanup();
    node = await startFeatureSwitch(
      cleanup,
      [...NUMBERS, "1004"].flatMap((number) => phoneOperations([number])),
    );
    const phones = await Promise.all(NUMBERS.map((number) => TalkingPhone.start(node.node, number)));
    for (const phone of phones) cleanup.add(phone, (one) => one.close());
    [alice, bob, carol] = phones as [TalkingPhone, TalkingPhone, TalkingPhone];
  });
  afterEach(() => cleanup.run());

  const redirect = ({ to = "1003", ...more }: Redirecting = {}): Promise<CommandResult> =>
    node.node.manager.features.command({ type: "redirect", device: "phone-1002", to, ...more });

  const ring = ({ call }: Talk): void => call.respond(call.offer ?? assert.fail(), 180);
  const refuse = ({ call }: Talk, status: number, headers: [string, string][] = []): void =>
    call.respond(call.offer ?? assert.fail(), status, { headers });

  async function ringingAtBob(): Promise<readonly [Talk, Talk]> {
    const calling = await alice.dial("1002");
    const ringing = await bob.offered();
    ring(ringing);
    await calling.call.invite?.response(180);
    return [calling, ringing];
  }

  async function takesCancel(ringing: Talk): Promise<void> {
    await ringing.ended();
    assert.ok(ringing.call.phone.received.some(({ method }) => method === "CANCEL"));
  }

  async function talk(calling: Talk, answering: Talk): Promise<void> {
    await answer(answering);
    calling.adopt((await calling.call.established()).body);
    await Promise.all([calling.untilHears(answering.toneHz), answering.untilHears(calling.toneHz)]);
  }

  const failureOf = (result: CommandResult): string => (result.ok ? "ok" : result.failure);

  describe("while they ring", () => {
    it("given a phone that rings, when its call is redirected, then the other phone rings instead, with what is asked for, and has it", async () => {
      const [calling, ringing] = await ringingAtBob();
      const redirected = redirect({ callingNumber: "4711" });
      await calling.call.invite?.response(181);
      await takesCancel(ringing);
      const offered = await carol.offered();
      assert.match(offered.call.offer?.get("from") ?? "", /<sip:4711@/);
      assert.match(offered.call.offer?.get("diversion") ?? "", /<sip:1002@.*reason=deflection/);
      ring(offered);
      assert.equal(failureOf(await redirected), "ok");
      await talk(calling, offered);
      await calling.hangUp();
      await offered.ended();
      const [record] = await node.relayed.settled(1);
      assert.equal(record?.redirect?.lastReason, "deflection");
      assert.equal(record.redirect.originalCalled?.number, "1002");
    });

    it("given a phone that rings, when its call is redirected to a SIP URI of the switch, then the phone of that number rings", async () => {
      const [, ringing] = await ringingAtBob();
      const redirected = redirect({ to: "sip:1003@127.0.0.1" });
      await takesCancel(ringing);
      ring(await carol.offered());
      assert.equal(failureOf(await redirected), "ok");
    });

    for (const [to, failure] of [
      ["7777", "destination-unknown"],
      ["1004", "destination-unregistered"],
    ] as const) {
      it(`given ${to}, when a call is redirected there, then it is told that it is ${failure}, and rings on where it did`, async () => {
        const [calling, ringing] = await ringingAtBob();
        assert.equal(failureOf(await redirect({ to })), failure);
        await talk(calling, ringing);
        assert.ok(!bob.sip.received.some(({ method }) => method === "CANCEL"));
      });
    }

    it("given a phone that is busy by itself, when a call is redirected there, then it comes back and rings here again", async () => {
      const [calling, ringing] = await ringingAtBob();
      const redirected = redirect();
      await takesCancel(ringing);
      refuse(await carol.offered(), 486);
      const again = await bob.offered();
      assert.equal(failureOf(await redirected), "destination-busy");
      await talk(calling, again);
    });

    it("given drop mode, when the destination cannot be had, then the caller is told why, and the phone rings no more", async () => {
      const [calling, ringing] = await ringingAtBob();
      assert.equal(failureOf(await redirect({ to: "7777", failureMode: "drop" })), "destination-unknown");
      await takesCancel(ringing);
      assert.equal((await calling.call.invite?.final())?.status, 404);
    });

    it("given a redirection that has not rung yet, when another is asked for, or the caller gives up, then both are told", async () => {
      const [calling, ringing] = await ringingAtBob();
      const redirected = redirect();
      await takesCancel(ringing);
      const offered = await carol.offered();
      const { callId } = node.node.manager.features.callsNow()[0] ?? assert.fail();
      const features = node.node.manager.features;
      const second = await features.command({ type: "redirect", device: "phone-1002", callId, to: "1004" });
      assert.equal(failureOf(second), "redirect-pending");
      offered.call.respond(offered.call.offer ?? assert.fail(), 100);
      calling.call.invite?.cancel();
      assert.equal(failureOf(await redirected), "party-gone");
      assert.equal((await calling.call.invite?.final())?.status, 487);
    });

    it("given a phone that answers at the same moment, when its call is redirected, then the redirection has it, and the phone is released", async () => {
      const [calling, ringing] = await ringingAtBob();
      const redirected = redirect();
      const acked = ringing.call.answer({ sdp: ringing.sdp(ringing.call.offer?.body) });
      await acked;
      await ringing.ended();
      const offered = await carol.offered();
      ring(offered);
      assert.equal(failureOf(await redirected), "ok");
      await talk(calling, offered);
    });
  });

  describe("once they are established", () => {
    it("given two who talk, when one redirects the other, then that one hears it ring, the first is out, and the new one has the call", async () => {
      const [near, far] = await alice.talkTo(bob);
      const redirected = redirect();
      const offered = await carol.offered();
      assert.match(offered.call.offer?.get("from") ?? "", /<sip:1001@/);
      assert.match(offered.call.offer?.get("diversion") ?? "", /^<sip:1002@.*;reason=deflection/);
      assert.match(
        offered.call.offer?.getAll("history-info").join() ?? "",
        /<sip:1002@[^,]*, ?<sip:1003@[^,]*cause=480/,
      );
      ring(offered);
      assert.equal(failureOf(await redirected), "ok");
      await far.ended();
      await near.untilHears("ringback");
      await answer(offered);
      await Promise.all([near.untilHears(offered.toneHz), offered.untilHears(near.toneHz)]);
      await offered.hangUp();
      await near.ended();
      assert.deepEqual(node.node.manager.features.callsNow(), []);
    });

    for (const [originalCalled, recorded] of [
      [undefined, "1002"],
      ["reset", "1003"],
      [{ number: "4712" }, "4712"],
    ] as const) {
      it(`given ${recorded} as who was called first, when an established call is redirected, then its record says so`, async () => {
        const [near] = await alice.talkTo(bob);
        const redirected = redirect(originalCalled === undefined ? {} : { originalCalled });
        const offered = await carol.offered();
        ring(offered);
        assert.equal(failureOf(await redirected), "ok");
        await answer(offered);
        await Promise.all([near.untilHears(offered.toneHz), offered.untilHears(near.toneHz)]);
        await near.hangUp();
        await offered.ended();
        const records = await node.relayed.settled(4);
        const found = records.find(({ redirect: one }) => one?.originalCalled !== undefined)?.redirect;
        assert.deepEqual(
          [found?.originalCalled?.number, found?.lastRedirecting?.number, found?.lastReason, found?.onBehalfOf],
          [recorded, "1002", "deflection", "redirect"],
        );
      });
    }

    it("given a number of a service, when the call is redirected there, then the other party has that, and the first is out", async () => {
      const [near, far] = await alice.talkTo(bob);
      assert.equal(failureOf(await redirect({ to: "9196" })), "ok");
      await far.ended();
      await near.untilHears(near.toneHz);
      await near.hangUp();
      assert.deepEqual(node.node.manager.features.callsNow(), []);
    });

    it("given a destination that is busy, when the call is redirected, then both talk on, or in drop mode both are released", async () => {
      const [near, far] = await alice.talkTo(bob);
      for (const failureMode of ["normal", "drop"] as const) {
        const redirected = redirect({ failureMode });
        refuse(await carol.offered(), 486);
        assert.equal(failureOf(await redirected), "destination-busy");
        if (failureMode === "normal") await Promise.all([near.untilHears(far.toneHz), far.untilHears(near.toneHz)]);
      }
      await Promise.all([near.ended(), far.ended()]);
    });

    it("given a party that hangs up meanwhile, when the call is being redirected, then it is told, and nothing rings any more", async () => {
      const [near, far] = await alice.talkTo(bob);
      const redirected = redirect();
      const offered = await carol.offered();
      offered.call.respond(offered.call.offer ?? assert.fail(), 100);
      await near.hangUp();
      assert.equal(failureOf(await redirected), "party-gone");
      await far.ended();
      await takesCancel(offered);
      assert.deepEqual(node.node.manager.features.callsNow(), []);
    });
  });

  describe("by the phone itself", () => {
    it("given a phone that answers 302, when it is called, then the number that it names is rung", async () => {
      const calling = await alice.dial("1002");
      refuse(await bob.offered(), 302, [["Contact", "<sip:1003@tandem.test>"]]);
      await calling.call.invite?.response(181);
      await talk(calling, await carol.offered());
    });

    it("given phones that answer 302 to each other, when one is called, then that ends, and the caller is told", async () => {
      const calling = await alice.dial("1002");
      let answered = 0;
      const deflect = async (phone: TalkingPhone, to: string): Promise<void> => {
        for (;;) {
          refuse(await phone.offered(2_000), 302, [["Contact", `<sip:${to}@tandem.test>`]]);
          answered += 1;
        }
      };
      void deflect(bob, "1003").catch(() => undefined);
      void deflect(carol, "1002").catch(() => undefined);
      assert.equal((await calling.call.invite?.final(10_000))?.status, 480);
      assert.equal(answered, 13);
    });

    it("given a phone that answers 302 with what cannot be called, when it is called, then the caller is told that it is not available", async () => {
      for (const contact of ["<sip:7777@tandem.test>", "<sip:1003@elsewhere.test>", "nonsense", "<mailto:a@b>"]) {
        const calling = await alice.dial("1002");
        refuse(await bob.offered(), 302, [["Contact", contact]]);
        assert.equal((await calling.call.invite?.final())?.status, 480, contact);
      }
    });
  });
});
