import assert from "node:assert/strict";
import { renderMelody } from "../../../../src/media/prompt/melody.ts";
import { tonePower } from "../../../support/goertzel.ts";

describe("renderMelody", () => {
  const samples = renderMelody();

  it("given the loop, when rendered, then it is a whole number of frames, loud enough and never clipped", () => {
    assert.equal(samples.length % 160, 0);
    const peak = samples.reduce((highest, sample) => Math.max(highest, Math.abs(sample)), 0);
    assert.equal(peak, 6000);
  });

  it("given the loop, when it starts again, then there is no step louder than within it", () => {
    const steps = samples.map((sample, index) => Math.abs(sample - (samples[index - 1] ?? samples.at(-1) ?? 0)));
    const [seam = 0, ...inside] = steps;
    assert.ok(seam <= inside.reduce((highest, step) => Math.max(highest, step), 0));
  });

  it("given its bars, when listened to, then the notes are the chords'", () => {
    const firstNote = samples.subarray(0, 2000);
    const secondBar = samples.subarray(16_000, 18_000);
    assert.ok(tonePower(firstNote, 8000, 261.6) > 0.2, "middle C opens the first bar");
    assert.ok(tonePower(secondBar, 8000, 220) > 0.2, "A opens the second bar");
    assert.ok(tonePower(firstNote, 8000, 440) < 0.05);
  });
});
