import { fuzzEntries } from "./fuzz/fuzz-targets.ts";

// The short form: the same rounds each time. `npm run test:fuzz` goes on from other seeds.
const FIRST_SEED = 1;

describe("Mutated input", () => {
  for (const { target, shortRounds } of fuzzEntries()) {
    it(`given ${shortRounds} rounds of it, when ${target.name} gets it, then nothing breaks`, async () => {
      for (let seed = FIRST_SEED; seed < FIRST_SEED + shortRounds; seed += 1) {
        try {
          await target.round(seed);
        } catch (cause) {
          throw new Error(`${target.name} with seed ${seed}: ${String(cause)}`, { cause });
        }
      }
    });
  }
});
