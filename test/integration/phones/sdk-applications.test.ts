import assert from "node:assert/strict";
import { CtiError, Provider, type CallView, type MediaView } from "../../../src/sdk/index.ts";
import { Baresip } from "../../support/baresip.ts";
import { Cleanup } from "../../support/cleanup.ts";
import { eventually } from "../../support/eventually.ts";
import { tonePower } from "../../support/goertzel.ts";
import { heardWithin } from "../../support/heard-event.ts";
import { assertHears } from "../../support/phone-calls.ts";
import { comparable } from "../../support/random-cti-world.ts";
import { applicationIn } from "../../support/readme-block.ts";
import { RtpPhone } from "../../support/rtp-phone.ts";
import { SdkApplication } from "../../support/sdk-application.ts";
import { TandemNode } from "../../support/tandem-node.ts";
import { doneOn } from "../../support/tandem-shell.ts";
import { heardAudio, sendTone } from "../../support/tone-phone.ts";

const HZ = { "1001": 440, "1002": 660, "1003": 880 } as const;

/** A session, as the command line lists them. */
interface Row {
  readonly id: string;
  readonly client: string;
}

describe("applications of the demo", () => {
  const cleanup = new Cleanup();
  const perTest = new Cleanup();
  let node: TandemNode;

  before(async () => {
    node = cleanup.add(await TandemNode.demo(), (started) => started.stop());
  });
  after(() => cleanup.run());
  afterEach(() => perTest.run());

  async function registered(number: keyof typeof HZ): Promise<Baresip> {
    const phone = await Baresip.registered({ toneHz: HZ[number] }, { ...node.account(number), transport: "udp" });
    return perTest.add(phone, (one) => one.close());
  }

  async function open(): Promise<Provider> {
    const client = { name: "test" };
    const provider = await Provider.open({ servers: [node.cti], user: "cti", password: "demo-cti", client });
    return perTest.add(provider, (one) => one.close());
  }

  it("given the ten lines of README, when 5000 and 5001 are called, then 1002 is heard, and the port has answered", async () => {
    const source = applicationIn("README.md");
    assert.ok(source.trimEnd().split("\n").length <= 11, "ten lines and an import");
    const application = perTest.add(new SdkApplication(source, node.cti), (one) => one.close());
    const watcher = await open();
    await eventually(() => assert.equal(watcher.terminal("demo-desk").isInService, true), { timeoutMs: 5_000 });
    const [alice, bob] = [await registered("1001"), await registered("1002")];
    await alice.dial("5000");
    await application.prints(/1001 calls 5000/);
    await bob.event("CALL_INCOMING");
    await bob.accept();
    await alice.event("CALL_ESTABLISHED");
    await Promise.all([assertHears(alice, HZ["1002"]), assertHears(bob, HZ["1001"])]);
    await alice.hangup();
    await bob.closedReason();
    await alice.dial("5001");
    await alice.event("CALL_ESTABLISHED");
    await alice.hangup();
    // It is killed, and would keep its devices until its lease is over.
    await application.close();
    const sessions = JSON.parse(await doneOn(node, ["cti", "sessions", "--json"])) as readonly Row[];
    const [own] = sessions.filter(({ client }) => client === "application");
    assert.match(
      await doneOn(node, ["cti", "close-session", own?.id ?? "?"]),
      /closed session .+ of application \(cti\)/,
    );
  });

  it("given two phones, when an application controls them, then each step is done when its promise is, and getters show it", async () => {
    const cti = await open();
    const [alice, bob, carol] = [await registered("1001"), await registered("1002"), await registered("1003")];
    for (const number of ["1001", "1002", "1003"]) await cti.terminal(`demo-${number}`).open();
    const calling = cti.terminal("demo-1001").connect("1002", { callId: "of-the-application" });
    await alice.event("CALL_INCOMING");
    await alice.accept();
    await bob.event("CALL_INCOMING");
    const made = cti.call("of-the-application");
    await made?.until(({ connections }) => connections.some(({ state }) => state === "alerting"), { timeoutMs: 3_000 });
    assert.equal(made?.connectionOf("1002")?.basicState, "alerting");
    await bob.accept();
    const call = await calling;
    assert.deepEqual(
      call.connections.map(({ state }) => state),
      ["established", "established"],
    );
    await Promise.all([assertHears(alice, HZ["1002"]), assertHears(bob, HZ["1001"])]);
    const leg = call.terminalConnection("demo-1001");
    assert.ok(leg !== undefined);
    await leg.hold();
    assert.equal(leg.state, "held");
    assert.deepEqual(await leg.hold(), { isUnchanged: true, isReplayed: false });
    await leg.retrieve();
    assert.equal(leg.state, "talking");
    await leg.setUserData({ customer: "4711" });
    assert.equal(call.userData["customer"], "4711");
    await assertReplica(cti);
    const transferring = call.terminalConnection("demo-1002")?.transfer("1003");
    await carol.event("CALL_INCOMING");
    await carol.accept();
    await transferring;
    await bob.closedReason();
    assert.deepEqual(call.connections.map(({ party }) => party.number).sort(), ["1001", "1003"]);
    await Promise.all([assertHears(alice, HZ["1003"]), assertHears(carol, HZ["1001"])]);
    await assertReplica(cti);
    await call.drop();
    assert.equal(call.isEnded, true);
    assert.equal(call.why?.cause, 16);
    assert.deepEqual(cti.calls, []);
    await assert.rejects(leg.hold(), (error) => error instanceof CtiError && error.outcome === "not_applied");
  });

  it("given two phones that talk, when an application has one send digits, then the other one reports each, and hears the first again", async () => {
    const cti = await open();
    const [alice, bob] = [await registered("1001"), await registered("1002")];
    await cti.terminal("demo-1001").open();
    await alice.dial("1002");
    await bob.event("CALL_INCOMING");
    await bob.accept();
    await alice.event("CALL_ESTABLISHED");
    await assertHears(bob, HZ["1001"]);
    const [call] = cti.calls;
    const sending = call?.terminalConnection("demo-1001")?.sendDigits("5#55");
    for (const digit of ["5", "#", "5", "5"]) {
      assert.equal((await bob.event("CALL_DTMF_START")).param, digit);
      await bob.event("CALL_DTMF_END");
    }
    await sending;
    await assertHears(bob, HZ["1001"]);
    await alice.hangup();
    await bob.closedReason();
  });

  it("given a CTI port with dynamic media, when it answers, then phone and application hear each other", async () => {
    const cti = await open();
    const rtp = perTest.add(await RtpPhone.start(), (one) => one.close());
    const media: MediaView[] = [];
    const port = await cti.openMediaTerminal("demo-port", {
      mode: "dynamic",
      codecs: ["PCMU/8000"],
      address: () => ({ address: rtp.address, port: rtp.port }),
    });
    port.onMedia((view) => media.push(view));
    const alice = await registered("1001");
    await alice.dial("5001");
    for await (const offer of port.offers()) {
      await offer.accept();
      assert.equal(offer.connection.state, "alerting");
      await offer.answer();
      await offer.call.until(() => offer.state === "talking", { timeoutMs: 3_000 });
      break;
    }
    await alice.event("CALL_ESTABLISHED");
    const remote = await eventually(
      () => {
        const found = media.find(({ moment }) => moment === "started")?.remote;
        assert.ok(found !== undefined, `media: ${JSON.stringify(media)}`);
        return found;
      },
      { timeoutMs: 5_000 },
    );
    const stop = sendTone(rtp, remote.port, 1_000, "PCMU");
    try {
      await assertHears(alice, 1_000);
    } finally {
      stop();
    }
    const before = rtp.heard.length;
    await rtp.nthHeard(before + 50);
    assert.ok(tonePower(heardAudio(rtp.heard.slice(-50)), 8_000, HZ["1001"]) > 0.9, "the application hears the phone");
    await alice.hangup();
    await eventually(() => assert.ok(media.some(({ moment }) => moment === "stopped")), { timeoutMs: 3_000 });
    await port.close();
    await eventually(() => assert.equal(cti.terminal("demo-port").isInService, false), { timeoutMs: 3_000 });
  });

  it("given a call, when CTIManager is killed, then the session is resumed, nothing is missed, and the call can be ended", async () => {
    const cti = await open();
    const [alice, bob] = [await registered("1001"), await registered("1002")];
    await cti.terminal("demo-1001").open();
    const types: string[] = [];
    cti.on("event", ({ type }) => types.push(type));
    await alice.dial("1002");
    await bob.event("CALL_INCOMING");
    const resumed = heardWithin(cti, "provider.resumed", 15_000);
    const pid = await node.killService("ctimanager");
    await bob.accept();
    await alice.event("CALL_ESTABLISHED");
    await node.serviceAgain("ctimanager", pid, 10_000);
    await resumed;
    const [call] = cti.calls;
    await call?.until(({ connections }) => connections.every(({ state }) => state === "established"), {
      timeoutMs: 5_000,
    });
    assert.ok(!types.includes("provider.resnapshot"), types.join(", "));
    await assertReplica(cti);
    await call?.drop();
    await bob.closedReason();
    assert.equal(call?.isEnded, true);
  });
});

/** What the events have made of the calls is what the server says of them. */
async function assertReplica(provider: Provider): Promise<void> {
  const { calls } = await provider.request("call.list", {});
  const worldOf = (views: readonly CallView[]): object =>
    comparable({ calls: views.filter(({ state }) => state !== "invalid"), devices: [], lines: [], routes: [] });
  assert.deepEqual(worldOf(provider.calls.map(({ view }) => view)), worldOf(calls));
}
