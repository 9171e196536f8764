import assert from "node:assert/strict";
import { Baresip } from "../../support/baresip.ts";
import { Cleanup } from "../../support/cleanup.ts";
import { eventually } from "../../support/eventually.ts";
import { rootMeanSquare, tonePower } from "../../support/goertzel.ts";
import { Linphone } from "../../support/linphone.ts";
import { callAndAnswer } from "../../support/phone-calls.ts";
import { audioOf, RtpCapture } from "../../support/rtp-capture.ts";
import { CALL_GAUGES, TandemNode } from "../../support/tandem-node.ts";
import { doneOn } from "../../support/tandem-shell.ts";

const HZ = { "1001": 440, "1002": 660, "1003": 880 } as const;
type PhoneNumber = keyof typeof HZ;

/** A phone whose RTP is recorded: baresip stops to record by itself with its first hold. */
class HeardPhone {
  readonly phone: Baresip;
  readonly #capture: RtpCapture;
  private constructor(phone: Baresip, capture: RtpCapture) {
    this.phone = phone;
    this.#capture = capture;
  }

  static async start(node: TandemNode, number: PhoneNumber, answer: "auto" | "manual"): Promise<HeardPhone> {
    const phone = await Baresip.registered({ toneHz: HZ[number] }, { ...node.account(number), answer });
    return new HeardPhone(phone, await RtpCapture.start(phone.rtpPorts));
  }

  hearsTone(hz: number): Promise<void> {
    return this.#hears((audio) => tonePower(audio, 8_000, hz) > 0.9, `${hz} Hz`);
  }

  /** Music is loud, and none of the phones' tones. */
  hearsMusic(): Promise<void> {
    const isTone = (audio: Int16Array): boolean => Object.values(HZ).some((hz) => tonePower(audio, 8_000, hz) > 0.5);
    return this.#hears((audio) => rootMeanSquare(audio) > 300 && !isTone(audio), "music");
  }

  async close(): Promise<void> {
    await this.#capture.close();
    await this.phone.close();
  }

  /** What comes from now on. */
  async #hears(isIt: (audio: Int16Array) => boolean, what: string): Promise<void> {
    let from = Date.now();
    await eventually(
      () => {
        const packets = this.#capture.received().filter(({ timeMs }) => timeMs > from);
        if (packets.length < 20) throw new Error(`${packets.length} packets of ${what}\n${this.phone.transcript}`);
        from = packets.at(-1)?.timeMs ?? from;
        if (!isIt(audioOf(packets.slice(-20)))) throw new Error(`that is not ${what}\n${this.phone.transcript}`);
      },
      { timeoutMs: 10_000 },
    );
  }
}

