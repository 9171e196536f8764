import { PROMPT_RATE_HZ } from "./tone.ts";

/** A note of the melody: MIDI number (69 is 440 Hz) and where it starts and ends, in beats. */
interface Note {
  readonly pitch: number;
  readonly startBeat: number;
  readonly beats: number;
}

const BEAT_SAMPLES = PROMPT_RATE_HZ / 2;
const BEATS_PER_BAR = 4;
/** Chords as steps above their root, one bar each: C, A minor, F, G. */
const BARS: readonly { root: number; steps: readonly [number, number, number] }[] = [
  { root: 60, steps: [0, 4, 7] },
  { root: 57, steps: [0, 3, 7] },
  { root: 53, steps: [0, 4, 7] },
  { root: 55, steps: [0, 4, 7] },
];
/** Which step of the chord each half beat plays; 3 is the root an octave up. */
const FIGURE = [0, 1, 2, 3, 2, 1, 2, 1] as const;
const PEAK = 6000;

/**
 * Eight seconds of broken chords, made to be repeated; the first note is struck at the first sample.
 * @returns samples of 8 kHz, a whole number of 20 ms packets
 */
export function renderMelody(): Int16Array {
  const length = BARS.length * BEATS_PER_BAR * BEAT_SAMPLES;
  const sum = new Float64Array(length);
  for (const note of melodyNotes()) addNote(sum, note);
  const peak = sum.reduce((highest, value) => Math.max(highest, Math.abs(value)), 0);
  return Int16Array.from(sum, (value) => Math.round((value * PEAK) / peak));
}

function melodyNotes(): readonly Note[] {
  return BARS.flatMap(({ root, steps }, bar) => {
    const firstBeat = bar * BEATS_PER_BAR;
    const bass: Note = { pitch: root - 12, startBeat: firstBeat, beats: BEATS_PER_BAR };
    const figure = FIGURE.map((step, index): Note => {
      const pitch = root + (step === 3 ? 12 : steps[step]);
      return { pitch, startBeat: firstBeat + index / 2, beats: 1 };
    });
    return [bass, ...figure];
  });
}

/** A plucked sound: two harmonics that fade; what exceeds the loop goes on at its start. */
function addNote(sum: Float64Array, { pitch, startBeat, beats }: Note): void {
  const step = (2 * Math.PI * 440 * 2 ** ((pitch - 69) / 12)) / PROMPT_RATE_HZ;
  const start = startBeat * BEAT_SAMPLES;
  const length = beats * BEAT_SAMPLES;
  for (let index = 0; index < length; index += 1) {
    const attack = Math.min(1, index / 40);
    const release = Math.min(1, (length - index) / 200);
    const level = attack * release * Math.exp((-3 * index) / (beats * BEAT_SAMPLES));
    const value = level * (Math.sin(step * index) + 0.4 * Math.sin(2 * step * index));
    const position = (start + index) % sum.length;
    sum[position] = (sum[position] ?? 0) + value;
  }
}
