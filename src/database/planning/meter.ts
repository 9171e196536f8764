import type { ChangeRequest } from "../configuration-store.ts";
import { STEP } from "./steps.ts";

/** Steps that the hash of a password costs as much as. */
const HASH_STEPS = 4;

/** Tells how far the work at a change is. */
export class Meter {
  readonly #total: number;
  readonly #onProgress: (share: number) => void;
  #done = 0;

  /** @param passes how often the work goes over all operations */
  constructor({ operations, onProgress = () => undefined }: ChangeRequest, passes: number) {
    const users = operations.filter(({ kind }) => kind === "user").length;
    this.#total = passes * Math.ceil(operations.length / STEP) + HASH_STEPS * users;
    this.#onProgress = onProgress;
  }

  /** The passwords of a user have been hashed. */
  hashed(): void {
    this.#add(HASH_STEPS);
  }

  step(): void {
    this.#add(1);
  }

  #add(steps: number): void {
    this.#done += steps;
    // Objects that others refer to are touched, too: there may be more of them than operations.
    this.#onProgress(Math.min(1, this.#done / this.#total));
  }
}
