/** The 16-bit sample of one octet of ITU-T G.711 mu-law. */
export function muLawSample(octet: number): number {
  const code = ~octet & 0xff;
  const magnitude = ((((code & 0x0f) << 3) + 0x84) << ((code >> 4) & 7)) - 0x84;
  return (code & 0x80) !== 0 ? 0 - magnitude : magnitude;
}

/** The same of A-law. */
export function aLawSample(octet: number): number {
  const code = octet ^ 0x55;
  const exponent = (code >> 4) & 7;
  const steps = ((code & 0x0f) << 4) + 8;
  const magnitude = exponent === 0 ? steps : (steps + 0x100) << (exponent - 1);
  return (code & 0x80) !== 0 ? magnitude : -magnitude;
}

/** Mu-law to linear 16-bit. */
export function decodeMuLaw(octets: Uint8Array): Int16Array {
  return Int16Array.from(octets, muLawSample);
}
