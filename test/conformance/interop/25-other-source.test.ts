import assert from "node:assert/strict";
import { EITHER_SIDE } from "../../support/either-side.ts";
import { establish, type EstablishedCall, hangUp } from "../../support/established-call.ts";
import { RelayedSwitch } from "../../support/relayed-switch.ts";
import { audioPortOf, rtpPacket, RtpPhone } from "../../support/rtp-phone.ts";
import type { SipPhone } from "../../support/sip-phone.ts";

const payloadOf = (text: string): Buffer => Buffer.from(text.repeat(8));

describe("interop 25: RTP from another place than the SDP's", () => {
  let whole: RelayedSwitch;
  let alice: SipPhone;
  let bob: SipPhone;
  let nearRtp: RtpPhone;
  let farRtp: RtpPhone;
  /** Where the moved phone really sends from and listens. */
  let actual: RtpPhone;
  let call: EstablishedCall;
  const opened: RtpPhone[] = [];
  beforeEach(async () => {
    whole = await RelayedSwitch.start();
    [alice, bob] = [await whole.node.phone("1001"), await whole.node.phone("1002")];
    [nearRtp, farRtp] = [await rtp(), await rtp()];
    call = await establish(alice, bob, { near: { sdp: nearRtp.sdp() }, far: { sdp: farRtp.sdp() } });
  });
  afterEach(async () => {
    await whole.stop();
    for (const one of opened.splice(0)) await one.close();
  });

  async function rtp(address?: string): Promise<RtpPhone> {
    const phone = await RtpPhone.start(address);
    opened.push(phone);
    return phone;
  }

  /** The relay's ports as each side was told: that of the side named first, then that of the other. */
  function portsOf(name: string): readonly [number, number] {
    const ports = [audioPortOf(call.answer.body), audioPortOf(call.offered.body)] as const;
    return name === "caller" ? ports : [ports[1], ports[0]];
  }

  async function passes(from: RtpPhone, port: number, to: RtpPhone, text: string): Promise<void> {
    const before = to.heard.length;
    from.send(rtpPacket({ payload: payloadOf(text) }), port);
    assert.deepEqual((await to.nthHeard(before + 1)).packet.subarray(12), payloadOf(text));
  }

  async function end(): Promise<void> {
    await hangUp(call.near, call.far);
    await whole.settled(1);
  }

  for (const [name] of EITHER_SIDE) {
    for (const [what, address] of [
      ["port", "127.0.0.1"],
      ["address and port", "127.0.0.17"],
    ] as const) {
      it(`given a ${name} whose RTP comes from another ${what}, when it has sent once, then it is heard, and what it hears goes there`, async () => {
        actual = await rtp(address);
        const [own, others] = name === "caller" ? [nearRtp, farRtp] : [farRtp, nearRtp];
        const [port, otherPort] = portsOf(name);
        await passes(others, otherPort, own, "before it sends: the SDP counts");
        await passes(actual, port, others, "from elsewhere");
        await passes(others, otherPort, actual, "to elsewhere");
        assert.equal(own.heard.length, 1);
        const sides = (await whole.relay.list())[0]?.sides;
        const { source } = sides?.find(({ tag }) => tag === name) ?? {};
        assert.equal(source, `${address}:${actual.port}`);
        await end();
      });
    }

    it(`given a ${name} that is heard, when a third party sends to its port, then none of that passes and nothing is turned to it`, async () => {
      const thief = await rtp("127.0.0.66");
      const [own, others] = name === "caller" ? [nearRtp, farRtp] : [farRtp, nearRtp];
      const [port, otherPort] = portsOf(name);
      await passes(own, port, others, "the real one");
      for (let sequence = 2; sequence < 30; sequence += 1) {
        thief.send(rtpPacket({ sequence, payload: payloadOf("stolen") }), port);
        thief.sendRtcp(Buffer.from([0x80, 201, 0, 1, 0, 0, 0, 9]), port + 1);
      }
      await passes(own, port, others, "still the real one");
      await passes(others, otherPort, own, "and heard by the real one");
      assert.equal(others.heard.length, 2);
      assert.deepEqual(thief.heard, []);
      const side = (await whole.relay.list())[0]?.sides.find(({ tag }) => tag === name);
      assert.equal(side?.rejected, 28);
      await end();
    });

    it(`given a ${name} that is heard, when a third party copies its SSRC and numbers from its address, then it does not pass either`, async () => {
      const thief = await rtp("127.0.0.1");
      const [own, others] = name === "caller" ? [nearRtp, farRtp] : [farRtp, nearRtp];
      const [port] = portsOf(name);
      await passes(own, port, others, "the real one");
      thief.send(rtpPacket({ sequence: 2, payload: payloadOf("stolen") }), port);
      await passes(own, port, others, "still the real one");
      assert.equal(others.heard.length, 2);
      await end();
    });

    it(`given a ${name} that moves, when it says so by re-INVITE, then it is heard from there and its old place no more`, async () => {
      actual = await rtp();
      const [own, others] = name === "caller" ? [nearRtp, farRtp] : [farRtp, nearRtp];
      const [by, other] = name === "caller" ? [call.near, call.far] : [call.far, call.near];
      const [port, otherPort] = portsOf(name);
      await passes(own, port, others, "from the old place");
      const change = by.send("INVITE", { sdp: actual.sdp() });
      const passed = await other.request("INVITE");
      other.respond(passed, 200, { sdp: others.sdp() });
      await other.request("ACK");
      const answer = await change.final();
      by.ack(change, answer);
      assert.equal(audioPortOf(answer.body), port);
      await passes(actual, port, others, "from the new place");
      own.send(rtpPacket({ sequence: 9, payload: payloadOf("late") }), port);
      await passes(actual, port, others, "only from the new place");
      await passes(others, otherPort, actual, "to the new place");
      assert.equal(others.heard.length, 3);
      await end();
    });
  }
});
