import assert from "node:assert/strict";
import { agreedByAnswer, answerAsTerminal, offerAsTerminal } from "../../../../src/media/index.ts";
import { parseSessionDescription } from "../../../../src/media/sdp/parse-session-description.ts";
import { audioSdp, payloadTypesOf } from "../../../support/audio-sdp.ts";

const TERMINAL = { address: "192.0.2.1", port: 4_000, codecs: ["PCMA", "opus"], sessionId: 7, version: 3 };
const VIDEO = "m=video 5004 RTP/AVP 96\r\na=rtpmap:96 VP8/90000\r\n";

function sectionsOf(sdp: string): readonly string[] {
  const parsed = parseSessionDescription(sdp);
  assert.ok(parsed.ok);
  return parsed.value.media.map(({ type, port, direction }) => `${type} ${port} ${direction}`);
}

describe("descriptions of what is no phone", () => {
  it("given an offer, when it is answered, then the first codec of it that the terminal has is taken, with telephone events", () => {
    const answer = answerAsTerminal(audioSdp({ port: 6_000, address: "192.0.2.9", lines: ["a=ptime:30"] }), TERMINAL);
    assert.deepEqual(payloadTypesOf(answer?.sdp ?? ""), [8, 101]);
    assert.match(answer?.sdp ?? "", /^o=- 7 3 IN IP4 192\.0\.2\.1\r$/m);
    assert.deepEqual(answer?.audio, {
      remote: { address: "192.0.2.9", port: 6_000 },
      codec: "PCMA/8000",
      packetTimeMs: 30,
      sends: true,
      receives: true,
    });
  });

  it("given an offer of several streams, when it is answered, then all but one are refused, and none is left out", () => {
    const answer = answerAsTerminal(`${VIDEO_FIRST}`, TERMINAL);
    assert.deepEqual(sectionsOf(answer?.sdp ?? ""), ["video 0 sendrecv", "audio 4000 sendrecv"]);
  });

  for (const [offered, answered, sends, receives] of [
    ["sendonly", "recvonly", false, true],
    ["recvonly", "sendonly", true, false],
    ["inactive", "inactive", false, false],
  ] as const) {
    it(`given an offer that is ${offered}, when it is answered, then the answer is ${answered}`, () => {
      const answer = answerAsTerminal(audioSdp({ port: 6_000, lines: [`a=${offered}`] }), TERMINAL);
      assert.deepEqual(sectionsOf(answer?.sdp ?? ""), [`audio 4000 ${answered}`]);
      assert.deepEqual([answer?.audio.sends, answer?.audio.receives], [sends, receives]);
    });
  }

  it("given an offer without a codec of the terminal, with keys, refused or malformed, when it is answered, then there is no answer", () => {
    const offers = [
      audioSdp({ port: 6_000, formats: [[18, "G729/8000"]] }),
      audioSdp({ port: 6_000, formats: [[8, "PCMA/16000"]] }),
      audioSdp({ port: 6_000, protocol: "RTP/SAVP" }),
      audioSdp({ port: 0 }),
      "v=0",
    ];
    for (const offer of offers) assert.equal(answerAsTerminal(offer, TERMINAL), undefined);
  });

  it("given a terminal, when it makes an offer, then its codecs are in their order, with what is known of them, and the answer says what was agreed on", () => {
    const offer = offerAsTerminal({ ...TERMINAL, codecs: ["opus", "pcmu/8000", "L16/16000"] });
    assert.deepEqual(payloadTypesOf(offer), [96, 0, 104, 101]);
    assert.match(offer, /a=rtpmap:96 opus\/48000\/2\r\n/);
    assert.match(offer, /a=rtpmap:104 L16\/16000\r\n/);
    const agreed = agreedByAnswer(audioSdp({ port: 6_000, formats: [[8, "PCMA/8000"]] }), TERMINAL);
    assert.deepEqual([agreed?.codec, agreed?.remote.port], ["PCMA/8000", 6_000]);
    assert.equal(agreedByAnswer(audioSdp({ port: 0 }), TERMINAL), undefined);
  });
});

const VIDEO_FIRST = audioSdp({ port: 6_000 }).replace("m=audio", `${VIDEO}m=audio`);
