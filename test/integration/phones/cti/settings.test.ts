import assert from "node:assert/strict";
import type { ForwardingView } from "../../../../src/signals/index.ts";
import type { Provider } from "../../../../src/sdk/index.ts";
import { Cleanup } from "../../../support/cleanup.ts";
import { CtiClient } from "../../../support/cti-client.ts";
import { APPLICATION } from "../../../support/cti-objects.ts";
import { CtiStage, refused } from "../../../support/cti-stage.ts";
import { demoPhone } from "../../../support/demo-phone.ts";
import { hangUp } from "../../../support/established-call.ts";
import { eventually } from "../../../support/eventually.ts";
import { heard } from "../../../support/heard-event.ts";
import { freeLoopbackAddress } from "../../../support/loopback-address.ts";
import { subscribe, takeNotify } from "../../../support/phone-subscription.ts";
import { SipPhone, type PhoneCall } from "../../../support/sip-phone.ts";
import { doneOn } from "../../../support/tandem-shell.ts";
import { testSdp } from "../../../support/test-sdp.ts";

const SIP_PORT = 5_060;
const BOB = "1002@internal";
const OFFER = { sdp: testSdp(4_000) };
const ANSWER = { sdp: testSdp(5_000) };
const HEARTBEAT_MS = 1_000;
const KINDS = ["all", "busy", "noAnswer", "unregistered", "onFailure"] as const;
const DESK = { kind: "route-point", name: "desk", number: "5000", more: { acceptSeconds: 60 } } as const;

/** Where calls of a kind go: inside callers to 1003, those from outside to 1004. */
const TARGETS = { internal: "1003", external: "1004" } as const;

