/**
 * The share of a signal's energy that lies at one frequency, by Goertzel's algorithm: 1 for a pure tone of it, near 0
 * for another tone (more than `2 * sampleRateHz / samples.length` Hz away), noise and silence.
 */
export function tonePower(samples: Int16Array, sampleRateHz: number, frequencyHz: number): number {
  const coefficient = 2 * Math.cos((2 * Math.PI * frequencyHz) / sampleRateHz);
  let previous = 0;
  let beforePrevious = 0;
  let energy = 0;
  for (const sample of samples) {
    const current = sample + coefficient * previous - beforePrevious;
    beforePrevious = previous;
    previous = current;
    energy += sample * sample;
  }
  if (energy === 0) return 0;
  const magnitude = previous * previous + beforePrevious * beforePrevious - coefficient * previous * beforePrevious;
  return (2 * magnitude) / (samples.length * energy);
}

/** The strongest of `frequenciesHz`, or `undefined` when none holds at least half of the energy. */
export function dominantTone(
  samples: Int16Array,
  sampleRateHz: number,
  frequenciesHz: readonly number[],
): number | undefined {
  return frequenciesHz.find((frequencyHz) => tonePower(samples, sampleRateHz, frequencyHz) >= 0.5);
}

/** Loudness as root mean square, 0 (silence) to 32,767. */
export function rootMeanSquare(samples: Int16Array): number {
  let energy = 0;
  for (const sample of samples) energy += sample * sample;
  return samples.length === 0 ? 0 : Math.sqrt(energy / samples.length);
}

/** A sine of amplitude 8,000 (a quarter of full scale). */
export function sine(frequencyHz: number, seconds: number, sampleRateHz = 8_000): Int16Array {
  const samples = new Int16Array(Math.round(seconds * sampleRateHz));
  const step = (2 * Math.PI * frequencyHz) / sampleRateHz;
  return samples.map((_, index) => Math.round(8_000 * Math.sin(step * index)));
}
