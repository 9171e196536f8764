import assert from "node:assert/strict";
import { decodeALaw, decodeMuLaw, encodeALaw, encodeG711, encodeMuLaw } from "../../../../src/media/rtp/g711.ts";
import { newG711Tables } from "../../../../src/media/rtp/g711-tables.ts";
import { aLawSample, muLawSample } from "../../../support/g711.ts";

const OCTETS = Array.from({ length: 256 }, (_, octet) => octet);
const SAMPLES = Array.from({ length: 65_536 }, (_, index) => index - 32_768);

describe("G.711", () => {
  it("given ITU-T's end points, when encoded and decoded, then they are its", () => {
    assert.deepEqual([0, 32_767, -32_768].map(encodeMuLaw), [0xff, 0x80, 0x00]);
    assert.deepEqual([0xff, 0x80, 0x00, 0x7f].map(muLawSample), [0, 32_124, -32_124, 0]);
    assert.deepEqual([0, 32_767, -32_768, -1].map(encodeALaw), [0xd5, 0xaa, 0x2a, 0x55]);
    assert.deepEqual([0xd5, 0x55, 0xaa, 0x2a].map(aLawSample), [8, -8, 32_256, -32_256]);
  });

  it("given each octet, when decoded by function or by table, then it is what the tests' own decoder says", () => {
    const tables = newG711Tables();
    for (const octet of OCTETS) {
      assert.equal(decodeMuLaw(octet), muLawSample(octet));
      assert.equal(decodeALaw(octet), aLawSample(octet));
      assert.equal(tables.PCMU.samples[octet], muLawSample(octet));
      assert.equal(tables.PCMA.samples[octet], aLawSample(octet));
    }
    for (const sample of SAMPLES) {
      assert.equal(tables.PCMU.octets[sample + 32_768], encodeMuLaw(sample));
      assert.equal(tables.PCMA.octets[sample + 32_768], encodeALaw(sample));
    }
  });

  it("given each octet, when decoded and encoded, then it is the same", () => {
    for (const octet of OCTETS) {
      assert.equal(encodeALaw(aLawSample(octet)), octet);
      // Mu-law has two zeros.
      if (octet !== 0x7f) assert.equal(encodeMuLaw(muLawSample(octet)), octet);
    }
  });

  it("given each sample, when coded, then the error is within half a step of its segment", () => {
    for (const sample of SAMPLES) {
      const allowed = Math.max(16, Math.abs(sample) / 16);
      assert.ok(Math.abs(muLawSample(encodeMuLaw(sample)) - sample) <= Math.max(allowed, 660), `mu-law ${sample}`);
      assert.ok(Math.abs(aLawSample(encodeALaw(sample)) - sample) <= allowed, `A-law ${sample}`);
    }
  });

  it("given rising samples, when coded, then they never fall", () => {
    for (let index = 1; index < SAMPLES.length; index += 1) {
      const [lower = 0, upper = 0] = [SAMPLES[index - 1], SAMPLES[index]];
      assert.ok(muLawSample(encodeMuLaw(lower)) <= muLawSample(encodeMuLaw(upper)));
      assert.ok(aLawSample(encodeALaw(lower)) <= aLawSample(encodeALaw(upper)));
    }
  });

  it("given samples, when encoded in bulk, then each octet is its sample's", () => {
    const samples = Int16Array.from([0, 1000, -1000, 32_767]);
    assert.deepEqual([...encodeG711("PCMU", samples)], [...samples].map(encodeMuLaw));
    assert.deepEqual([...encodeG711("PCMA", samples)], [...samples].map(encodeALaw));
  });
});
