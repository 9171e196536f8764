import assert from "node:assert/strict";
import {
  stepOwnership,
  UNOWNED,
  type Holder,
  type Ownership,
  type OwnershipEffect,
  type OwnershipEvent,
} from "../../../../src/cti/device/ownership.ts";

const WALL_MS = 1_000;

function holder(session: string, order: number): Holder {
  return {
    session,
    user: "u",
    group: "g",
    registration: { media: { mode: "none" }, routes: true },
    order,
    phase: "connected",
  };
}

/** What effects there are, as text: `own s1 1000`. */
function run(events: readonly OwnershipEvent[], from: Ownership = UNOWNED): { last: string[]; ownership: Ownership } {
  let [ownership, effects]: [Ownership, readonly OwnershipEffect[]] = [from, []];
  for (const event of events) ({ ownership, effects } = stepOwnership(ownership, event));
  const last = effects.map((effect) => {
    if (effect.type === "own") return `own ${effect.holder.session} ${effect.fence}`;
    return effect.type === "new-owner" ? `new-owner ${effect.owner ?? "none"}` : `${effect.type} ${effect.fence}`;
  });
  return { last, ownership };
}

type Change = (session: string) => OwnershipEvent;
const opened = (session: string, order: number): OwnershipEvent => {
  return { type: "opened", holder: holder(session, order), wallMs: WALL_MS };
};
const failed = (session: string): OwnershipEvent => ({ type: "failed", session, wallMs: WALL_MS });
const recovered = (session: string): OwnershipEvent => ({ type: "recovered", session, wallMs: WALL_MS });
const [heard, silent, absent] = (["heard", "silent", "absent"] as const).map((type) => {
  return (session: string): OwnershipEvent => ({ type, session, wallMs: WALL_MS });
}) as [Change, Change, Change];
const closed = (session: string, isLeaseOver = false): OwnershipEvent => {
  return { type: "closed", session, isLeaseOver, wallMs: WALL_MS };
};

