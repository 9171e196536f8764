import assert from "node:assert/strict";
import { handleCtiCommands } from "../../../src/main/service/cti-commands.ts";
import type { ChannelHandler, ChannelPeer } from "../../../src/common/index.ts";
import type { CommandReply } from "../../../src/call/cti/commands/command-record.ts";
import type { CtiCommandReply, CtiCommandRequest } from "../../../src/signals/index.ts";
import { Cleanup } from "../../support/cleanup.ts";
import { startConfiguredSwitch, type ConfiguredSwitch } from "../../support/configured-switch.ts";
import { establish } from "../../support/established-call.ts";
import { phoneOperations } from "../../support/kept-configuration.ts";
import { requestOf } from "../../support/ringing-calls.ts";
import type { SwitchFixture } from "../../support/switch-fixture.ts";
import { takeInvites } from "../../support/take-invites.ts";
import { testSdp } from "../../support/test-sdp.ts";

type Command = CtiCommandRequest["command"];

const NEAR = { sdp: testSdp(4_000) };
const PEER: ChannelPeer = {
  notify: () => undefined,
  flush: () => undefined,
  unreadBytes: 0,
  onDrained: () => undefined,
  onClosed: () => undefined,
  close: () => undefined,
};
const FAR = { sdp: testSdp(5_000) };

