/** The two laws of ITU-T G.711, named as SDP names them. */
export type G711Law = "PCMU" | "PCMA";

const MU_LAW_BIAS = 0x84;
const MU_LAW_CLIP = 32_635;

/** One octet of a 16-bit sample. */
export function encodeMuLaw(sample: number): number {
  const sign = sample < 0 ? 0x80 : 0;
  const magnitude = Math.min(Math.abs(sample), MU_LAW_CLIP) + MU_LAW_BIAS;
  const exponent = 24 - Math.clz32(magnitude);
  const mantissa = (magnitude >> (exponent + 3)) & 0x0f;
  return ~(sign | (exponent << 4) | mantissa) & 0xff;
}

/** One octet of a 16-bit sample. */
export function encodeALaw(sample: number): number {
  // Negative values are rounded away from zero, so that both halves have the same steps.
  const magnitude = Math.min(sample < 0 ? -sample - 1 : sample, 32_767) >> 4;
  const exponent = magnitude < 32 ? Number(magnitude >= 16) : 28 - Math.clz32(magnitude);
  const mantissa = (exponent < 2 ? magnitude : magnitude >> (exponent - 1)) & 0x0f;
  const sign = sample < 0 ? 0 : 0x80;
  return (sign | (exponent << 4) | mantissa) ^ 0x55;
}

/** Encodes samples of 8 kHz, an octet each. */
export function encodeG711(law: G711Law, samples: Int16Array): Buffer {
  const octets = Buffer.allocUnsafe(samples.length);
  const encode = law === "PCMU" ? encodeMuLaw : encodeALaw;
  for (let index = 0; index < samples.length; index += 1) octets[index] = encode(samples[index] ?? 0);
  return octets;
}

/** The 16-bit sample of one octet. */
export function decodeMuLaw(octet: number): number {
  const code = ~octet & 0xff;
  const magnitude = ((((code & 0x0f) << 3) + MU_LAW_BIAS) << ((code >> 4) & 7)) - MU_LAW_BIAS;
  return (code & 0x80) !== 0 ? 0 - magnitude : magnitude;
}

/** The 16-bit sample of one octet. */
export function decodeALaw(octet: number): number {
  const code = octet ^ 0x55;
  const exponent = (code >> 4) & 7;
  const steps = ((code & 0x0f) << 4) + 8;
  const magnitude = exponent === 0 ? steps : (steps + 0x100) << (exponent - 1);
  return (code & 0x80) !== 0 ? magnitude : -magnitude;
}

/** Decodes octets to samples of 8 kHz. */
export function decodeG711(law: G711Law, octets: Uint8Array): Int16Array {
  const decode = law === "PCMU" ? decodeMuLaw : decodeALaw;
  return Int16Array.from(octets, decode);
}