describe("ownership of a device", () => {
  it("given nobody, when a session opens it, then it is the owner", () => {
    assert.deepEqual(run([opened("s1", 1)]).last, ["new-owner s1", "own s1 1000"]);
  });

  it("given an owner, when another one opens it, then it stands by", () => {
    const { last, ownership } = run([opened("s1", 1), opened("s2", 2)]);
    assert.deepEqual(last, []);
    assert.equal(ownership.owner, "s1");
  });

  it("given a standby, when the owner fails, then the standby takes over with a higher fence, and call control hears of no failure", () => {
    assert.deepEqual(run([opened("s1", 1), opened("s2", 2), failed("s1")]).last, ["new-owner s2", "own s2 1001"]);
  });

  it("given several standbys, when the owner leaves, then the oldest live one has it", () => {
    const events = [opened("s1", 1), opened("s2", 2), opened("s3", 3), failed("s2"), closed("s1")];
    assert.deepEqual(run(events).last, ["new-owner s3", "own s3 1001"]);
  });

  it("given no standby, when the owner fails, then call control is told, and when it is back, it owns it as before", () => {
    assert.deepEqual(run([opened("s1", 1), failed("s1")]).last, ["failed 1000"]);
    assert.deepEqual(run([opened("s1", 1), failed("s1"), recovered("s1")]).last, ["own s1 1000"]);
  });

  it("given a failed owner, when another one opens it, then that has it, and the former one stands by when it is back", () => {
    assert.deepEqual(run([opened("s1", 1), failed("s1"), opened("s2", 2)]).last, ["new-owner s2", "own s2 1001"]);
    const { last, ownership } = run([opened("s1", 1), failed("s1"), opened("s2", 2), recovered("s1")]);
    assert.deepEqual(last, []);
    assert.equal(ownership.owner, "s2");
  });

  it("given no standby, when the owner's lease is over, then the device is lost; when it leaves, then it is disowned", () => {
    assert.deepEqual(run([opened("s1", 1), failed("s1"), closed("s1", true)]).last, ["lost 1000", "new-owner none"]);
    assert.deepEqual(run([opened("s1", 1), closed("s1")]).last, ["disown 1000", "new-owner none"]);
  });

  it("given only a failed holder, when the owner leaves and the holder is back, then it has the device", () => {
    const events = [opened("s1", 1), opened("s2", 2), failed("s2"), closed("s1"), recovered("s2")];
    assert.deepEqual(run(events).last, ["new-owner s2", "own s2 1001"]);
  });

  it("given a later owner that is not known here, when call control says so, then the fence leaps", () => {
    const { last } = run([opened("s1", 1), { type: "fenced", wallMs: WALL_MS }]);
    assert.deepEqual(last, ["own s1 61001"]);
  });

  it("given a standby that is there, when the owner is absent, then the standby takes over, and the former owner stands by when it is back", () => {
    const events = [opened("s1", 1), opened("s2", 2), absent("s1")];
    assert.deepEqual(run(events).last, ["new-owner s2", "own s2 1001"]);
    const { last, ownership } = run([...events, heard("s1")]);
    assert.deepEqual(last, []);
    assert.equal(ownership.owner, "s2");
    assert.deepEqual(run([...events, heard("s1"), absent("s2")]).last, ["new-owner s1", "own s1 1002"]);
  });

  it("given no standby that is there, when the owner is absent, then nothing changes, and one that comes or is heard takes over", () => {
    assert.deepEqual(run([opened("s1", 1), absent("s1")]).last, []);
    assert.deepEqual(run([opened("s1", 1), absent("s1"), heard("s1")]).last, []);
    assert.deepEqual(run([opened("s1", 1), absent("s1"), opened("s2", 2)]).last, ["new-owner s2", "own s2 1001"]);
    for (const away of [silent, absent, failed]) {
      const events = [opened("s1", 1), opened("s2", 2), away("s2"), absent("s1")];
      assert.deepEqual(run(events).last, []);
      const back = away === failed ? recovered("s2") : heard("s2");
      assert.deepEqual(run([...events, back]).last, ["new-owner s2", "own s2 1001"]);
    }
  });

  it("given an application that shares the device and is no standby, when the owner is absent, then nothing changes", () => {
    const other: OwnershipEvent = { type: "opened", holder: { ...holder("s2", 2), group: "other" }, wallMs: WALL_MS };
    assert.deepEqual(run([opened("s1", 1), other, absent("s1")]).last, []);
    assert.deepEqual(run([opened("s1", 1), absent("s1"), other]).last, []);
  });

  it("given an absent standby and a younger one that is there, when the owner leaves or fails, then the younger one has it", () => {
    const events = [opened("s1", 1), opened("s2", 2), opened("s3", 3), absent("s2")];
    assert.deepEqual(run([...events, closed("s1")]).last, ["new-owner s3", "own s3 1001"]);
    assert.deepEqual(run([...events, failed("s1")]).last, ["new-owner s3", "own s3 1001"]);
    assert.deepEqual(run([...events, failed("s3"), failed("s1")]).last, ["new-owner s2", "own s2 1001"]);
  });

  it("given one that has failed, when it is heard without having resumed, then it has still failed", () => {
    assert.deepEqual(run([opened("s1", 1), failed("s1"), heard("s1"), opened("s2", 2)]).last, [
      "new-owner s2",
      "own s2 1001",
    ]);
  });

  it("given any events, then fences only grow, and at most one session owns it, which holds it", () => {
    const sessions = ["s1", "s2", "s3"];
    const choices = sessions.flatMap((session, index) => [
      opened(session, index + 1),
      failed(session),
      recovered(session),
      absent(session),
      heard(session),
      closed(session),
      closed(session, true),
    ]);
    const walk = (ownership: Ownership, depth: number): void => {
      if (depth === 0) return;
      for (const event of choices) {
        const step = stepOwnership(ownership, event);
        assert.ok(step.ownership.fence >= ownership.fence);
        const { owner, holders } = step.ownership;
        assert.ok(owner === undefined || holders.some(({ session }) => session === owner));
        const owned = step.effects.find((effect) => effect.type === "own");
        if (owned?.type === "own" && owner !== ownership.owner) assert.ok(owned.fence > ownership.fence);
        walk(step.ownership, depth - 1);
      }
    };
    walk(UNOWNED, 4);
  });
});
