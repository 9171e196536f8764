import assert from "node:assert/strict";
import type { Operation } from "../../../../src/database/index.ts";
import type { Provider, TerminalConnection } from "../../../../src/sdk/index.ts";
import { Cleanup } from "../../../support/cleanup.ts";
import { CtiScene, type PortCall } from "../../../support/cti-scene.ts";
import { answers, refused } from "../../../support/cti-stage.ts";
import { eventually } from "../../../support/eventually.ts";
import { freeLoopbackAddress } from "../../../support/loopback-address.ts";
import { SipPhone } from "../../../support/sip-phone.ts";
import { establish, TalkingPhone } from "../../../support/talking-phone.ts";
import type { TalkingPort } from "../../../support/talking-port.ts";
import type { ToldEvents } from "../../../support/told-events.ts";

const PORT_HZ = 1_300;
const SIP_PORT = 5_060;
const SOON = { timeoutMs: 3_000, intervalMs: 10 };
/** 160 ms of tone and 80 ms of pause. */
const DIGIT_MS = 240;
const hexOf = (data: object): string => Buffer.from(JSON.stringify(data)).toString("hex");

const LINES = ["6011", "6012"];
/** A port with two lines, which one call can ring at. */
const TWO_LINES: readonly Operation[] = [
  ...LINES.map((number) => ({ type: "create", kind: "directory-number", body: { number } }) as const),
  {
    type: "create",
    kind: "cti-port",
    body: { name: "double", lines: LINES.map((directoryNumber) => ({ directoryNumber })) },
  },
  {
    type: "create",
    kind: "line-group",
    body: { name: "both", members: LINES.map((number) => `${number}@internal`), distribution: "broadcast" },
  },
  { type: "create", kind: "hunt-pilot", body: { pattern: "5000", lineGroups: ["both"] } },
];