describe("settings of a node's lines and phones by applications", () => {
  const cleanup = new Cleanup();
  const perTest = new Cleanup();
  let stage: CtiStage;
  let alice: SipPhone;
  let bob: SipPhone;
  let carol: SipPhone;
  let dora: SipPhone;
  let outside: SipPhone;
  let cti: Provider;
  let watcher: Provider;
  let tests = 0;

  before(async () => {
    const address = await freeLoopbackAddress();
    const uri = `sip:${address}:${SIP_PORT};transport=udp`;
    stage = await CtiStage.start(cleanup, [DESK], { peers: [{ name: "outside", addresses: [address], uri }] });
    const server = { address: "127.0.0.1", port: stage.node.sipPort };
    const peer = { number: "+4930555", user: "outside", password: "", server, address, port: SIP_PORT };
    outside = cleanup.add(await SipPhone.start(peer), (phone) => phone.close());
    [alice, bob, carol, dora] = [await phone("1001"), await phone("1002"), await phone("1003"), await phone("1004")];
    await stage.change({ type: "merge", kind: "directory-number", name: BOB, body: { noAnswerSeconds: 1 } });
  });
  after(() => cleanup.run());
  beforeEach(async () => {
    cti = await stage.application(perTest);
    watcher = await stage.application(perTest);
  });
  afterEach(async () => {
    await perTest.run();
    const plain = [BOB, "5000@internal", "1005@internal"].map((name) => {
      return {
        type: "merge",
        kind: "directory-number",
        name,
        body: { forwarding: null, description: `${(tests += 1)}` },
      } as const;
    });
    await stage.change(...plain, {
      type: "merge",
      kind: "phone",
      name: "phone-1002",
      body: { doNotDisturb: "off", autoAnswer: false },
    });
    await stage.node.zero(["tandem_calls"], 5_000);
  });

  const phone = (number: string): Promise<SipPhone> => demoPhone(stage.node, cleanup, number);

  /** Forwards a line; the other application is told so. */
  async function forward(line: string, kind: keyof ForwardingView): Promise<void> {
    const told = heard(watcher, "line.state", (event) => event.line.name === line);
    const done = await cti.address(line).setForwarding(kind, TARGETS);
    assert.deepEqual(done, { isUnchanged: false, isReplayed: false });
    assert.deepEqual(cti.address(line).forwarding, { [kind]: TARGETS });
    assert.deepEqual((await told).line.forwarding, { [kind]: TARGETS });
    assert.deepEqual(watcher.address(line).forwarding, { [kind]: TARGETS });
    assert.equal((await cti.address(line).setForwarding(kind, TARGETS)).isUnchanged, true);
  }

  /** The call is answered by this phone, and ended. */
  async function isTakenBy(call: PhoneCall, taker: SipPhone): Promise<void> {
    const taken = await taker.offered(5_000);
    await taken.answer(ANSWER);
    await call.established();
    await hangUp(call, taken);
  }

  /** Of an inside caller and one from outside. `meanwhile`: what the phone of the line does with each call. */
  async function goAsSet(number: string, meanwhile: () => Promise<unknown> = async () => undefined): Promise<void> {
    for (const [caller, taker] of [
      [alice, carol],
      [outside, dora],
    ] as const) {
      const call = await caller.call(number, OFFER);
      await meanwhile();
      await isTakenBy(call, taker);
    }
  }

  describe("forwarding", () => {
    it("given all calls forwarded, when the line is called from inside and outside, then each goes to its target", async () => {
      await forward(BOB, "all");
      await goAsSet("1002");
      assert.ok(!bob.received.some(({ method }) => method === "INVITE"));
      await cti.address(BOB).setForwarding("all", { internal: null });
      assert.deepEqual(cti.address(BOB).forwarding, { all: { external: TARGETS.external } });
      await isTakenBy(await alice.call("1002", OFFER), bob);
    });

    it("given calls forwarded when busy, when the phone is, then each goes to its target", async () => {
      await forward(BOB, "busy");
      await goAsSet("1002", async () => {
        const ringing = await bob.offered();
        ringing.respond(ringing.offer ?? assert.fail(), 486);
      });
    });

    it("given calls forwarded when nobody answers, when nobody does, then each goes to its target", async () => {
      await forward(BOB, "noAnswer");
      await goAsSet("1002", async () => {
        const ringing = await bob.offered();
        ringing.respond(ringing.offer ?? assert.fail(), 180);
        ringing.respond(await ringing.request("CANCEL", 5_000), 200);
        ringing.respond(ringing.offer ?? assert.fail(), 487);
      });
    });

    it("given calls forwarded when no phone is registered, when the line is called, then each goes to its target", async () => {
      await forward("1005@internal", "unregistered");
      await goAsSet("1005");
    });

    it("given calls forwarded on failure, when an application fails that has been offered them, then each goes to its target", async () => {
      await forward("5000@internal", "onFailure");
      const silent = await CtiClient.connect(stage.node.cti);
      perTest.add(silent, (one) => one.destroy());
      await silent.open({ ...APPLICATION, heartbeatMs: HEARTBEAT_MS, leaseMs: 2 * HEARTBEAT_MS });
      await silent.request("device.open", { device: "desk", media: { mode: "none" } });
      const calls = [await alice.call("5000", OFFER), await outside.call("5000", OFFER)];
      await silent.until(({ events }) => events.filter(({ type }) => type === "call.snapshot").length === 2);
      const [inside, fromOutside] = calls;
      await Promise.all([isTakenBy(inside ?? assert.fail(), carol), isTakenBy(fromOutside ?? assert.fail(), dora)]);
    });

    it("given targets that cannot be, when they are set, then they are refused, and nothing is changed", async () => {
      const line = cti.address(BOB);
      await refused(line.setForwarding("all", { internal: "4711" }), "FORWARD_INVALID_TARGET");
      await refused(line.setForwarding("all", { internal: "1002" }), "FORWARD_INVALID_TARGET");
      await refused(line.setForwarding("all", { internal: "no number" }), "VALIDATION_NUMBER");
      const missing = cti.request("line.setForwarding", { line: "4711@internal", kind: "all", internal: "1003" });
      await refused(missing, "NOT_FOUND_LINE");
      assert.deepEqual(line.forwarding, {});
    });

    it("given all kinds set, when callmanager and admin are killed, then they are as they were set", async () => {
      for (const kind of KINDS) await cti.address(BOB).setForwarding(kind, TARGETS);
      const pids = [await stage.node.killService("callmanager"), await stage.node.killService("admin")];
      await stage.node.serviceAgain("callmanager", pids[0] ?? 0, 10_000);
      await stage.node.serviceAgain("admin", pids[1] ?? 0, 10_000);
      await eventually(() => assert.equal(cti.state, "in-service"), { timeoutMs: 5_000 });
      const expected = Object.fromEntries(KINDS.map((kind) => [kind, TARGETS]));
      const shown = await eventually(async () => (await cti.request("line.get", { line: BOB })).line, {
        timeoutMs: 5_000,
      });
      assert.deepEqual(shown.forwarding, expected);
      assert.deepEqual(watcher.address(BOB).forwarding, expected);
      const printed = JSON.parse(await doneOn(stage.node, ["line", "forward", "1002", "--json"])) as object;
      assert.deepEqual(printed, expected);
      await goAsSet("1002");
    });
  });

  describe("do-not-disturb", () => {
    const set = async (option: "off" | "reject" | "silent"): Promise<void> => {
      const told = heard(watcher, "device.state", ({ device }) => device.name === "phone-1002");
      await cti.terminal("phone-1002").setDoNotDisturb(option);
      assert.equal(cti.terminal("phone-1002").view?.doNotDisturb, option);
      assert.equal((await told).device.doNotDisturb, option);
    };
    it("given reject, when the phone is called, then the caller is told busy, also after a kill of callmanager", async () => {
      await set("reject");
      assert.equal((await (await alice.call("1002", OFFER)).invite?.final())?.status, 486);
      const pid = await stage.node.killService("callmanager");
      await stage.node.serviceAgain("callmanager", pid, 10_000);
      const call = await eventually(async () => alice.call("1002", OFFER), { timeoutMs: 5_000 });
      assert.equal((await call.invite?.final(5_000))?.status, 486);
      assert.equal(cti.terminal("phone-1002").view?.doNotDisturb, "reject");
      await eventually(
        async () => assert.equal((await cti.terminal("phone-1002").setDoNotDisturb("reject")).isUnchanged, true),
        { timeoutMs: 5_000 },
      );
    });

    it("given silent, when the phone is called, then it rings for the caller alone, until it is off again", async () => {
      await set("silent");
      const before = bob.received.length;
      const call = await alice.call("1002", OFFER);
      await call.invite?.response(180);
      call.invite?.cancel();
      await call.invite?.response(487);
      assert.ok(!bob.received.slice(before).some(({ method }) => method === "INVITE"));
      await set("off");
      await isTakenBy(await alice.call("1002", OFFER), bob);
    });

    it("given a route point, when it is to be not disturbed, or to call, then that is refused", async () => {
      await using desk = await cti.openRouteTerminal("desk");
      await refused(desk.terminal.setDoNotDisturb("reject"), "DEVICE_TYPE");
      await refused(desk.terminal.connect("1002"), "DEVICE_TYPE");
    });
  });

  describe("auto answer", () => {
    const phone = (of: Provider): [boolean | undefined, string | undefined] => {
      const { autoAnswer, capabilities } = of.terminal("phone-1002").view ?? {};
      return [autoAnswer, capabilities?.answer];
    };

    it("given a phone, when it is to answer by itself, then watchers are told, a call can be answered for it, and a kill of callmanager changes nothing", async () => {
      assert.deepEqual(phone(cti), [undefined, "none"]);
      const told = heard(watcher, "device.state", ({ device }) => device.autoAnswer === true);
      assert.equal((await cti.terminal("phone-1002").setAutoAnswer(true)).isUnchanged, false);
      assert.equal((await told).device.name, "phone-1002");
      assert.deepEqual([phone(cti), phone(watcher)], Array(2).fill([true, "remote"]));
      const pid = await stage.node.killService("callmanager");
      await stage.node.serviceAgain("callmanager", pid, 10_000);
      await eventually(
        async () => assert.equal((await cti.terminal("phone-1002").setAutoAnswer(true)).isUnchanged, true),
        { timeoutMs: 5_000 },
      );
      const printed = JSON.parse(await doneOn(stage.node, ["phone", "show", "phone-1002", "--json"])) as object;
      assert.equal(JSON.stringify(printed).includes('"autoAnswer":true'), true);
      const connecting = cti.terminal("phone-1002").connect("1001");
      const near = await bob.offered(5_000);
      assert.equal(near.offer?.get("answer-mode"), "Auto", "its user has had the call made");
      near.respond(near.offer ?? assert.fail(), 486);
      await assert.rejects(connecting);
    });

    it("given the command line, when it is switched on and off, then it is so, and said", async () => {
      await doneOn(stage.node, ["cti", "auto-answer", "1002", "on"]);
      await eventually(() => assert.deepEqual(phone(watcher), [true, "remote"]), { timeoutMs: 3_000 });
      assert.match(await doneOn(stage.node, ["cti", "auto-answer", "1002", "on"]), /it was so already/);
      assert.match(await doneOn(stage.node, ["cti", "auto-answer", "1002", "off", "--dry-run"]), /it could be done/);
      assert.deepEqual(phone(watcher), [true, "remote"]);
      await doneOn(stage.node, ["cti", "auto-answer", "1002", "off"]);
      await eventually(() => assert.deepEqual(phone(watcher), [undefined, "none"]), { timeoutMs: 3_000 });
    });

    it("given a key, when it comes again, then it is replayed, and another value with it is refused", async () => {
      const terminal = cti.terminal("phone-1002");
      const key = { key: "auto-answer-once" };
      await terminal.setAutoAnswer(true, key);
      assert.equal((await terminal.setAutoAnswer(true, key)).isReplayed, true);
      await refused(terminal.setAutoAnswer(false, key), "CONFLICT_IDEMPOTENCY");
    });

    it("given a route point, when it is to answer by itself, then that is refused: its application does", async () => {
      await using desk = await cti.openRouteTerminal("desk");
      await refused(desk.terminal.setAutoAnswer(true), "DEVICE_TYPE");
    });
  });

  it("given a phone that shows its lamp, when an application counts messages, then it is told the summary, and others that they wait", async () => {
    const server = { address: "127.0.0.1", port: stage.node.sipPort };
    const again = { newMessages: 3, oldMessages: 2, newUrgent: 1, oldUrgent: 2 };
    const { dialog } = await subscribe(bob, server);
    assert.match((await takeNotify(dialog)).body, /^Messages-Waiting: no/);
    const told = heard(watcher, "line.state", ({ line }) => line.name === BOB && line.isMessageWaiting);
    await cti.address(BOB).setMessageWaiting(true, again);
    assert.deepEqual([cti.address(BOB).isMessageWaiting, cti.address(BOB).messages], [true, again]);
    const lit = await takeNotify(dialog);
    assert.match(lit.body, /^Messages-Waiting: yes\r\n(?:.*\r\n)?Voice-Message: 3\/2 \(1\/2\)/);
    await told;
    assert.equal((await cti.address(BOB).setMessageWaiting(true, again)).isUnchanged, true);
    const pid = await stage.node.killService("callmanager");
    await stage.node.serviceAgain("callmanager", pid, 10_000);
    await eventually(
      async () => assert.equal((await cti.address(BOB).setMessageWaiting(true, again)).isUnchanged, true),
      {
        timeoutMs: 5_000,
      },
    );
    assert.deepEqual(watcher.address(BOB).messages, again);
    const dark = heard(watcher, "line.state", ({ line }) => line.name === BOB && !line.isMessageWaiting);
    await cti.address(BOB).setMessageWaiting(false);
    assert.match((await takeNotify(dialog)).body, /^Messages-Waiting: no\r\n(?:.*\r\n)?Voice-Message: 0\/2 \(0\/2\)/);
    await refused(cti.address(BOB).setMessageWaiting(true, { newUrgent: 2 }), "VALIDATION_COMBINATION");
    await dark;
    const read = { newMessages: 0, oldMessages: 2, newUrgent: 0, oldUrgent: 2 };
    assert.deepEqual([cti.address(BOB).isMessageWaiting, cti.address(BOB).messages], [false, read]);
    await cti.address(BOB).setMessageWaiting(false, { oldMessages: 0 });
    assert.deepEqual(cti.address(BOB).view?.messages, undefined);
  });

  it("given speed dials of a phone, when an application asks for them, then it has them as they are configured", async () => {
    const speedDials = [{ label: "Carol", destination: "1003" }];
    await stage.change({ type: "merge", kind: "phone", name: "phone-1002", body: { speedDials } });
    assert.deepEqual(await cti.terminal("phone-1002").speedDials(), speedDials);
    assert.deepEqual(await cti.terminal("phone-1003").speedDials(), []);
  });
});
