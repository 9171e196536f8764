import assert from "node:assert/strict";
import fc from "fast-check";
import { estimateMos } from "../../../../src/media/rtp/mos.ts";

describe("estimateMos", () => {
  it("given known conditions, when estimated, then the score is the E-model's", () => {
    assert.ok(Math.abs(estimateMos({ lossFraction: 0, jitterMs: 0, roundTripMs: 0 }) - 4.4) < 0.02);
    const onePercent = estimateMos({ lossFraction: 0.01, jitterMs: 0, roundTripMs: 0 });
    assert.ok(onePercent > 4.2 && onePercent < 4.35, String(onePercent));
    const satellite = estimateMos({ lossFraction: 0, jitterMs: 10, roundTripMs: 600 });
    assert.ok(satellite > 3 && satellite < 3.8, String(satellite));
    assert.equal(estimateMos({ lossFraction: 1, jitterMs: 0, roundTripMs: 2000 }), 1);
  });

  it("given any figures, when one gets worse, then the score does not rise, and stays in its range", () => {
    const figure = fc.record({
      lossFraction: fc.double({ min: 0, max: 1, noNaN: true }),
      jitterMs: fc.double({ min: 0, max: 500, noNaN: true }),
      roundTripMs: fc.double({ min: 0, max: 5000, noNaN: true }),
    });
    fc.assert(
      fc.property(figure, figure, (better, extra) => {
        const worse = {
          lossFraction: better.lossFraction + extra.lossFraction,
          jitterMs: better.jitterMs + extra.jitterMs,
          roundTripMs: better.roundTripMs + extra.roundTripMs,
        };
        const [high, low] = [estimateMos(better), estimateMos(worse)];
        assert.ok(low <= high + 1e-9 && low >= 1 && high <= 4.5);
      }),
    );
  });

  it("given a codec that costs quality, when estimated, then the score is that of G.113 for it", () => {
    const figures = { lossFraction: 0, jitterMs: 0, roundTripMs: 0 };
    const [g711, g729] = [estimateMos({ ...figures, codec: "pcma" }), estimateMos({ ...figures, codec: "G729" })];
    assert.equal(g711, estimateMos(figures));
    assert.ok(g729 > 4 && g729 < 4.15, String(g729));
    const loss = { ...figures, lossFraction: 0.03 };
    assert.ok(estimateMos({ ...loss, codec: "G729" }) < estimateMos({ ...loss, codec: "opus" }));
  });
});