describe("digits, conditions and data of CTI ports", () => {
  const cleanup = new Cleanup();
  const peer = { name: "trusted", addresses: [] as string[], uri: "", prefixes: ["8"], transit: true, trusted: true };
  before(async () => {
    const address = await freeLoopbackAddress();
    peer.addresses.push(address);
    peer.uri = `sip:${address}:${SIP_PORT};transport=udp`;
  });
  const scene = new CtiScene({
    devices: [
      { kind: "cti-port", name: "port", number: "6001" },
      { kind: "cti-port", name: "inside", number: "6002" },
    ],
    node: { peers: [peer] },
    prepare: (stage) => stage.change(...TWO_LINES),
    portHz: PORT_HZ,
  });
  let alice: TalkingPhone;
  let bob: TalkingPhone;
  let trusted: SipPhone;
  let cti: Provider;
  let port: TalkingPort;
  let told: ToldEvents;

  before(async () => {
    [alice, bob] = scene.phones;
    const server = { address: "127.0.0.1", port: scene.stage.node.sipPort };
    const [address = ""] = peer.addresses;
    const options = { number: "5", user: "+4930", password: "", server, address, port: SIP_PORT };
    trusted = cleanup.add(await SipPhone.start(options), (one) => one.close());
  });
  after(() => cleanup.run());
  beforeEach(() => void ({ cti, port, told } = scene));

  async function up(): Promise<PortCall> {
    const call = await scene.portCall("6001");
    await call.near.untilHears(PORT_HZ);
    told.take();
    return call;
  }
  async function over(leg: TerminalConnection, ...talks: readonly { ended(): Promise<unknown> }[]): Promise<void> {
    await leg.drop();
    for (const talk of talks) await talk.ended();
  }

  describe("digits", () => {
    it("given a phone that takes telephone events, when a port sends digits, then it hears each, and they are over when that is done", async () => {
      const { near, leg } = await up();
      const startMs = performance.now();
      await leg.sendDigits("12,#d");
      const tookMs = performance.now() - startMs;
      assert.equal(near.heardDigits, "12#D");
      assert.ok(tookMs >= 4 * DIGIT_MS + 1_000 - 60, `${tookMs} ms`);
      await near.untilHears(PORT_HZ);
      await over(leg, near);
    });

    it("given a phone without telephone events, when a port sends digits, then they come by INFO", async () => {
      const near = await alice.dial("6001");
      const [leg] = await port.answers();
      await establish(near);
      near.hasNoEvents = true;
      await near.reinvite(undefined);
      const sending = leg.sendDigits("7");
      const info = await near.call.request("INFO", 3_000);
      assert.match(info.body, /^Signal=7\r$/m);
      near.call.respond(info, 200);
      await sending;
      assert.equal(near.heardDigits, "");
      await over(leg, near);
    });

    it("given a port, when a phone presses keys, sends INFO, or is told to send digits, then its application is told of each", async () => {
      const { near, leg, talk } = await up();
      await near.press(5);
      await told.until("port digits 5", 3_000);
      const body = "Signal=*\r\nDuration=160\r\n";
      const sent = near.call.send("INFO", { body, contentType: "application/dtmf-relay" });
      assert.equal((await sent.final(2_000)).status, 200);
      await told.until("port digits *", 3_000);
      await leg.call.terminalConnection("phone-1001")?.sendDigits("89");
      assert.deepEqual(told.take(), ["port digits 8", "port digits 9"]);
      await eventually(() => assert.equal(talk.heardDigits, "5", "the RTP has what the phone has pressed"), SOON);
      await over(leg, near);
    });

    it("given a port whose media ends in the switch, when digits come and go, then both have them", async () => {
      const inside = await cti.openMediaTerminal("inside", { mode: "switch" });
      const near = await alice.dial("6002");
      for await (const offer of inside.offers()) {
        await offer.answer();
        await establish(near);
        await near.untilHears("silence");
        await offer.sendDigits("4#");
        assert.equal(near.heardDigits, "4#");
        await near.untilHears("silence");
        told.take();
        for (const event of [3, 11]) await near.press(event);
        await told.until("inside digits #", 3_000);
        await offer.hold();
        await refused(offer.sendDigits("1"), "CALL_WRONG_STATE");
        await over(offer, near);
        break;
      }
      await inside.close();
    });

    it("given a port whose media ends in the switch, when it consults and completes the transfer, then nothing of it is left", async () => {
      const inside = await cti.openMediaTerminal("inside", { mode: "switch" });
      const near = await alice.dial("6002");
      for await (const offer of inside.offers()) {
        await offer.answer();
        await establish(near);
        const consulting = offer.consult("1002");
        const far = await answers(bob);
        const consultation = await consulting;
        await consultation.terminalConnection("inside")?.sendDigits("6");
        assert.deepEqual([far.heardDigits, near.heardDigits], ["6", ""]);
        await near.untilHears("music");
        await offer.completeTransfer(consultation);
        await Promise.all([near.untilHears(bob.toneHz), far.untilHears(alice.toneHz)]);
        await near.hangUp();
        await far.ended();
        break;
      }
      await inside.close();
    });

    it("given two phones, when one is told to send digits, then the other one hears them in its RTP", async () => {
      const [near, far] = await alice.talkTo(bob);
      const [call] = cti.calls;
      await call?.terminalConnection("phone-1001")?.sendDigits("1");
      await call?.terminalConnection("phone-1002")?.sendDigits("2");
      assert.deepEqual([far.heardDigits, near.heardDigits], ["1", "2"]);
      await Promise.all([far.untilHears(alice.toneHz), near.untilHears(bob.toneHz)]);
      await near.hangUp();
      await far.ended();
    });
  });

  it("given two lines of a port that a call rings at, when it is accepted and answered, or rejected, then it is at both", async () => {
    const both = await scene.openPort("double", PORT_HZ);
    const near = await alice.dial("5000");
    const [first, second] = [await both.offered(), await both.offered()];
    assert.deepEqual([first, second].map(({ connection }) => connection.party.number).sort(), ["6011", "6012"]);
    await first.accept();
    await eventually(
      () =>
        assert.deepEqual(
          [first, second].map(({ connection }) => connection.state),
          ["alerting", "alerting"],
        ),
      SOON,
    );
    await first.answer();
    await establish(near);
    await near.untilHears(PORT_HZ);
    const [call] = cti.calls;
    assert.equal(call?.connections.length, 2, "the other line is out");
    await near.hangUp();
    await call?.until(({ isEnded }) => isEnded, SOON);
    const rejected = await alice.dial("5000");
    const offers = [await both.offered(), await both.offered()];
    await offers[0]?.reject("busy");
    assert.equal((await rejected.call.invite?.final(3_000))?.status, 486);
  });

  it("given a call at a port, when a command names a state or version that it has not, then it is refused; a dry run does nothing", async () => {
    const near = await alice.dial("6001");
    const offer = await port.offered();
    const { version } = offer.call;
    await refused(offer.accept({ ifState: "alerting" }), "CONFLICT_VERSION");
    await offer.accept({ dryRun: true });
    assert.deepEqual([offer.connection.state, offer.call.version], ["offered", version]);
    await offer.accept({ ifState: "offered", ifVersion: version });
    assert.equal(offer.connection.state, "alerting");
    await refused(offer.answer({ ifVersion: version }), "CONFLICT_VERSION");
    await refused(offer.redirect("4711", { dryRun: true }), "ROUTE_NO_MATCH");
    await offer.redirect("1002", { dryRun: true });
    await offer.answer({ ifState: "alerting" });
    await establish(near);
    await refused(offer.answer(), "CALL_ALREADY_ANSWERED");
    await offer.hold({ dryRun: true });
    assert.equal(offer.state, "talking");
    await refused(offer.retrieve({ ifState: "held" }), "CONFLICT_VERSION");
    await refused(offer.consult("4711", { dryRun: true }), "ROUTE_NO_MATCH");
    await offer.transfer("1002", { dryRun: true });
    await offer.hold({ ifState: "talking" });
    await refused(offer.sendDigits("1", { dryRun: true }), "CALL_WRONG_STATE");
    await over(offer, near);
  });

  it("given a trusted peer, when it calls a port with data, then the application has them, and what it adds goes to the peer with the next call", async () => {
    const data = `${hexOf({ case: "4711" })};encoding=hex;purpose=tandem-user-data`;
    const calling = TalkingPhone.of(trusted, 1_700);
    scene.perTest.add(calling, (one) => one.close());
    const near = await calling.dial("6001", { headers: [["User-to-User", data]] });
    const [leg] = await port.answers();
    await establish(near);
    assert.deepEqual(leg.call.userData, { case: "4711" });
    await leg.setUserData({ mood: "süß" });
    const consulting = leg.consult("85551000");
    const outside = await trusted.offered(5_000);
    assert.equal(outside.offer?.get("user-to-user"), undefined, "a consultation is a call of its own");
    await outside.answer({ sdp: near.sdp(outside.offer?.body) });
    const consultation = await consulting;
    await consultation.drop();
    outside.respond(await outside.request("BYE"), 200);
    await leg.retrieve();
    const redirecting = leg.redirect("85552000");
    const redirected = await trusted.offered(5_000);
    const all = `${hexOf({ case: "4711", mood: "süß" })};encoding=hex;purpose=tandem-user-data`;
    assert.equal(redirected.offer?.get("user-to-user"), all);
    redirected.respond(redirected.offer ?? assert.fail(), 180);
    await redirecting;
    await near.hangUp();
    await redirected.request("CANCEL");
    redirected.respond(redirected.offer ?? assert.fail(), 487);
  });
});
