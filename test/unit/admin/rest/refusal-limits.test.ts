import assert from "node:assert/strict";
import { RefusalLimits } from "../../../../src/admin/rest/access/refusal-limits.ts";
import { ManualClock } from "../../../support/manual-clock.ts";

describe("RefusalLimits", () => {
  const refusedAfter = (most: number, attempt: (count: number) => void): number => {
    for (let count = 0; count < most; count += 1) {
      try {
        attempt(count);
      } catch (error) {
        assert.equal((error as { code: string }).code, "too-many-attempts");
        return count;
      }
    }
    return most;
  };

  it("given guesses at one user from one place, when there are eight, then the next one waits", () => {
    const limits = new RefusalLimits(new ManualClock());
    assert.equal(
      refusedAfter(100, () => limits.begin("a", "ada")),
      8,
    );
    limits.begin("b", "ada");
    limits.begin("a", "bob");
  });

  it("given guesses at many users from one place, when there are forty, then the place waits", () => {
    const limits = new RefusalLimits(new ManualClock());
    assert.equal(
      refusedAfter(100, (count) => limits.begin("a", `user-${count}`)),
      40,
    );
    limits.begin("b", "user-1");
  });

  it("given guesses at one user from many places, when there are 200, then the user waits", () => {
    const limits = new RefusalLimits(new ManualClock());
    assert.equal(
      refusedAfter(1_000, (count) => limits.begin(`place-${count}`, "ada")),
      200,
    );
  });

  it("given one subscriber of IPv6, when it guesses from all of its addresses, then it is one place", () => {
    const limits = new RefusalLimits(new ManualClock());
    assert.equal(
      refusedAfter(100, (count) => limits.begin(`2001:db8:1:2::${count.toString(16)}`, `user-${count}`)),
      40,
    );
    limits.begin("2001:db8:1:3::1", "ada");
  });

  it("given sign-ins that were right, when there are many, then none waits", () => {
    const limits = new RefusalLimits(new ManualClock());
    const signIn = (): void => {
      limits.begin("a", "ada");
      limits.forgive("a", "ada");
    };
    assert.equal(refusedAfter(1_000, signIn), 1_000);
  });

  it("given more places than are remembered, when they guess, then the first ones are forgotten, not the limit", () => {
    const limits = new RefusalLimits(new ManualClock());
    for (let count = 0; count < 20_000; count += 1) limits.begin(`place-${count}`, `user-${count}`);
    assert.equal(
      refusedAfter(100, () => limits.begin("a", "ada")),
      8,
    );
  });
});
