import assert from "node:assert/strict";
import { audioSdp } from "../../support/audio-sdp.ts";
import { EITHER_SIDE } from "../../support/either-side.ts";
import { establish, type EstablishedCall, hangUp } from "../../support/established-call.ts";
import { freePort } from "../../support/free-port.ts";
import { DatagramLink } from "../../support/phone-link.ts";
import { RelayedSwitch } from "../../support/relayed-switch.ts";
import type { SipPhone } from "../../support/sip-phone.ts";

/** Makes a request that is above 1,300 octets, whatever else it has (RFC 3261 18.1.1). */
const LONG_LINES = Array.from({ length: 20 }, (_, index) => `a=x-note-${index}:${"n".repeat(60)}`);

const large = (port: number, version = 1): { sdp: string } => ({
  sdp: audioSdp({ port, lines: LONG_LINES, version }),
});
const small = (port: number, version = 1): { sdp: string } => ({ sdp: audioSdp({ port, version }) });

const transportsOf = (link: DatagramLink, method: string): string[] =>
  link.arrived.filter((line) => line.includes(` ${method} `)).map((line) => line.split(" ")[0] ?? "");

describe("interop 28: requests above the MTU", () => {
  let whole: RelayedSwitch;
  let alice: SipPhone;
  let bob: SipPhone;
  let nearLink: DatagramLink;
  let farLink: DatagramLink;
  beforeEach(async () => {
    whole = await RelayedSwitch.start();
    // Ports that are free for TCP, too.
    nearLink = await DatagramLink.open(whole.node.server, "127.0.0.1", await freePort());
    farLink = await DatagramLink.open(whole.node.server, "127.0.0.1", await freePort());
  });
  afterEach(async () => {
    await whole.stop();
  });

  async function register(): Promise<void> {
    alice = await whole.node.phone("1001", { link: nearLink });
    bob = await whole.node.phone("1002", { link: farLink });
  }

  async function listenToBoth(): Promise<void> {
    await nearLink.listenWithTcp();
    await farLink.listenWithTcp();
    await register();
  }

  /** Either party offers again with a description of one size; the other gets it over one transport. */
  async function changes(call: EstablishedCall, name: string, size: typeof large, expected: string): Promise<void> {
    const [by, other] = name === "caller" ? [call.near, call.far] : [call.far, call.near];
    const link = name === "caller" ? farLink : nearLink;
    const before = transportsOf(link, "INVITE").length;
    const change = by.send("INVITE", size(6_000, 2));
    const passed = await other.request("INVITE");
    other.respond(passed, 200, small(7_000, 2));
    await other.request("ACK");
    const answer = await change.final();
    assert.equal(answer.status, 200);
    by.ack(change, answer);
    assert.deepEqual(transportsOf(link, "INVITE").slice(before), [expected]);
    assert.equal(transportsOf(link, "ACK").at(-1), "UDP", "an ACK is small");
  }

  it("given a phone that listens with both, when a large INVITE goes to it, then over TCP, and ACK and BYE over UDP", async () => {
    await listenToBoth();
    const call = await establish(alice, bob, { near: large(4_000) });
    assert.ok(call.offered.text.length > 1_300);
    assert.match(call.offered.get("via") ?? "", /^SIP\/2\.0\/TCP /);
    await hangUp(call.near, call.far);
    assert.deepEqual(transportsOf(farLink, "INVITE"), ["TCP"]);
    assert.deepEqual(transportsOf(farLink, "ACK"), ["UDP"]);
    assert.deepEqual(transportsOf(farLink, "BYE"), ["UDP"]);
    await whole.settled(1);
  });

  it("given a phone that was called over TCP once, when a small INVITE goes to it next, then over UDP", async () => {
    await listenToBoth();
    for (const [size, expected] of [
      [large, "TCP"],
      [small, "UDP"],
      [large, "TCP"],
    ] as const) {
      const call = await establish(alice, bob, { near: size(4_000) });
      assert.equal(transportsOf(farLink, "INVITE").at(-1), expected);
      await hangUp(call.far, call.near);
    }
    await whole.settled(3);
  });

  for (const [name] of EITHER_SIDE) {
    it(`given a call over UDP, when the ${name} offers a large and then a small change, then the other gets the one over TCP and the other over UDP`, async () => {
      await listenToBoth();
      const call = await establish(alice, bob);
      await changes(call, name, large, "TCP");
      await changes(call, name, small, "UDP");
      await hangUp(call.near, call.far);
      await whole.settled(1);
    });
  }

  it("given a phone that does not listen with TCP, when large requests go to it, then over UDP and the call is as ever", async () => {
    await register();
    const call = await establish(alice, bob, { near: large(4_000) });
    await changes(call, "caller", large, "UDP");
    await hangUp(call.near, call.far);
    assert.deepEqual(transportsOf(farLink, "INVITE"), ["UDP", "UDP"]);
    await whole.settled(1);
  });

  it("given a large INVITE that rings over TCP, when the caller gives up, then the callee gets CANCEL and both are over", async () => {
    await listenToBoth();
    const near = await alice.call("1002", large(4_000));
    const far = await bob.offered();
    assert.ok(far.offer !== undefined);
    far.respond(far.offer, 180);
    await near.invite?.response(180);
    near.invite?.cancel();
    assert.equal((await near.invite?.final())?.status, 487);
    await far.request("CANCEL");
    // RFC 3261 9.1: a CANCEL goes where its INVITE went.
    assert.deepEqual(transportsOf(farLink, "CANCEL"), ["TCP"]);
    far.respond(far.offer, 487);
    const [record] = await whole.settled(1);
    assert.equal(record?.reason, "cancelled");
  });

  it("given a phone that sends a large INVITE over TCP and then something over UDP, when the other hangs up, then its BYE comes over UDP", async () => {
    await nearLink.sendLargeWithTcp(whole.node.placeOf("tcp"));
    await register();
    const call = await establish(alice, bob, { near: large(4_000) });
    assert.deepEqual(
      nearLink.arrived.filter((line) => line.endsWith("200 OK")),
      ["UDP SIP/2.0 200 OK", "TCP SIP/2.0 200 OK"],
      "the REGISTER's over UDP, the INVITE's over TCP",
    );
    const info = call.near.send("INFO", { body: "5", contentType: "application/dtmf" });
    call.far.respond(await call.far.request("INFO"), 200);
    assert.equal((await info.final()).status, 200);
    await hangUp(call.far, call.near);
    assert.deepEqual(transportsOf(nearLink, "BYE"), ["UDP"]);
    await whole.settled(1);
  });

  it("given a large answer, when it goes back over UDP, then it is not turned to TCP: responses go as their requests came", async () => {
    await listenToBoth();
    const call = await establish(alice, bob, { far: large(5_000) });
    assert.ok(call.answer.text.length > 1_300);
    assert.ok(nearLink.arrived.filter((line) => line.includes("SIP/2.0 200")).every((line) => line.startsWith("UDP ")));
    await hangUp(call.near, call.far);
    await whole.settled(1);
  });
});
