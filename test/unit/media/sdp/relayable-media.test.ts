import assert from "node:assert/strict";
import { parseSessionDescription } from "../../../../src/media/sdp/parse-session-description.ts";
import { isRelayable } from "../../../../src/media/sdp/relayable-media.ts";

function judge(section: string, relayAddress = "198.51.100.200"): boolean {
  const result = parseSessionDescription(`v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\nc=IN IP4 192.0.2.1\r\n${section}`);
  const [media] = result.ok ? result.value.media : [];
  assert.ok(media);
  return isRelayable(media, relayAddress);
}

const CRYPTO = "\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz";

describe("isRelayable", () => {
  it("given RTP audio and video, plain or with keys, when judged, then it can be relayed", () => {
    assert.ok(judge("m=audio 4000 RTP/AVP 0"));
    assert.ok(judge("m=video 4000 RTP/AVPF 96"));
    assert.ok(judge(`m=audio 4000 RTP/AVP 0${CRYPTO}`));
    assert.ok(judge(`m=audio 4000 RTP/SAVP 0${CRYPTO}`));
    assert.ok(judge("m=audio 4000/1 RTP/AVP 0"));
    assert.ok(judge("m=audio 4000 RTP/AVP 0\r\nc=IN IP6 2001:db8::1", "2001:db8::2"));
  });

  it("given anything else, when judged, then it cannot", () => {
    assert.ok(!judge("m=audio 0 RTP/AVP 0"));
    assert.ok(!judge("m=image 4000 udptl t38"));
    assert.ok(!judge("m=audio 4000 RTP/SAVP 0"));
    assert.ok(!judge("m=audio 4000 UDP/TLS/RTP/SAVPF 0"));
    assert.ok(!judge("m=audio 4000/2 RTP/AVP 0"));
    assert.ok(!judge("m=audio 4000 RTP/AVP 0\r\nc=IN IP6 2001:db8::1"));
    assert.ok(!judge("m=audio 4000 TCP/RTP/AVP 0"));
  });
});
