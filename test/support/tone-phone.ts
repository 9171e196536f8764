import { encodeG711, type G711Law } from "../../src/media/rtp/g711.ts";
import { aLawSample, muLawSample } from "./g711.ts";
import { sine } from "./goertzel.ts";
import { rtpPacket, type HeardPacket, type RtpPhone } from "./rtp-phone.ts";

const FRAME_SAMPLES = 160;
const FRAME_MS = 20;

/** Makes a phone send a tone in frames of 20 ms until the returned function is called; the frequency is whole hertz. */
export function sendTone(phone: RtpPhone, port: number, frequencyHz: number, law: G711Law = "PCMU"): () => void {
  // A second of a whole frequency repeats without a click.
  const audio = encodeG711(law, sine(frequencyHz, 1));
  const ssrc = phone.port;
  let sequence = 0;
  const startMs = performance.now();
  // By the clock, not by the timer: that is slow, and a receiver with a clock of its own would run dry.
  const timer = setInterval(() => {
    while (sequence * FRAME_MS < performance.now() - startMs) {
      sequence += 1;
      const start = (sequence * FRAME_SAMPLES) % audio.length;
      const payload = audio.subarray(start, start + FRAME_SAMPLES);
      phone.send(rtpPacket({ sequence, ssrc, payload, payloadType: law === "PCMU" ? 0 : 8 }), port);
    }
  }, FRAME_MS / 2);
  return () => clearInterval(timer);
}

/** What packets of PCMU and PCMA sound like, one after the other; others are left out. */
export function heardAudio(packets: readonly HeardPacket[]): Int16Array {
  const samples: number[] = [];
  for (const { packet } of packets) {
    const payloadType = packet.readUInt8(1) & 0x7f;
    if (payloadType !== 0 && payloadType !== 8) continue;
    for (const octet of packet.subarray(12)) samples.push(payloadType === 0 ? muLawSample(octet) : aLawSample(octet));
  }
  return Int16Array.from(samples);
}
