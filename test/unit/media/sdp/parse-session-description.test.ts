import assert from "node:assert/strict";
import fc from "fast-check";
import { parseSessionDescription } from "../../../../src/media/sdp/parse-session-description.ts";
import type { SessionDescription } from "../../../../src/media/sdp/session-description.ts";
import { BARESIP, DESK_PHONE, JSSIP, LINPHONE, SIPP } from "./sample-descriptions.ts";

function parsed(text: string): SessionDescription {
  const result = parseSessionDescription(text);
  assert.ok(result.ok, result.ok ? "" : result.reason);
  return result.value;
}

function reasonOf(text: string): string {
  const result = parseSessionDescription(text);
  assert.ok(!result.ok, "was parsed");
  return result.reason;
}

const HEAD = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n";

describe("parseSessionDescription", () => {
  it("given baresip's SDP, when parsed, then its stream is known", () => {
    const [audio] = parsed(BARESIP).media;
    assert.equal(audio?.type, "audio");
    assert.equal(audio?.port, 16_384);
    assert.equal(audio?.protocol, "RTP/AVP");
    assert.equal(audio?.address, "192.0.2.11");
    assert.deepEqual(audio?.rtcp, { port: 16_385 });
    assert.equal(audio?.packetTimeMs, 20);
    assert.deepEqual(audio?.codecs, [
      { payloadType: 0, name: "PCMU", clockRateHz: 8000 },
      { payloadType: 8, name: "PCMA", clockRateHz: 8000 },
      { payloadType: 101, name: "telephone-event", clockRateHz: 8000, parameters: "0-15" },
    ]);
  });

  it("given Linphone's SDP, when parsed, then codecs keep their order and static ones need no rtpmap", () => {
    const [audio, video] = parsed(LINPHONE).media;
    const names = audio?.codecs.map(({ payloadType, name, clockRateHz }) => `${payloadType} ${name} ${clockRateHz}`);
    assert.deepEqual(names, [
      "96 opus 48000",
      "97 speex 16000",
      "98 speex 8000",
      "0 PCMU 8000",
      "8 PCMA 8000",
      "18 G729 8000",
      "101 telephone-event 48000",
      "99 telephone-event 16000",
      "100 telephone-event 8000",
    ]);
    assert.equal(audio?.codecs[0]?.encoding, "2");
    assert.equal(audio?.address, "192.0.2.12");
    assert.equal(video?.address, "198.51.100.7");
    assert.equal(video?.codecs[0]?.clockRateHz, 90_000);
  });

  it("given SIPp's and JsSIP's SDP, when parsed, then address, protocol and RTCP are known", () => {
    assert.equal(parsed(SIPP).media[0]?.direction, "sendrecv");
    const [audio] = parsed(JSSIP).media;
    assert.equal(audio?.protocol, "UDP/TLS/RTP/SAVPF");
    assert.deepEqual(audio?.rtcp, { port: 54_610, address: "203.0.113.4" });
    assert.equal(audio?.hasCrypto, false);
  });

  it("given keys in the SDP, when parsed, then the stream says so", () => {
    const [audio, fax] = parsed(DESK_PHONE).media;
    assert.equal(audio?.hasCrypto, true);
    assert.equal(fax?.hasCrypto, false);
    assert.deepEqual(fax?.formats, ["t38"]);
  });

  it("given a direction for the session, when a section has its own, then that counts", () => {
    const { media } = parsed(`${HEAD}a=sendonly\r\nm=audio 4000 RTP/AVP 0\r\nm=audio 4002 RTP/AVP 0\r\na=recvonly\r\n`);
    assert.deepEqual(
      media.map(({ direction }) => direction),
      ["sendonly", "recvonly"],
    );
  });

  it("given c=0.0.0.0, when parsed, then the stream is held by address", () => {
    const { media } = parsed(`${HEAD}m=audio 4000 RTP/AVP 0\r\nc=IN IP4 0.0.0.0\r\n`);
    assert.equal(media[0]?.isHeldByAddress, true);
  });

  it("given an IPv6 address in any spelling, when parsed, then it is in the canonical one", () => {
    const { media } = parsed(`${HEAD}m=audio 4000 RTP/AVP 0\r\nc=IN IP6 2001:DB8:0:0::0007\r\n`);
    assert.equal(media[0]?.address, "2001:db8::7");
  });

  it("given bare line feeds and blank lines at the end, when parsed, then it is taken", () => {
    assert.equal(parsed(SIPP.replaceAll("\r\n", "\n") + "\n\n").media.length, 1);
  });

  it("given payload types that nothing describes or that repeat, when parsed, then they are left out", () => {
    const { media } = parsed(`${HEAD}m=audio 4000 RTP/AVP 0 0 96 77\r\na=rtpmap:96 /8000\r\na=rtcp:0\r\na=ptime:0\r\n`);
    assert.deepEqual(media[0]?.codecs, [{ payloadType: 0, name: "PCMU", clockRateHz: 8000 }]);
    assert.equal(media[0]?.rtcp, undefined);
    assert.equal(media[0]?.packetTimeMs, undefined);
  });

  it("given faults, when parsed, then each has its reason", () => {
    const audio = "m=audio 4000 RTP/AVP 0\r\n";
    const cases: readonly (readonly [string, RegExp])[] = [
      ["", /first line/],
      ["v=1\r\n", /first line/],
      [`${HEAD}hello\r\n`, /x=value/],
      [`${HEAD}\r\n${audio}`, /x=value/],
      [`${HEAD}a=tool:\x00\r\n`, /x=value/],
      [`v=0\r\ns=-\r\n${audio}`, /o=/],
      [`${HEAD}o=- 2 2 IN IP4 192.0.2.1\r\n`, /o=/],
      [`${HEAD}${audio.repeat(9)}`, /8 media/],
      [`${HEAD}m=audio\r\n`, /m= line/],
      [`${HEAD}m=audio -1 RTP/AVP 0\r\n`, /m= line/],
      [`${HEAD}m=audio 4000 RTP/AVP \r\n`, /m= line/],
      [`${HEAD}m=audio 65536 RTP/AVP 0\r\n`, /65535/],
      [`${HEAD}m=audio 4000 RTP/AVP 128\r\n`, /payload type/],
      [`${HEAD}m=audio 4000 RTP/AVP x\r\n`, /payload type/],
      [`v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\n${audio}`, /c= line/],
      [`${HEAD}${audio}c=IN IP4 phone.example.com\r\n`, /c= line/],
      [`${HEAD}${audio}c=IN IP4 224.2.1.1/127\r\n`, /c= line/],
      [`${HEAD}${audio}c=IN IP4 239.1.1.1\r\n`, /c= line/],
      [`${HEAD}${audio}c=IN IP4 255.255.255.255\r\n`, /c= line/],
      [`${HEAD}${audio}c=IN IP6 ff02::1\r\n`, /c= line/],
      [`${HEAD}a=x:${"y".repeat(16_384)}\r\n`, /16384 bytes/],
      [`${HEAD}${"a=x\r\n".repeat(600)}`, /512 lines/],
    ];
    for (const [text, reason] of cases) assert.match(reasonOf(text), reason, JSON.stringify(text.slice(0, 120)));
  });

  it("given a refused stream without an address, when parsed, then it is taken", () => {
    assert.equal(parsed("v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\nm=audio 0 RTP/AVP 0\r\n").media[0]?.address, undefined);
  });

  it("given any text, or a real SDP with anything in it, when parsed, then it never throws", () => {
    const insertion = fc.tuple(fc.nat(LINPHONE.length), fc.string({ maxLength: 40 }), fc.nat(30));
    fc.assert(
      fc.property(fc.oneof(fc.string(), insertion), (input) => {
        const text =
          typeof input === "string"
            ? input
            : LINPHONE.slice(0, input[0]) + input[1] + LINPHONE.slice(input[0] + input[2]);
        assert.equal(typeof parseSessionDescription(text).ok, "boolean");
      }),
      { numRuns: 500 },
    );
  });

  it("given the attributes that are dearest to parse, when they fill an SDP, then it is parsed in good time", () => {
    const dear = ["a=imageattr:97 send [x=1] " + "[x ".repeat(5000), "a=simulcast: " + " \t".repeat(7000)];
    const startMs = performance.now();
    for (const line of dear) parseSessionDescription(`${HEAD}m=audio 4000 RTP/AVP 0\r\n${line}\r\n`);
    assert.ok(performance.now() - startMs < 500, "parsing took half a second");
  });
});
