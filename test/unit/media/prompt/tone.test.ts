import assert from "node:assert/strict";
import { renderTone } from "../../../../src/media/prompt/tone.ts";
import { tonePower } from "../../../support/goertzel.ts";

describe("renderTone", () => {
  it("given 440 Hz, when rendered, then the energy is there and the amplitude as asked", () => {
    const samples = renderTone(440, 8000, 10_000);
    assert.ok(tonePower(samples, 8000, 440) > 0.99);
    assert.ok(tonePower(samples, 8000, 450) < 0.01);
    assert.ok(Math.max(...samples) <= 10_000 && Math.max(...samples) > 9900);
  });
});
