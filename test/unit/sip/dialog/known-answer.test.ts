import assert from "node:assert/strict";
import { knownAnswer } from "../../../../src/sip/dialog/known-answer.ts";

const sdp = (...media: string[]): string => ["v=0", "s=-", ...media, ""].join("\r\n");

describe("knownAnswer", () => {
  it("given an offer of the same media, when it is answered, then with what was sent last", () => {
    const known = sdp("m=audio 7000 RTP/AVP 0");
    assert.equal(knownAnswer(known, sdp("m=audio 6000 RTP/AVP 8 0")), known);
  });

  it("given more media in the offer, when it is answered, then those are refused by port 0", () => {
    const offer = sdp("m=audio 6000 RTP/AVP 0", "m=video 6002/2 RTP/AVP 31", "m=message 9 TCP/MSRP *");
    const answer = sdp("m=audio 7000 RTP/AVP 0", "m=video 0 RTP/AVP 31", "m=message 0 TCP/MSRP *");
    assert.equal(knownAnswer(sdp("m=audio 7000 RTP/AVP 0"), offer), answer);
  });

  it("given a description without a line end, when media are added, then they begin a line", () => {
    const answer = knownAnswer("v=0\r\nm=audio 7000 RTP/AVP 0", sdp("m=audio 1 RTP/AVP 0", "m=video 2 RTP/AVP 31"));
    assert.equal(answer, "v=0\r\nm=audio 7000 RTP/AVP 0\r\nm=video 0 RTP/AVP 31\r\n");
  });

  for (const [what, known, offer] of [
    ["nothing was ever sent", "", sdp("m=audio 6000 RTP/AVP 0")],
    ["fewer media are offered", sdp("m=audio 1 RTP/AVP 0", "m=video 2 RTP/AVP 31"), sdp("m=audio 6000 RTP/AVP 0")],
    ["far too many are offered", sdp("m=audio 1 RTP/AVP 0"), sdp(...Array<string>(65).fill("m=audio 1 RTP/AVP 0"))],
  ] as const) {
    it(`given ${what}, when it is to be answered, then there is no answer`, () => {
      assert.equal(knownAnswer(known, offer), undefined);
    });
  }
});