describe("commands of applications", () => {
  const cleanup = new Cleanup();
  let configured: ConfiguredSwitch;
  let node: SwitchFixture;
  let keys = 0;
  beforeEach(async () => {
    configured = await startConfiguredSwitch(
      cleanup,
      ["1001", "1002", "1003"].flatMap((number) => phoneOperations([number])),
    );
    ({ node } = configured);
  });
  afterEach(() => cleanup.run());

  function ask(command: Command, more: Partial<CtiCommandRequest> = {}, key?: string): Promise<CommandReply> {
    keys += 1;
    return node.manager.cti.commands.handle(requestOf(key ?? `k${keys}`, command, more));
  }

  async function refusedOf(reply: Promise<CommandReply>): Promise<Extract<CommandReply, { ok: false }>> {
    const refused = await reply;
    assert.ok(!refused.ok, "it was done");
    return refused;
  }

  it("given the control channel, when something else than a command comes, then it says what is wrong with it", async () => {
    const handlers = new Map<string, ChannelHandler>();
    const channel = { handle: (method: string, handler: ChannelHandler) => void handlers.set(method, handler) };
    handleCtiCommands(channel, node.manager.cti.commands, { positionFor: () => 7 });
    const handle = (params: unknown): Promise<unknown> => Promise.resolve(handlers.get("cti-command")?.(params, PEER));
    const good = requestOf("k", { type: "hold", device: "phone-1001" });
    const bad = [
      { ...good, waits: "yes" },
      { ...good, command: { type: "explode", device: "phone-1001" } },
      { ...good, key: "k".repeat(300) },
      { ...good, command: { type: "make-call", device: "phone-1001", to: "1", newCallId: "a.b.c.d.e" } },
    ];
    for (const params of bad) await assert.rejects(handle(params), { code: "bad-params" });
    const answered = (await handle(good)) as CtiCommandReply;
    assert.deepEqual([answered.ok, answered.position], [false, 7]);
  });

  it("given phones, when a call is made by a name, then it has that name, and no other call may have it", async () => {
    const [alice, bob] = [await node.phone("1001"), await node.phone("1002")];
    const made = ask({ type: "make-call", device: "phone-1001", to: "1002", newCallId: "my-own-call" });
    const near = await alice.offered();
    await near.answer(NEAR);
    takeInvites(near, 4_000);
    const far = await bob.offered();
    await far.answer(FAR);
    takeInvites(far, 5_000);
    const reply = await made;
    assert.equal(reply.ok && reply.callId, "my-own-call");
    const again = { type: "make-call", device: "phone-1001", to: "1003", newCallId: "my-own-call" } as const;
    assert.equal((await refusedOf(ask(again))).failure, "call-id-used");
    const drop = { type: "drop", device: "phone-1001", callId: "my-own-call" } as const;
    assert.equal((await ask(drop)).ok, true);
    await Promise.all([near.takeBye(), far.takeBye()]);
    await node.settled(3);
    assert.equal((await refusedOf(ask(again))).failure, "call-id-used", "it is on record");
    const ended = await refusedOf(ask({ ...drop, type: "hold" }));
    assert.deepEqual([ended.failure, ended.q850, ended.actor], ["call-ended", 16, { user: "ann", session: "one" }]);
    assert.equal((await ask(drop)).ok, true, "whoever drops it again is told that it is so");
  });

  it("given an established call, when the process dies between command and repetition, then it is held once", async () => {
    const [alice, bob] = [await node.phone("1001"), await node.phone("1002")];
    await establish(alice, bob, { near: NEAR, far: FAR });
    const [call] = node.manager.features.callsNow();
    const hold = { type: "hold", device: "phone-1001", callId: call?.callId ?? "" } as const;
    const first = await ask(hold, {}, "hold");
    assert.equal(first.ok, true);
    for (const _time of [1, 2]) {
      await node.killManager();
      await node.startManager();
      assert.deepEqual(await ask(hold, {}, "hold"), { ...first, isReplayed: true });
    }
    const unchanged = await ask(hold);
    assert.equal(unchanged.ok && unchanged.isUnchanged, true);
    const missing = await refusedOf(ask({ ...hold, device: "phone-1003" }));
    assert.deepEqual([missing.failure, missing.state], ["device-not-in-call", "active"]);
  });

  it("given a consultation and a call of the same name, when both are asked for, then the later one waits, and is refused", async () => {
    const [alice, bob] = [await node.phone("1001"), await node.phone("1002")];
    const carol = await node.phone("1003");
    await establish(alice, bob, { near: NEAR, far: FAR });
    const { callId = "" } = node.manager.features.callsNow()[0] ?? {};
    const newCallId = "the-same-name";
    const consulting = ask({ type: "consult", device: "phone-1001", callId, to: "1003", newCallId });
    const making = refusedOf(ask({ type: "make-call", device: "phone-1002", to: "1003", newCallId }));
    const again = await alice.offered();
    takeInvites(again, 4_000);
    await again.answer(NEAR);
    const consulted = await carol.offered();
    takeInvites(consulted, 5_000);
    await consulted.answer(FAR);
    const reply = await consulting;
    assert.equal(reply.ok && reply.callId, newCallId);
    assert.equal((await making).failure, "call-id-used");
  });

  it("given a phone that is busy, when a call is redirected there, then what it said is told, and the call rings on", async () => {
    const [alice, bob, carol] = [await node.phone("1001"), await node.phone("1002"), await node.phone("1003")];
    const caller = await alice.call("1002", NEAR);
    const far = await bob.offered();
    if (far.offer !== undefined) far.respond(far.offer, 180);
    await caller.invite?.response(180);
    const [call] = node.manager.features.callsNow();
    const redirect = { type: "redirect", device: "phone-1002", callId: call?.callId ?? "", to: "1003" } as const;
    const answer = refusedOf(ask(redirect));
    const offered = await carol.offered();
    if (offered.offer !== undefined) offered.respond(offered.offer, 486);
    await bob.offered();
    const { failure, sip, q850, outcome } = await answer;
    assert.deepEqual(
      { failure, sip, q850, outcome },
      { failure: "destination-busy", sip: { status: 486 }, q850: 17, outcome: "not-applied" },
    );
  });

  it("given numbers, when a dry run asks for them, then it is told where they lead, and nothing rings", async () => {
    const dry = { isDryRun: true };
    const call = { type: "make-call", device: "phone-1001", to: "1002" } as const;
    const reply = await ask(call, dry);
    assert.equal(reply.ok && reply.destination, "1002@internal");
    assert.equal((await refusedOf(ask({ ...call, to: "7777" }, dry))).failure, "destination-unknown");
    const uri = await ask({ ...call, to: "sip:1002@127.0.0.1" }, dry);
    assert.equal(uri.ok && uri.destination, "1002@internal");
    const service = await ask({ ...call, to: "9196" }, dry);
    assert.equal(service.ok && service.destination, "service echo");
    assert.deepEqual(node.manager.features.callsNow(), []);
  });

  describe("settings", () => {
    it("given a line, when its forwarding is set, then calls go by it when the reply comes, and again it is unchanged", async () => {
      const [alice, carol] = [await node.phone("1001"), await node.phone("1003")];
      await node.phone("1002");
      const set = { type: "set-forwarding", line: "1002@internal", kind: "all", internal: "1003" } as const;
      assert.deepEqual(await ask(set), { ok: true });
      await alice.call("1002", NEAR);
      await carol.offered();
      const again = await ask(set);
      assert.equal(again.ok && again.isUnchanged, true);
      const latest = configured.store.changesAfter(0, 1_000).at(-1);
      assert.equal(latest?.author, "ann by CTI");
      assert.equal((await ask({ ...set, internal: null })).ok, true);
      const gone = await ask({ ...set, internal: null });
      assert.equal(gone.ok && gone.isUnchanged, true);
    });

    for (const kind of ["busy", "noAnswer", "unregistered", "onFailure"] as const) {
      it(`given a line, when its forwarding ${kind} is set, then it is so for calls from inside alone`, async () => {
        const reply = await ask({ type: "set-forwarding", line: "1002@internal", kind, internal: "1003" });
        assert.equal(reply.ok, true);
        const forwarding = configured.followed.features.lineOf("1002@internal")?.forwarding;
        assert.deepEqual(forwarding?.[kind], { internal: "1003" });
      });
    }

    it("given a SIP URI of the switch, when forwarding is set to it, then calls go to its number", async () => {
      const [alice, carol] = [await node.phone("1001"), await node.phone("1003")];
      await node.phone("1002");
      const internal = "sip:1003@127.0.0.1";
      const set = { type: "set-forwarding", line: "1002@internal", kind: "all", internal } as const;
      assert.deepEqual(await ask(set), { ok: true });
      await alice.call("1002", NEAR);
      await carol.offered();
    });

    it("given targets that are none, when forwarding is set to them, then that is told", async () => {
      const set = { type: "set-forwarding", line: "1002@internal", kind: "all" } as const;
      for (const internal of ["7777", "1002", "sip:7777@127.0.0.1"]) {
        assert.equal((await refusedOf(ask({ ...set, internal }))).failure, "forward-target");
      }
      assert.equal((await refusedOf(ask({ ...set, line: "9@internal", internal: null }))).failure, "line-not-found");
    });

    it("given a phone, when it is not to be disturbed, then its calls are busy when the reply comes", async () => {
      const [alice] = [await node.phone("1001"), await node.phone("1002")];
      const set = { type: "set-do-not-disturb", device: "phone-1002", option: "reject" } as const;
      assert.equal((await ask(set)).ok, true);
      const call = await alice.call("1002", NEAR);
      assert.equal((await call.invite?.final())?.status, 486);
      const again = await ask(set);
      assert.equal(again.ok && again.isUnchanged, true);
      assert.equal((await refusedOf(ask({ ...set, device: "desk" }))).failure, "device-not-found");
    });

    it("given a phone that could not be made to answer, when it is to answer by itself, then it can when the reply comes", async () => {
      const [alice, bob] = [await node.phone("1001"), await node.phone("1002")];
      const set = { type: "set-auto-answer", device: "phone-1002", isOn: true } as const;
      const calling = await alice.call("1002", NEAR);
      const ringing = await bob.offered();
      ringing.respond(ringing.offer ?? assert.fail(), 180);
      await calling.invite?.response(180);
      const answer = { type: "answer", device: "phone-1002" } as const;
      assert.equal((await refusedOf(ask(answer))).failure, "device-capability");
      assert.equal((await ask(set)).ok, true);
      const again = await ask(set);
      assert.equal(again.ok && again.isUnchanged, true);
      void ask(answer);
      await ringing.request("CANCEL");
      ringing.respond(ringing.offer ?? assert.fail(), 487);
      assert.equal((await bob.offered()).offer?.get("answer-mode"), "Auto");
      assert.equal((await refusedOf(ask({ ...set, device: "nobody" }))).failure, "device-not-found");
    });

    it("given more changes of a line than anybody needs, when another comes, then there are too many", async () => {
      const set = { type: "set-forwarding", line: "1002@internal", kind: "all" } as const;
      for (let change = 0; change < 20; change += 1) {
        assert.equal((await ask({ ...set, internal: change % 2 === 0 ? "1003" : null })).ok, true);
      }
      assert.equal((await refusedOf(ask({ ...set, internal: "1003" }))).failure, "too-many");
    });

    it("given a line, when its lamp is set, then messages wait for it, and again it is unchanged", async () => {
      const set = { type: "set-message-waiting", line: "1002@internal", isOn: true, newMessages: 2 } as const;
      assert.equal((await ask(set)).ok, true);
      assert.deepEqual(node.manager.lamps.count("1002@internal").new, 2);
      const again = await ask(set);
      assert.equal(again.ok && again.isUnchanged, true);
      assert.equal((await ask({ ...set, isOn: false })).ok, true);
      assert.equal(node.manager.lamps.count("1002@internal").new, 0);
      assert.equal((await refusedOf(ask({ ...set, line: "9@internal" }))).failure, "line-not-found");
    });
  });
});
