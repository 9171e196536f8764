import assert from "node:assert/strict";
import fc from "fast-check";
import { FrameDecoder } from "../../../../src/sip/wire/frame-decoder.ts";

function decoded(
  maxBytes: number,
  chunks: readonly string[],
): { frames: string[]; oversized: number[]; broken: string[] } {
  const seen = { frames: [] as string[], oversized: [] as number[], broken: [] as string[] };
  const decoder = new FrameDecoder(maxBytes, {
    onFrame: (payload) => seen.frames.push(payload),
    onOversized: (_start, lengthBytes) => seen.oversized.push(lengthBytes),
    onBroken: (reason) => seen.broken.push(reason),
  });
  for (const chunk of chunks) decoder.push(chunk);
  return seen;
}

describe("FrameDecoder", () => {
  it("given frames cut at any place, when pushed, then the payloads come out whole and in order", () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ maxLength: 200 }), { maxLength: 8 }),
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 20 }),
        (payloads, sizes) => {
          const latin1 = payloads.map((payload) => Buffer.from(payload, "utf8").toString("latin1"));
          let stream = latin1.map((payload) => `${payload.length}#${payload}`).join("");
          const chunks: string[] = [];
          for (let index = 0; stream !== ""; index += 1) {
            const size = sizes[index % sizes.length] ?? 1;
            chunks.push(stream.slice(0, size));
            stream = stream.slice(size);
          }
          assert.deepEqual(decoded(1_000, chunks), { frames: latin1, oversized: [], broken: [] });
        },
      ),
    );
  });

  it("given a frame above the bound, when pushed in pieces, then it is skipped and the next one is read", () => {
    const long = "x".repeat(500);
    const stream = `500#${long}5#hello`;
    const chunks = stream.match(/.{1,33}/g) ?? [];
    assert.deepEqual(decoded(100, chunks), { frames: ["hello"], oversized: [500], broken: [] });
  });

  it("given no length, when pushed, then the stream is broken and nothing more is read", () => {
    assert.deepEqual(decoded(100, ["hello world, no length", "5#hello"]).frames, []);
    assert.equal(decoded(100, ["hello world, no length"]).broken.length, 1);
  });

  it("given a length that is no number, when pushed, then the stream is broken", () => {
    assert.equal(decoded(100, ["12x#abc"]).broken.length, 1);
  });

  it("given a decoder that is stopped by what it found, when more is in the chunk, then nothing comes of it", () => {
    const frames: string[] = [];
    const decoder = new FrameDecoder(100, {
      onFrame: (payload) => {
        frames.push(payload);
        decoder.stop();
      },
      onOversized: () => assert.fail(),
      onBroken: () => assert.fail(),
    });
    decoder.push("1#a1#b");
    decoder.push("1#c");
    assert.deepEqual(frames, ["a"]);
  });
});
