import assert from "node:assert/strict";
import { agreedMedia, codecOf } from "../../../../src/call/record/agreed-media.ts";

function sdp(media: string, address = "192.0.2.1"): string {
  return `v=0\r\no=- 1 1 IN IP4 ${address}\r\ns=-\r\nc=IN IP4 ${address}\r\nt=0 0\r\n${media}`;
}

describe("codecOf", () => {
  it("given an answer, when it is asked, then it names the first codec of the first audio that is not refused", () => {
    assert.equal(codecOf("m=audio 1 RTP/AVP 96 8\r\na=rtpmap:96 opus/48000/2\r\n"), "opus/48000/2");
    assert.equal(codecOf("m=audio 1 RTP/AVP 0\r\n"), "PCMU/8000");
    assert.equal(codecOf("m=audio 0 RTP/AVP 0\r\n"), undefined);
    assert.equal(codecOf("m=audio 1 RTP/AVP 77\r\n"), undefined);
    assert.equal(codecOf("m=video 1 RTP/AVP 0\r\n"), undefined);
    assert.equal(codecOf(""), undefined);
  });
});

describe("agreedMedia", () => {
  it("given an offer and its answer, whoever made which, when asked, then the codec is the one that was chosen", () => {
    const offer = sdp("m=audio 4000 RTP/AVP 0 8 101\r\na=ptime:30\r\n");
    const answer = sdp(
      "m=audio 20000 RTP/AVP 8 101\r\na=ptime:20\r\nm=video 9 RTP/AVP 96\r\na=ptime:99\r\n",
      "192.0.2.200",
    );
    assert.deepEqual(agreedMedia(answer, offer), {
      codec: "PCMA/8000",
      packetMs: 30,
      remote: "192.0.2.1:4000",
      local: "192.0.2.200:20000",
    });
    assert.equal(agreedMedia(offer, answer)?.codec, "PCMA/8000");
  });

  it("given a hold by address, IPv6 or an address of the medium's own, when asked, then the address is that or none", () => {
    const local = sdp("m=audio 2 RTP/AVP 8\r\n");
    assert.equal(agreedMedia(local, sdp("m=audio 4000 RTP/AVP 8\r\n", "0.0.0.0"))?.remote, undefined);
    const own = sdp("m=audio 4000 RTP/AVP 8\r\nc=IN IP6 2001:db8::7\r\n");
    assert.equal(agreedMedia(local, own)?.remote, "[2001:db8::7]:4000");
  });

  it("given nothing, or audio that was refused, when asked, then nothing was agreed on", () => {
    assert.equal(agreedMedia(undefined, undefined), undefined);
    assert.equal(agreedMedia(sdp("m=audio 0 RTP/AVP 8\r\n"), sdp("m=audio 4000 RTP/AVP 8\r\n")), undefined);
  });
});
