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

  it("given ring-back, when decoded, then it is a second of 425 Hz and four of silence", () => {
    const { audio, loopStartBytes } = library.get("ringback", "PCMA");
    const samples = Int16Array.from(audio, aLawSample);
    assert.deepEqual([audio.length, loopStartBytes], [40_000, 0]);
    assert.ok(tonePower(samples.subarray(0, 8000), 8000, 425) > 0.98);
    assert.ok(samples.subarray(8000).every((sample) => Math.abs(sample) <= 8));
  });

  it("given announcements, when rendered, then each has an end in whole frames, and silence after it", () => {
    for (const name of ["unavailable", "please-wait", "confirmed", "conference-enter", "conference-leave"] as const) {
      const { audio, loopStartBytes, endBytes } = library.get(name, "PCMU");
      assert.equal(endBytes, loopStartBytes);
      assert.equal(audio.length - loopStartBytes, 160);
      assert.equal(loopStartBytes % 160, 0);
      assert.ok(audio.subarray(loopStartBytes).every((octet) => octet === 0xff));
    }
    const special = Int16Array.from(library.get("unavailable", "PCMU").audio, muLawSample);
    [950, 1400, 1800].forEach((frequencyHz, index) => {
      const part = special.subarray(2640 * index, 2640 * (index + 1));
      assert.ok(tonePower(part, 8000, frequencyHz) > 0.95);
    });
  });
});
