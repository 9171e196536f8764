import assert from "node:assert/strict";
import { actionsOf, type Action } from "../../simulation/actions.ts";
import { ROUGH } from "../../simulation/chance.ts";
import { shrink } from "../../simulation/shrink.ts";
import { simulate } from "../../simulation/simulation.ts";

describe("simulation of calls", () => {
  it("given a seed, when it is simulated twice, then the same happens", () => {
    const [one, other] = [1, 2].map(() => simulate(7, ROUGH, actionsOf(7, 60)));
    assert.equal(one?.failure, undefined);
    assert.deepEqual(one, other);
    assert.ok((one?.steps ?? 0) > 100);
  });

  it("given actions of which two make it fail, when they are shrunken, then these are left, without waits", async () => {
    const actions = actionsOf(3, 40);
    const [first, second] = [actions[11], actions[29]];
    const has = (some: readonly Action[], wanted: Action | undefined): boolean =>
      some.some(({ seed }) => seed === wanted?.seed);
    const small = await shrink(
      actions,
      (some) => has(some, first) && has(some, second),
      () => true,
    );
    assert.deepEqual(
      small.map(({ seed, waitMs }) => [seed, waitMs]),
      [first, second].map((one) => [one?.seed, 0]),
    );
  });
});
