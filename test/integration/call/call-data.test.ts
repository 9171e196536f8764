import assert from "node:assert/strict";
import type { CommandReply } from "../../../src/call/cti/commands/command-record.ts";
import type { CtiCommandRequest } from "../../../src/signals/index.ts";
import type { SipMessage } from "../../../src/sip/message/index.ts";
import { Cleanup } from "../../support/cleanup.ts";
import { establish } from "../../support/established-call.ts";
import { requestOf } from "../../support/ringing-calls.ts";
import { SipPhone } from "../../support/sip-phone.ts";
import { SwitchFixture, TEST_PROFILE } from "../../support/switch-fixture.ts";
import { testSdp } from "../../support/test-sdp.ts";

const TRUSTED = "127.0.0.8";
const OTHER = "127.0.0.9";
const NEAR = { sdp: testSdp(4_000) };
const FAR = { sdp: testSdp(5_000) };

const hexOf = (data: object): string => Buffer.from(JSON.stringify(data)).toString("hex");

describe("what applications send and keep with calls", () => {
  const cleanup = new Cleanup();
  let node: SwitchFixture;
  let trusted: SipPhone;
  let other: SipPhone;
  let alice: SipPhone;
  let bob: SipPhone;
  let keys = 0;
  beforeEach(async () => {
    const ports = { trusted: await freeAt(TRUSTED), other: await freeAt(OTHER) };
    const trunk = { profile: { ...TEST_PROFILE, kind: "trunk" }, maxCalls: 10, transit: true } as const;
    const at = (address: string, port: number): { addresses: string[]; uri: string } => {
      return { addresses: [address], uri: `sip:${address}:${port}` };
    };
    node = cleanup.add(
      await SwitchFixture.start({
        peers: [
          { ...trunk, name: "in", ...at(TRUSTED, ports.trusted), prefixes: ["8"], trusted: true },
          { ...trunk, name: "out", ...at(OTHER, ports.other), prefixes: ["9"] },
        ],
      }),
      (one) => one.stop(),
    );
    trusted = await peerPhone(TRUSTED, ports.trusted);
    other = await peerPhone(OTHER, ports.other);
    [alice, bob] = [await node.phone("1001"), await node.phone("1002")];
  });
  afterEach(() => cleanup.run());

  async function freeAt(address: string): Promise<number> {
    const phone = await SipPhone.start({ number: "", user: "", password: "", server: { address, port: 9 }, address });
    const { port } = phone;
    await phone.close();
    return port;
  }

  async function peerPhone(address: string, port: number): Promise<SipPhone> {
    const options = { number: "5", user: "+4930", password: "", server: node.server, address, port };
    return cleanup.add(await SipPhone.start(options), (one) => one.close());
  }

  function ask(command: CtiCommandRequest["command"]): Promise<CommandReply> {
    keys += 1;
    return node.manager.cti.commands.handle(requestOf(`k${keys}`, command));
  }

  function callId(): string {
    return node.manager.features.callsNow()[0]?.callId ?? "";
  }

  function dataNow(): unknown {
    return node.manager.cti.feed.userDataOf(callId());
  }

  describe("user data", () => {
    it("given a call, when data are set, then they stay with it, also when the process dies, and can be changed and removed", async () => {
      const { near } = await establish(alice, bob, { near: NEAR, far: FAR });
      const named = { type: "set-user-data", device: "phone-1001", callId: callId() } as const;
      assert.deepEqual(await ask({ ...named, data: { case: "4711", mood: "süß" } }), {
        ok: true,
        callId: named.callId,
      });
      const again = await ask({ ...named, data: { case: "4711", none: null } });
      assert.equal(again.ok && again.isUnchanged, true);
      await node.killManager();
      await node.startManager();
      assert.deepEqual(dataNow(), { case: "4711", mood: "süß" });
      await ask({ ...named, device: "phone-1002", data: { mood: null, step: "2" } });
      assert.deepEqual(dataNow(), { case: "4711", step: "2" });
      const stranger = await ask({ ...named, device: "phone-1003", data: { a: "b" } });
      assert.equal(!stranger.ok && stranger.failure, "device-not-in-call");
      void bob.offered().catch(() => undefined);
      void near.bye();
    });

    it("given more data than a call may have, when they are set, then they are refused, and nothing has changed", async () => {
      await establish(alice, bob, { near: NEAR, far: FAR });
      const named = { type: "set-user-data", device: "phone-1001", callId: callId() } as const;
      await ask({ ...named, data: { kept: "1" } });
      const names = Object.fromEntries(Array.from({ length: 64 }, (_, index) => [`n${index}`, ""]));
      for (const data of [names, { big: "x".repeat(4_090) }]) {
        const refused = await ask({ ...named, data });
        assert.deepEqual(!refused.ok && [refused.failure, refused.outcome], ["data-too-long", "not-applied"]);
      }
      assert.deepEqual(dataNow(), { kept: "1" });
    });

    it("given a trusted peer that says something of its call, when it calls, then that is kept, and told to trusted peers alone", async () => {
      const said = [
        ["User-to-User", `${hexOf({ case: "4711" })};encoding=hex;purpose=tandem-user-data`],
        ["User-to-User", "04485a;encoding=hex"],
      ] as const;
      const inbound = await trusted.call("1001", { ...NEAR, headers: said });
      const far = await alice.offered();
      assert.equal(far.offer?.has("user-to-user"), false, "a phone is told nothing");
      const answered = far.answer(FAR);
      await inbound.established();
      await answered;
      assert.deepEqual(dataNow(), { case: "4711", uui: "04485a" });
      const redirect = { type: "redirect", device: "phone-1001", callId: callId() } as const;
      void ask({ ...redirect, to: "9777" });
      const outside = await other.offered();
      assert.equal(outside.offer?.has("user-to-user"), false, "nor is a peer that is not trusted");
      if (outside.offer !== undefined) outside.respond(outside.offer, 486);
    });

    it("given data of a call, when it goes to a trusted peer, then that is told them", async () => {
      await establish(alice, bob, { near: NEAR, far: FAR });
      const named = { device: "phone-1001", callId: callId() } as const;
      await ask({ type: "set-user-data", ...named, data: { case: "4711", uui: "04485a" } });
      void ask({ type: "redirect", ...named, to: "8777" });
      const outside = await trusted.offered();
      const own = `${hexOf({ case: "4711" })};encoding=hex;purpose=tandem-user-data`;
      assert.equal(outside.offer?.get("user-to-user"), `${own}, 04485a;encoding=hex`);
    });

    it("given header fields that a command names, when it sends a call to a trusted peer, then that has them, and one that is not trusted has not", async () => {
      await establish(alice, bob, { near: NEAR, far: FAR });
      const headers = [{ name: "X-Customer", value: "4711" }];
      const named = { type: "redirect", device: "phone-1001", callId: callId(), headers } as const;
      const first = ask({ ...named, to: "9777" });
      const outside = await other.offered();
      assert.equal(outside.offer?.has("x-customer"), false);
      outside.respond(outside.offer ?? assert.fail(), 486);
      assert.equal((await first).ok, false);
      void ask({ ...named, to: "8777" });
      assert.equal((await trusted.offered()).offer?.get("x-customer"), "4711");
    });

    it("given a peer that is not trusted, when it says something of its call, then that counts for nothing", async () => {
      await other.call("1001", { ...NEAR, headers: [["User-to-User", "04485a;encoding=hex"]] });
      await alice.offered();
      assert.equal(dataNow(), undefined);
    });
  });

  describe("digits", () => {
    async function talking(): Promise<Awaited<ReturnType<typeof establish>>> {
      return establish(alice, bob, { near: NEAR, far: FAR });
    }

    const signalOf = ({ body }: SipMessage): string => /Signal=(.)/.exec(body)?.[1] ?? "";

    it("given a call, when digits are sent, then the other party has them one by one, and the reply comes when it has all", async () => {
      const { far } = await talking();
      const reply = ask({ type: "send-digits", device: "phone-1001", callId: callId(), digits: "1#a" });
      for (const digit of ["1", "#", "A"]) {
        const info = await far.request("INFO");
        assert.deepEqual([signalOf(info), info.get("content-type")], [digit, "application/dtmf-relay"]);
        far.respond(info, 200);
      }
      assert.equal((await reply).ok, true);
    });

    it("given a party that takes digits by RTP, when they are sent, then they go there, and a comma is a pause", async () => {
      await talking();
      node.relay.takesDigits = true;
      const startMs = performance.now();
      const reply = await ask({ type: "send-digits", device: "phone-1001", callId: callId(), digits: "1,#" });
      assert.equal(reply.ok, true);
      assert.ok(performance.now() - startMs >= 990, "a second passes");
      const { operations = [] } = node.relay.sessions.get(callId()) ?? {};
      assert.deepEqual(operations.slice(-2), ["digit callee 1", "digit callee #"]);
      const back = await ask({ type: "send-digits", device: "phone-1002", callId: callId(), digits: "2" });
      assert.deepEqual([back.ok, operations.at(-1)], [true, "digit caller 2"]);
    });

    it("given a media service that does not know the session, or is away, when digits are sent, then they go by INFO", async () => {
      const { far } = await talking();
      node.relay.takesDigits = true;
      node.relay.failures.push({ kind: "digit", code: "unknown-session" });
      const first = ask({ type: "send-digits", device: "phone-1001", callId: callId(), digits: "1" });
      far.respond(await far.request("INFO"), 200);
      assert.equal((await first).ok, true);
      node.relay.connected = false;
      const second = ask({ type: "send-digits", device: "phone-1001", callId: callId(), digits: "2" });
      far.respond(await far.request("INFO"), 200);
      assert.equal((await second).ok, true);
      node.relay.connected = true;
    });

    it("given a media service that dies over a digit, when asked, then it is not known whether that was sent", async () => {
      await talking();
      node.relay.takesDigits = true;
      node.relay.failures.push({ kind: "digit", code: "relay-unreachable" });
      const reply = await ask({ type: "send-digits", device: "phone-1001", callId: callId(), digits: "12" });
      assert.ok(!reply.ok);
      assert.deepEqual([reply.failure, reply.outcome], ["no-bridge", "unknown"]);
      assert.match(reply.detail, /0 of 2 digits/);
    });

    it("given a party that takes no more digits, when they are sent, then it is told how many have been", async () => {
      const { far } = await talking();
      const reply = ask({ type: "send-digits", device: "phone-1001", callId: callId(), digits: "12" });
      far.respond(await far.request("INFO"), 200);
      far.respond(await far.request("INFO"), 415);
      const refused = await reply;
      assert.ok(!refused.ok);
      const { failure, outcome, sip, detail } = refused;
      assert.deepEqual(
        { failure, outcome, sip },
        { failure: "device-capability", outcome: "applied", sip: { status: 415 } },
      );
      assert.match(detail, /1 of 2 digits/);
    });

    it("given what is no digit, or a call that is held, when it is sent, then it is refused", async () => {
      await talking();
      const named = { device: "phone-1001", callId: callId() } as const;
      for (const digits of ["", "12x", "1".repeat(65)]) {
        const refused = await ask({ type: "send-digits", ...named, digits });
        assert.equal(!refused.ok && refused.failure, "invalid-digits");
      }
      await ask({ type: "hold", ...named });
      const held = await ask({ type: "send-digits", ...named, digits: "1" });
      assert.deepEqual(!held.ok && [held.failure, held.state], ["wrong-state", "held"]);
    });
  });
});
