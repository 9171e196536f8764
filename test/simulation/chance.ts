import { seededRandom } from "../support/seeded-random.ts";

/** Choices that are the same for the same seed. */
export class Chance {
  #random: () => number;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
  }

  /** Goes on with another seed: what one action brings about does not depend on what was chosen before it. */
  reseed(seed: number): void {
    this.#random = seededRandom(seed);
  }

  /** From 0 to below 1. */
  next(): number {
    return this.#random();
  }

  happens(probability: number): boolean {
    return probability > 0 && this.#random() < probability;
  }

  /** A whole number from 0 to below `bound`. */
  below(bound: number): number {
    return Math.floor(this.#random() * bound);
  }

  pick<Item>(items: readonly Item[]): Item | undefined {
    return items[this.below(items.length)];
  }
}

/** How things go in a simulation: probabilities, and times in milliseconds. */
export interface Weather {
  readonly name: string;
  /** Longest time that a message or an operation of the relay takes. */
  readonly delayMs: number;
  /** The relay refuses an operation. */
  readonly relayRefuses: number;
  /** The relay has no such sides to join any more. */
  readonly joinRefused: number;
  /** A phone refuses a re-INVITE of ours with 500, 503, 488 or 408. */
  readonly phoneRefuses: number;
  /** An INVITE of ours cannot be sent, or a number cannot be dialed. */
  readonly sendFails: number;
  /** A leg is lost at the moment when it is to be joined. */
  readonly lostAtJoin: number;
  /** The model is told something twice. */
  readonly toldTwice: number;
}

/** Everybody answers at once and nothing fails: what is found here is wrong in the model. */
export const CALM: Weather = {
  name: "calm",
  delayMs: 0,
  relayRefuses: 0,
  joinRefused: 0,
  phoneRefuses: 0,
  sendFails: 0,
  lostAtJoin: 0,
  toldTwice: 0,
};

export const ROUGH: Weather = {
  name: "rough",
  delayMs: 400,
  relayRefuses: 0.02,
  joinRefused: 0.05,
  phoneRefuses: 0.05,
  sendFails: 0.03,
  lostAtJoin: 0.01,
  toldTwice: 0.01,
};
