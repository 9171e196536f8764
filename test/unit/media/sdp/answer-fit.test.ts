import assert from "node:assert/strict";
import { fitsOffer, offeredFormats } from "../../../../src/media/sdp/answer-fit.ts";
import { parseSessionDescription } from "../../../../src/media/sdp/parse-session-description.ts";
import type { MediaDescription } from "../../../../src/media/sdp/session-description.ts";

function audio(formats: string, lines: readonly string[] = [], protocol = "RTP/AVP"): MediaDescription {
  const text = ["v=0", "o=- 1 1 IN IP4 192.0.2.1", "s=-", "c=IN IP4 192.0.2.1", `m=audio 4000 ${protocol} ${formats}`];
  const parsed = parseSessionDescription([...text, ...lines, ""].join("\r\n"));
  const [media] = parsed.ok ? parsed.value.media : [];
  assert.ok(media !== undefined);
  return media;
}

describe("fitsOffer", () => {
  const events = "a=rtpmap:101 telephone-event/8000";
  const cases: readonly [string, MediaDescription, MediaDescription, boolean][] = [
    ["the same static type", audio("0 8"), audio("8"), true],
    ["another static type", audio("0"), audio("8"), false],
    [
      "the same codec by another number",
      audio("96", ["a=rtpmap:96 opus/48000/2"]),
      audio("111", ["a=rtpmap:111 OPUS/48000/2"]),
      true,
    ],
    [
      "the same number for another codec",
      audio("96", ["a=rtpmap:96 opus/48000/2"]),
      audio("96", ["a=rtpmap:96 G726-32/8000"]),
      false,
    ],
    ["another rate", audio("96", ["a=rtpmap:96 speex/8000"]), audio("96", ["a=rtpmap:96 speex/16000"]), false],
    ["events alone in common", audio("0 101", [events]), audio("8 101", [events]), false],
    ["comfort noise alone in common", audio("0 13"), audio("8 13"), false],
    ["the same number that nothing describes", audio("99"), audio("99"), true],
    ["AVP for AVPF", audio("0", [], "RTP/AVPF"), audio("0"), true],
    ["SAVP for AVP", audio("0"), audio("0", [], "RTP/SAVP"), false],
    ["AVP for SAVP", audio("0", [], "RTP/SAVP"), audio("0"), false],
  ];
  for (const [what, offer, answer, expected] of cases) {
    it(`given ${what}, when the answer is held against the offer, then it ${expected ? "fits" : "does not fit"}`, () => {
      assert.equal(fitsOffer(answer, offeredFormats(offer)), expected);
    });
  }
});
