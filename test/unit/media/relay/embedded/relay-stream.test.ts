import assert from "node:assert/strict";
import { targetsOf } from "../../../../../src/media/relay/embedded/relay-stream.ts";
import { parseSessionDescription } from "../../../../../src/media/sdp/parse-session-description.ts";

function targets(section: string): ReturnType<typeof targetsOf> {
  const result = parseSessionDescription(`v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\nc=IN IP4 192.0.2.1\r\n${section}`);
  const [media] = result.ok ? result.value.media : [];
  assert.ok(media);
  return targetsOf(media);
}

describe("targetsOf", () => {
  it("given an SDP, when RTCP is not named, then it is one port above", () => {
    assert.deepEqual(targets("m=audio 4000 RTP/AVP 0"), {
      rtp: { address: "192.0.2.1", port: 4000 },
      rtcp: { address: "192.0.2.1", port: 4001 },
    });
  });

  it("given a=rtcp, when read, then its port and address count", () => {
    assert.deepEqual(targets("m=audio 4000 RTP/AVP 0\r\na=rtcp:777").rtcp, { address: "192.0.2.1", port: 777 });
    const elsewhere = targets("m=audio 4000 RTP/AVP 0\r\na=rtcp:777 IN IP4 192.0.2.9");
    assert.deepEqual(elsewhere.rtcp, { address: "192.0.2.9", port: 777 });
  });

  it("given a hold by address, a refused stream or the last port, when read, then there is no target", () => {
    const nowhere = { rtp: undefined, rtcp: undefined };
    assert.deepEqual(targets("m=audio 4000 RTP/AVP 0\r\nc=IN IP4 0.0.0.0"), nowhere);
    assert.deepEqual(targets("m=audio 0 RTP/AVP 0"), nowhere);
    assert.equal(targets("m=audio 65535 RTP/AVP 0").rtcp, undefined);
  });
});
