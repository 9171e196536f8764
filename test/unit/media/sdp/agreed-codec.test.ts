import assert from "node:assert/strict";
import { agreedCodecs } from "../../../../src/media/sdp/agreed-codec.ts";
import { offeredFormats } from "../../../../src/media/sdp/answer-fit.ts";
import { parseSessionDescription } from "../../../../src/media/sdp/parse-session-description.ts";
import type { MediaDescription } from "../../../../src/media/sdp/session-description.ts";
import { audioSdp } from "../../../support/audio-sdp.ts";

function audio(...formats: readonly (readonly [number, string])[]): MediaDescription {
  const parsed = parseSessionDescription(audioSdp({ port: 4000, formats }));
  const [media] = parsed.ok ? parsed.value.media : [];
  assert.ok(media);
  return media;
}

describe("agreedCodecs", () => {
  const opus = [96, "opus/48000/2"] as const;
  const pcmu = [0, "PCMU/8000"] as const;
  const pcma = [8, "PCMA/8000"] as const;

  it("given G.711 in both, when agreed, then it is the answer's first, behind other codecs too", () => {
    const offered = offeredFormats(audio(opus, pcma, pcmu));
    const agreed = { payloadType: 0, law: "PCMU" };
    assert.deepEqual(agreedCodecs(audio(opus, pcmu, pcma), offered), { offerer: agreed, answerer: agreed });
  });

  it("given other payload types for it, when agreed, then each side has its own", () => {
    const offered = offeredFormats(audio([97, "pcma/8000"]));
    assert.deepEqual(agreedCodecs(audio([98, "PCMA/8000"]), offered), {
      offerer: { payloadType: 97, law: "PCMA" },
      answerer: { payloadType: 98, law: "PCMA" },
    });
  });

  it("given no G.711 that both have, when agreed, then there is no law", () => {
    const agreed = { payloadType: 96 };
    assert.deepEqual(agreedCodecs(audio(opus, pcmu), offeredFormats(audio(opus, pcma))), {
      offerer: agreed,
      answerer: agreed,
    });
  });

  it("given telephone events in both, when agreed, then each side has its own payload types of them", () => {
    const offered = offeredFormats(audio(pcmu, [101, "telephone-event/8000"], [102, "telephone-event/48000"]));
    const answer = audio(pcmu, [96, "telephone-event/8000"], [97, "telephone-event/16000"]);
    assert.deepEqual(agreedCodecs(answer, offered), {
      offerer: { payloadType: 0, law: "PCMU", eventTypes: [101] },
      answerer: { payloadType: 0, law: "PCMU", eventTypes: [96] },
    });
  });

  it("given an offer that is not known any more, when agreed, then it is taken to be the answer's", () => {
    const agreed = { payloadType: 8, law: "PCMA" };
    assert.deepEqual(agreedCodecs(audio(pcma), undefined), { offerer: agreed, answerer: agreed });
  });

  it("given an answer that nothing describes, when agreed, then nothing is", () => {
    const { codecs, ...answer } = audio([96, "x/8000"]);
    assert.equal(codecs.length, 1);
    assert.equal(agreedCodecs({ ...answer, codecs: [] }, undefined), undefined);
  });
});
