/** Work in steps; between them whoever does it may do something else. */
export type Steps<Result> = Generator<undefined, Result>;

/** Objects a step. */
export const STEP = 100;

/** Does all steps at once. */
export function doSteps<Result>(steps: Steps<Result>): Result {
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
  }
}
