import assert from "node:assert/strict";
import {
  MediaError,
  type MediaErrorCode,
  type MediaRelay,
  type RelayKey,
  type RelayOptions,
} from "../../../src/media/index.ts";
import { eventually } from "../../support/eventually.ts";
import { tonePower } from "../../support/goertzel.ts";
import { decodeMuLaw } from "../../support/g711.ts";
import { audioPortOf, rtpPacket, RtpPhone } from "../../support/rtp-phone.ts";

/** A relay that runs, and how to end it. */
export interface RunningRelay {
  readonly relay: MediaRelay;
  close(): Promise<void>;
}

const key: RelayKey = { callId: "contract-1", fromTag: "a", toTag: "b" };
const options: RelayOptions = { signalingAddress: "127.0.0.1", latch: "candidates" };

function failsWith(code: MediaErrorCode): (error: unknown) => boolean {
  return (error) => error instanceof MediaError && error.code === code;
}

/** What every adapter of `MediaRelay` does, whatever is behind it. */
export function describeMediaRelay(name: string, start: () => Promise<RunningRelay>): void {
  describe(`MediaRelay contract: ${name}`, () => {
    let running: RunningRelay;
    let relay: MediaRelay;
    let alice: RtpPhone;
    let bob: RtpPhone;
    beforeEach(async () => {
      running = await start();
      relay = running.relay;
      alice = await RtpPhone.start();
      bob = await RtpPhone.start();
    });
    afterEach(async () => {
      await alice.close();
      await bob.close();
      await running.close();
    });

    it("given an offer and its answer, when both phones send, then each hears the other", async () => {
      const toBob = await relay.offer(key, alice.sdp(), options);
      const toAlice = await relay.answer(key, bob.sdp({ codecs: "0 101" }), options);
      assert.match(toBob, /^m=audio \d+ RTP\/AVP 0 8 101\r$/m);
      assert.match(toAlice, /^m=audio \d+ RTP\/AVP 0 101\r$/m);
      alice.send(rtpPacket({ ssrc: 7 }), audioPortOf(toAlice));
      bob.send(rtpPacket({ ssrc: 8 }), audioPortOf(toBob));
      assert.equal((await bob.nthHeard(1)).packet.readUInt32BE(8), 7);
      assert.equal((await alice.nthHeard(1)).packet.readUInt32BE(8), 8);
    });

    it("given an answered call, when either side offers again, then the ports stay", async () => {
      const toBob = await relay.offer(key, alice.sdp(), options);
      const toAlice = await relay.answer(key, bob.sdp(), options);
      const again = await relay.offer(key, alice.sdp({ lines: ["a=sendonly"] }), options);
      assert.equal(audioPortOf(again), audioPortOf(toBob));
      assert.match(again, /a=sendonly/);
      const backwards = { ...key, fromTag: "b", toTag: "a" };
      assert.equal(audioPortOf(await relay.offer(backwards, bob.sdp(), options)), audioPortOf(toAlice));
      assert.equal(audioPortOf(await relay.answer(backwards, alice.sdp(), options)), audioPortOf(toBob));
    });

    it("given nothing before, when an answer comes, then the session is unknown", async () => {
      await assert.rejects(relay.answer(key, bob.sdp(), options), failsWith("unknown-session"));
    });

    it("given an SDP that cannot be parsed or relayed, when offered, then the code says which", async () => {
      await assert.rejects(relay.offer(key, "hello", options), failsWith("sdp-malformed"));
      const fax = alice.sdp().replace(/m=audio (\d+) .*/, "m=image $1 udptl t38");
      await assert.rejects(relay.offer(key, fax, options), failsWith("offer-refused"));
      assert.deepEqual(await relay.list(), []);
    });

    it("given a session, when listed and released, then its figures are there, and it is gone", async () => {
      await relay.offer(key, alice.sdp(), options);
      const aliceFacing = audioPortOf(await relay.answer(key, bob.sdp(), options));
      alice.send(rtpPacket(), aliceFacing);
      await bob.nthHeard(1);
      const [listed] = await relay.list();
      assert.equal(listed?.callId, key.callId);
      assert.ok(listed.ports.includes(aliceFacing));
      const released = await relay.release(key.callId);
      assert.equal(released?.sides.find(({ tag }) => tag === "a")?.packets, 1);
      assert.equal(released?.sides.find(({ tag }) => tag === "b")?.packets, 0);
      assert.deepEqual(await relay.list(), []);
      assert.equal(await relay.release(key.callId), undefined);
      await assert.rejects(relay.answer(key, bob.sdp(), options), failsWith("unknown-session"));
    });

    it("given an answer that takes nothing of the offer, when it comes, then the code says so and the session is as before", async () => {
      await relay.offer(key, alice.sdp(), options);
      const answers = [bob.sdp({ port: 0 }), bob.sdp({ codecs: "9 101" }), bob.sdp().replace("RTP/AVP", "RTP/SAVP")];
      for (const answer of answers)
        await assert.rejects(relay.answer(key, answer, options), failsWith("no-common-codec"));
      assert.ok(audioPortOf(await relay.answer(key, bob.sdp({ codecs: "8" }), options)) > 0);
      assert.ok(await relay.release(key.callId));
    });

    it("given an offer in which nobody is to send, when the answer refuses all, then it is taken and the session waits for its release", async () => {
      await relay.offer(key, alice.sdp({ lines: ["a=inactive"] }), options);
      const refused = await relay.answer(key, bob.sdp({ port: 0 }), options);
      assert.equal(audioPortOf(refused), 0);
      assert.equal((await relay.list()).length, 1);
      assert.ok(await relay.release(key.callId));
    });

    it("given an echo, when a phone sends, then it hears itself", async () => {
      const port = audioPortOf(await relay.answerByEndpoint(key, "echo", alice.sdp(), options));
      const packet = rtpPacket({ payload: Buffer.from("speech".repeat(20)) });
      alice.send(packet, port);
      assert.deepEqual((await alice.nthHeard(1)).packet.subarray(12), packet.subarray(12));
    });

    it("given a tone, when a phone listens, then it is 440 Hz", async () => {
      await relay.answerByEndpoint(key, "tone", alice.sdp(), options);
      await alice.nthHeard(25);
      const audio = Buffer.concat(alice.heard.slice(0, 25).map(({ packet }) => packet.subarray(12)));
      assert.ok(tonePower(decodeMuLaw(audio), 8000, 440) > 0.95);
    });

    it("given a far end that offers, when a phone answers, then it hears it", async () => {
      const offer = await relay.offerByEndpoint(key, "tone");
      assert.match(offer, /a=rtpmap:0 PCMU\/8000/);
      assert.equal(await relay.answer(key, bob.sdp({ codecs: "0" }), options), "");
      await bob.nthHeard(3);
    });

    it("given no codec that the far end speaks, when answered by it, then the code says so", async () => {
      const sdp = alice.sdp({ codecs: "96", lines: ["a=rtpmap:96 opus/48000/2"] });
      await assert.rejects(relay.answerByEndpoint(key, "demo", sdp, options), failsWith("no-common-codec"));
      assert.deepEqual(await relay.list(), []);
    });

    it("given a side of a call, when it is joined alone and a far end answers it, then its port stays and the rest is released", async () => {
      await relay.offer(key, alice.sdp(), options);
      const port = audioPortOf(await relay.answer(key, bob.sdp(), options));
      await relay.join("contract-2", { callId: key.callId, tag: "a" });
      const attached = { callId: "contract-2", fromTag: "caller", toTag: "callee" };
      assert.equal(audioPortOf(await relay.answerByEndpoint(attached, "tone", alice.sdp(), options)), port);
      await alice.nthHeard(3);
      assert.ok(await relay.release(key.callId));
      await assert.rejects(relay.join("contract-3", { callId: key.callId, tag: "a" }), failsWith("unknown-session"));
    });

    it("given a call, when something is played to a side, then it hears that until it ends", async () => {
      const toBob = await relay.offer(key, alice.sdp({ codecs: "0" }), options);
      await relay.answer(key, bob.sdp({ codecs: "0" }), options);
      await relay.play(key.callId, "a", "ringback");
      await alice.nthHeard(20);
      const audio = Buffer.concat(alice.heard.slice(0, 20).map(({ packet }) => packet.subarray(12)));
      assert.ok(tonePower(decodeMuLaw(audio), 8000, 425) > 0.9);
      await relay.play(key.callId, "a", undefined);
      bob.send(rtpPacket({ payload: Buffer.alloc(160, 9) }), audioPortOf(toBob));
      await eventually(() => assert.ok(alice.heard.some(({ packet }) => packet[12] === 9)), { timeoutMs: 3_000 });
    });

    it("given a closed relay, when asked, then it cannot be reached", async () => {
      assert.equal(relay.connected, true);
      relay.close();
      relay.close();
      assert.equal(relay.connected, false);
      await assert.rejects(relay.offer(key, alice.sdp(), options), failsWith("relay-unreachable"));
      await assert.rejects(relay.list(), failsWith("relay-unreachable"));
    });
  });
}
