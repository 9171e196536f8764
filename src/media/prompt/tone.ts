/** Samples a second of everything that is generated here. */
export const PROMPT_RATE_HZ = 8000;

/** A steady sine. `amplitude` is 0 to 32,767; the length is in samples. */
export function renderTone(frequencyHz: number, lengthSamples: number, amplitude: number): Int16Array {
  const step = (2 * Math.PI * frequencyHz) / PROMPT_RATE_HZ;
  return new Int16Array(lengthSamples).map((_, index) => Math.round(amplitude * Math.sin(step * index)));
}