describe("hold and transfer with real phones", () => {
  const cleanup = new Cleanup();
  const phones = new Cleanup();
  let node: TandemNode;
  before(async () => {
    node = cleanup.add(await TandemNode.start(), (started) => started.stop());
  });
  after(async () => {
    await cleanup.run();
  });
  afterEach(async () => {
    await phones.run();
  });

  async function baresip(number: PhoneNumber, answer: "auto" | "manual" = "manual"): Promise<HeardPhone> {
    return phones.add(await HeardPhone.start(node, number, answer), (one) => one.close());
  }

  async function linphone(number: PhoneNumber): Promise<Linphone> {
    const phone = phones.add(await Linphone.start({ user: number, toneHz: HZ[number] }), (one) => one.close());
    await phone.register(number, node.sip, `demo-${number}`);
    return phone;
  }

  /** Both hear each other. */
  async function talk(one: HeardPhone, oneHz: number, other: HeardPhone, otherHz: number): Promise<void> {
    await Promise.all([one.hearsTone(otherHz), other.hearsTone(oneHz)]);
  }

  it("given baresip holds, when it transfers blindly, then the party hears music and then the new phone, and it is out", async () => {
    const [alice, bob, carol] = [await baresip("1001"), await baresip("1002"), await baresip("1003")];
    await callAndAnswer(alice.phone, "1002", bob.phone);
    await bob.phone.hold();
    await alice.hearsMusic();
    await bob.phone.resume();
    await talk(alice, HZ["1001"], bob, HZ["1002"]);
    await bob.phone.hold();
    await alice.hearsMusic();
    await bob.phone.transfer(`sip:1003@${node.sip}`);
    await carol.phone.event("CALL_INCOMING");
    await carol.phone.accept();
    await bob.phone.closedReason();
    await talk(alice, HZ["1001"], carol, HZ["1003"]);
    await carol.phone.hangup();
    await alice.phone.closedReason();
    await node.zero(CALL_GAUGES, 5_000);
  });

  it("given linphone transfers to a number that is busy, when it is told so, then it has its call still", async () => {
    const alice = await baresip("1001", "auto");
    const bob = await baresip("1002");
    const carol = await linphone("1003");
    await carol.call("1001");
    await carol.pause();
    carol.transfer(1, `sip:1002@${node.sip}`);
    await bob.phone.event("CALL_INCOMING");
    await bob.phone.hangup();
    await alice.hearsMusic();
    await carol.resume(1);
    carol.playTone();
    await alice.hearsTone(HZ["1003"]);
    await alice.phone.hangup();
    await node.zero(CALL_GAUGES, 5_000);
  });

  it("given linphone has consulted, when it connects its two calls, then the others hear each other and it is out", async () => {
    const [alice, bob] = [await baresip("1001", "auto"), await baresip("1002", "auto")];
    const carol = await linphone("1003");
    await carol.call("1001");
    await carol.pause();
    await alice.hearsMusic();
    await carol.call("1002");
    carol.transferToCall(1, 2);
    await talk(alice, HZ["1001"], bob, HZ["1002"]);
    await bob.phone.hangup();
    await alice.phone.closedReason();
    await node.zero(CALL_GAUGES, 5_000);
  });

  it("given linphone has a call, when it pauses, resumes and transfers blindly, then the party hears music and then the new phone", async () => {
    const [alice, bob] = [await baresip("1001", "auto"), await baresip("1002", "auto")];
    const carol = await linphone("1003");
    await carol.call("1001");
    carol.playTone();
    await alice.hearsTone(HZ["1003"]);
    await carol.pause();
    await alice.hearsMusic();
    await carol.resume(1);
    carol.playTone();
    await alice.hearsTone(HZ["1003"]);
    carol.transfer(1, `sip:1002@${node.sip}`);
    await talk(alice, HZ["1001"], bob, HZ["1002"]);
    await alice.phone.hangup();
    await bob.phone.closedReason();
    await node.zero(CALL_GAUGES, 5_000);
  });

  it("given linphone is held by baresip, when it listens, then it hears music, and baresip's tone after it", async () => {
    const carol = await linphone("1003");
    const bob = await baresip("1002", "auto");
    await carol.call("1002");
    await heardByLinphone(carol, (audio) => tonePower(audio, 8_000, HZ["1002"]) > 0.9);
    await bob.phone.hold();
    await heardByLinphone(carol, (audio) => rootMeanSquare(audio) > 300 && tonePower(audio, 8_000, HZ["1002"]) < 0.2);
    await bob.phone.resume();
    await heardByLinphone(carol, (audio) => tonePower(audio, 8_000, HZ["1002"]) > 0.9);
    await carol.hangup();
    await node.zero(CALL_GAUGES, 5_000);
  });

  it("given a phone with two calls, when the switch is told to connect them, then the others hear each other and its calls end", async () => {
    const [alice, carol] = [await baresip("1001", "auto"), await baresip("1003", "auto")];
    const bob = await baresip("1002");
    await bob.phone.dial(`sip:1001@${node.sip}`);
    await bob.phone.event("CALL_ESTABLISHED");
    await bob.phone.hold();
    await alice.hearsMusic();
    await bob.phone.dial(`sip:1003@${node.sip}`);
    await bob.phone.event("CALL_ESTABLISHED");
    await doneOn(node, ["call", "transfer", "1002"]);
    await bob.phone.closedReason();
    await bob.phone.closedReason();
    await talk(alice, HZ["1001"], carol, HZ["1003"]);
    await carol.phone.hangup();
    await alice.phone.closedReason();
    await node.zero(CALL_GAUGES, 5_000);
  });
});

async function heardByLinphone(phone: Linphone, isIt: (audio: Int16Array) => boolean): Promise<void> {
  await eventually(
    async () => {
      assert.ok(isIt(await phone.hears(300)), phone.output);
    },
    { timeoutMs: 8_000 },
  );
}
