/** Samples a second of everything that is generated here. */
export const PROMPT_RATE_HZ = 8000;

/** A steady sine. `amplitude` is 0 to 32,767; the length is in samples. */
export function renderTone(frequencyHz: number, lengthSamples: number, amplitude: number): Int16Array {
  const step = (2 * Math.PI * frequencyHz) / PROMPT_RATE_HZ;
  return new Int16Array(lengthSamples).map((_, index) => Math.round(amplitude * Math.sin(step * index)));
}

/** A part of a tone pattern. */
export interface ToneStep {
  /** 0 is silence. */
  readonly frequencyHz: number;
  readonly lengthMs: number;
}

const AMPLITUDE = 8000;
/** A tone that starts or ends at once clicks. */
const RAMP_SAMPLES = PROMPT_RATE_HZ / 200;

/** Tones and silences one after the other, filled up with silence to whole frames of 20 ms. */
export function renderPattern(steps: readonly ToneStep[]): Int16Array {
  const parts = steps.map(({ frequencyHz, lengthMs }) => {
    const length = Math.round((lengthMs * PROMPT_RATE_HZ) / 1000);
    return renderTone(frequencyHz, length, AMPLITUDE).map((value, index) => {
      const level = Math.min(1, index / RAMP_SAMPLES, (length - index) / RAMP_SAMPLES);
      return Math.round(value * level);
    });
  });
  const frame = PROMPT_RATE_HZ / 50;
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const pattern = new Int16Array(Math.ceil(length / frame) * frame);
  let offset = 0;
  for (const part of parts) {
    pattern.set(part, offset);
    offset += part.length;
  }
  return pattern;
}
