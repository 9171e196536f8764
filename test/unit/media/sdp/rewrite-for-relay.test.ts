import assert from "node:assert/strict";
import { parse } from "sdp-transform";
import { parseSessionDescription } from "../../../../src/media/sdp/parse-session-description.ts";
import { rewriteForRelay, type RelayedMedia } from "../../../../src/media/sdp/rewrite-for-relay.ts";
import { BARESIP, DESK_PHONE, JSSIP, LINPHONE } from "./sample-descriptions.ts";

const RELAY = "198.51.100.200";

function rewritten(text: string, media: readonly (RelayedMedia | undefined)[]): string {
  const result = parseSessionDescription(text);
  assert.ok(result.ok);
  return rewriteForRelay(result.value, RELAY, media);
}

function lines(text: string): string[] {
  return text.split("\r\n");
}

describe("rewriteForRelay", () => {
  it("given baresip's SDP, when rewritten, then only addresses and ports are others", () => {
    const expected = BARESIP.replace(/^o=.*\r\n/m, "")
      .replace(/^c=.*\r\n/m, "")
      .replace("m=audio 16384 RTP/AVP 0 8 101\r\n", `m=audio 20000 RTP/AVP 0 8 101\r\nc=IN IP4 ${RELAY}\r\n`)
      .replace("a=rtcp:16385", "a=rtcp:20001");
    assert.equal(rewritten(BARESIP, [{ rtpPort: 20_000, rtcpPort: 20_001 }]), expected);
  });

  it("given Linphone's SDP, when rewritten, then ICE and rtcp-mux are gone and nothing tells where it is", () => {
    const text = rewritten(LINPHONE, [
      { rtpPort: 20_000, rtcpPort: 20_001 },
      { rtpPort: 20_004, rtcpPort: 20_005 },
    ]);
    assert.doesNotMatch(text, /192\.0\.2\.12|198\.51\.100\.7|candidate|ice-|rtcp-mux|56789/);
    const { media } = parse(text);
    assert.deepEqual(
      media.map(({ port, connection }) => [port, connection?.ip]),
      [
        [20_000, RELAY],
        [20_004, RELAY],
      ],
    );
    const kept = lines(LINPHONE).filter((line) => /^a=(rtpmap|fmtp|rtcp-fb|record|rtcp-xr)/.test(line));
    assert.deepEqual(
      lines(text).filter((line) => /^a=(rtpmap|fmtp|rtcp-fb|record|rtcp-xr)/.test(line)),
      kept,
    );
  });

  it("given keys, a title and unknown attributes, when rewritten, then they stay word for word", () => {
    const text = rewritten(DESK_PHONE, [{ rtpPort: 20_000, rtcpPort: 20_001 }]);
    assert.deepEqual(lines(text), [
      "v=0",
      "s=call",
      "i=a title",
      "t=0 0",
      "m=audio 20000 RTP/SAVP 9 0 101",
      "i=the audio",
      `c=IN IP4 ${RELAY}`,
      "b=TIAS:64000",
      "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz|2^20|1:4 FEC_ORDER=FEC_SRTP WSH=60",
      "a=rtpmap:9 G722/8000",
      "a=rtpmap:101 telephone-event/8000",
      "a=fmtp:101 0-16",
      "a=x-private:keep me",
      "m=image 0 udptl t38",
      `c=IN IP4 ${RELAY}`,
      "",
    ]);
  });

  it("given a stream that is not relayed, when rewritten, then it has port 0 and keeps only its name", () => {
    const text = rewritten(JSSIP, [undefined]);
    assert.deepEqual(lines(text), [
      "v=0",
      "s=-",
      "t=0 0",
      "a=msid-semantic:WMS *",
      "m=audio 0 UDP/TLS/RTP/SAVPF 111 0 8 126",
      `c=IN IP4 ${RELAY}`,
      "a=mid:0",
      "",
    ]);
  });

  it("given a new direction, when rewritten, then it replaces the old attribute", () => {
    const text = rewritten(BARESIP, [{ rtpPort: 20_000, rtcpPort: 20_001, direction: "sendonly" }]);
    assert.deepEqual(
      lines(text).filter((line) => /^a=(send|recv|inactive)/.test(line)),
      ["a=sendonly"],
    );
  });

  it("given a=rtcp with an address, when rewritten, then the address is the relay's", () => {
    const text = rewritten(BARESIP.replace("a=rtcp:16385", "a=rtcp:16385 IN IP4 192.0.2.11"), [
      { rtpPort: 20_000, rtcpPort: 20_001 },
    ]);
    assert.ok(lines(text).includes(`a=rtcp:20001 IN IP4 ${RELAY}`));
  });

  it("given a phone that leaves out s= and t=, when rewritten, then they are there", () => {
    const text = rewritten("v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\nc=IN IP4 192.0.2.1\r\na=tool:x\r\nm=audio 4 RTP/AVP 0", [
      { rtpPort: 20_000, rtcpPort: 20_001 },
    ]);
    assert.deepEqual(lines(text).slice(0, 4), ["v=0", "s=-", "t=0 0", "a=tool:x"]);
  });
});
