/** ITU-T G.711 mu-law to linear 16-bit. */
export function decodeMuLaw(bytes: Uint8Array): Int16Array {
  return Int16Array.from(bytes, (byte) => {
    const code = ~byte & 0xff;
    const exponent = (code >> 4) & 7;
    const magnitude = (((code & 15) << 3) + 0x84) << exponent;
    return code & 0x80 ? 0x84 - magnitude : magnitude - 0x84;
  });
}
