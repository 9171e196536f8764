import assert from "node:assert/strict";
import { limitCodecs } from "../../../../src/media/sdp/limit-codecs.ts";
import { audioSdp, payloadTypesOf } from "../../../support/audio-sdp.ts";

const MANY = [
  [111, "opus/48000/2"],
  [9, "G722/8000"],
  [101, "telephone-event/8000"],
  [8, "PCMA/8000"],
  [0, "PCMU/8000"],
  [13, "CN/8000"],
] as const;
const ATTRIBUTES = ["a=fmtp:111 useinbandfec=1", "a=rtcp-fb:111 nack", "a=fmtp:101 0-15", "a=ptime:30", "a=sendonly"];
const offer = audioSdp({ port: 4_000, formats: MANY, lines: ATTRIBUTES });

describe("limitCodecs", () => {
  it("given six formats, when two codecs are allowed, then these are left in that order, with events, comfort noise and what is about them", () => {
    const limited = limitCodecs(offer, ["PCMU", "g722"]) ?? "";
    assert.deepEqual(payloadTypesOf(limited), [0, 9, 101, 13]);
    assert.equal(
      limited,
      audioSdp({
        port: 4_000,
        formats: MANY.filter(([type]) => type !== 111 && type !== 8),
        lines: ATTRIBUTES.slice(2),
      }).replace(/^m=.*$/m, "m=audio 4000 RTP/AVP 0 9 101 13"),
    );
  });

  it("given formats in the order that is wanted, when they are limited, then nothing of the text changes", () => {
    assert.equal(
      limitCodecs(offer, ["opus", "G722", "PCMA", "PCMU"])?.includes("m=audio 4000 RTP/AVP 111 9 8 0 101 13\r\n"),
      true,
    );
    const usual = audioSdp({ port: 4_000 });
    assert.equal(limitCodecs(usual, ["PCMA", "PCMU"]), usual);
  });

  it("given static payload types without rtpmap, when they are limited, then they are known by their numbers", () => {
    const bare = offer.replace(/^a=.*\r\n/gm, "");
    assert.deepEqual(payloadTypesOf(limitCodecs(bare, ["PCMA"]) ?? ""), [8, 13]);
  });

  for (const [what, codecs] of [
    ["one that is none", ["G729"]],
    ["none", []],
  ] as const) {
    it(`given formats, when ${what} of them is allowed, then there is no such description`, () => {
      assert.equal(limitCodecs(offer, codecs), undefined);
    });
  }

  it("given two audio streams, when one has nothing that is allowed, then it is refused by its port and keeps its place", () => {
    const second = ["m=audio 4002 RTP/AVP 9", "a=rtpmap:9 G722/8000", "a=mid:2", "a=sendonly"];
    const video = ["m=video 4004 RTP/AVP 31", "a=rtpmap:31 H261/90000"];
    const limited = limitCodecs(audioSdp({ port: 4_000, lines: [...second, ...video] }), ["PCMA"]) ?? "";
    assert.deepEqual(limited.match(/^m=.*$/gm), [
      "m=audio 4000 RTP/AVP 8 101",
      "m=audio 0 RTP/AVP 9",
      "m=video 4004 RTP/AVP 31",
    ]);
    assert.ok(limited.endsWith(["m=audio 0 RTP/AVP 9", "a=mid:2", ...video, ""].join("\r\n")));
  });

  it("given an answer that refuses its audio stream, when it is limited, then it stays as it is", () => {
    const refused = audioSdp({ port: 0, formats: [[9, "G722/8000"]] });
    assert.equal(limitCodecs(refused, ["PCMA"]), refused);
  });

  it("given what is no session description, when it is limited, then it is returned as it came", () => {
    assert.equal(limitCodecs("v=0\r\nnonsense", ["PCMA"]), "v=0\r\nnonsense");
  });
});
