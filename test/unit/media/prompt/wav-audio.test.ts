import assert from "node:assert/strict";
import { parseWavAudio } from "../../../../src/media/prompt/wav-audio.ts";
import { sine } from "../../../support/goertzel.ts";
import { writeWav } from "../../../support/wav.ts";

interface Format {
  readonly code?: number;
  readonly channels?: number;
  readonly rateHz?: number;
  readonly bits?: number;
}

function chunk(id: string, content: Buffer, length = content.length): Buffer {
  const head = Buffer.alloc(8);
  head.write(id, "latin1");
  head.writeUInt32LE(length, 4);
  return Buffer.concat([head, content, Buffer.alloc(content.length % 2)]);
}

function wav({ code = 7, channels = 1, rateHz = 8000, bits = 8 }: Format, ...chunks: Buffer[]): Buffer {
  const format = Buffer.alloc(18);
  format.writeUInt16LE(code, 0);
  format.writeUInt16LE(channels, 2);
  format.writeUInt32LE(rateHz, 4);
  format.writeUInt16LE(bits, 14);
  return Buffer.concat([Buffer.from("RIFF\0\0\0\0WAVE", "latin1"), chunk("fmt ", format), ...chunks]);
}

const data = chunk("data", Buffer.from([1, 2, 3]));

describe("parseWavAudio", () => {
  it("given 16-bit PCM, when parsed, then its samples are there", () => {
    const parsed = parseWavAudio(writeWav({ sampleRateHz: 8000, samples: sine(400, 0.1) }));
    assert.ok(parsed.ok);
    assert.equal(parsed.value.format, "pcm16");
    assert.equal(parsed.value.data.length, 1600);
  });

  it("given a law of G.711 and chunks of others, odd ones too, when parsed, then its octets are there", () => {
    for (const [code, law] of [
      [6, "PCMA"],
      [7, "PCMU"],
    ] as const) {
      const parsed = parseWavAudio(wav({ code }, chunk("LIST", Buffer.from("abc")), data));
      assert.ok(parsed.ok);
      assert.equal(parsed.value.format, law);
      assert.deepEqual([...parsed.value.data], [1, 2, 3]);
    }
  });

  it("given a length beyond the file, when parsed, then what is there counts", () => {
    const parsed = parseWavAudio(wav({}, chunk("data", Buffer.from([1, 2]), 0xffff_ffff)));
    assert.ok(parsed.ok && parsed.value.data.length === 2);
  });

  it("given what cannot be played, when parsed, then the reason says why", () => {
    const cases: readonly (readonly [Buffer, RegExp])[] = [
      [Buffer.alloc(0), /no WAV file/],
      [Buffer.from("ID3 an MP3 file, surely"), /no WAV file/],
      [wav({}), /no audio/],
      [wav({}, chunk("data", Buffer.alloc(0))), /no audio/],
      [wav({ channels: 2 }, data), /2 channels/],
      [wav({ rateHz: 44_100 }, data), /44100 samples a second instead of 8000/],
      [wav({ code: 1, bits: 24 }, data), /neither 16-bit PCM/],
      [wav({ code: 85, bits: 0 }, data), /neither 16-bit PCM/],
      [Buffer.concat([Buffer.from("RIFF\0\0\0\0WAVE", "latin1"), data]), /no format/],
      [Buffer.concat([Buffer.from("RIFF\0\0\0\0WAVE", "latin1"), chunk("fmt ", Buffer.alloc(4))]), /malformed/],
    ];
    for (const [file, reason] of cases) {
      const parsed = parseWavAudio(file);
      assert.ok(!parsed.ok);
      assert.match(parsed.reason, reason);
    }
  });
});
