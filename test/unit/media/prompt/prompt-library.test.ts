import assert from "node:assert/strict";
import { PromptLibrary } from "../../../../src/media/prompt/prompt-library.ts";
import { aLawSample, muLawSample } from "../../../support/g711.ts";
import { tonePower } from "../../../support/goertzel.ts";

describe("PromptLibrary", () => {
  const library = new PromptLibrary();

  it("given the tone in either law, when decoded, then it is 440 Hz, also over the seam", () => {
    for (const [law, decode] of [
      ["PCMU", muLawSample],
      ["PCMA", aLawSample],
    ] as const) {
      const { audio, loopStartBytes } = library.get("tone", law);
      assert.equal(loopStartBytes, 0);
      const twice = Int16Array.from(Buffer.concat([audio, audio]), decode);
      assert.ok(tonePower(twice, 8000, 440) > 0.99);
    }
  });

  it("given the demo, when decoded, then a second of 440 Hz comes before other music that repeats", () => {
    const { audio, loopStartBytes } = library.get("demo", "PCMU");
    const samples = Int16Array.from(audio, muLawSample);
    assert.equal(loopStartBytes, 8000);
    assert.ok(tonePower(samples.subarray(0, 8000), 8000, 440) > 0.99);
    assert.ok(tonePower(samples.subarray(8000), 8000, 440) < 0.1);
    assert.equal(audio.length % 160, 0);
  });

  it("given a prompt, when asked for again, then it is not rendered again", () => {
    assert.equal(library.get("demo", "PCMA"), library.get("demo", "PCMA"));
  });
});
