import assert from "node:assert/strict";
import { FailingTargets } from "../../../../src/sip/resolution/failing-targets.ts";
import type { Target } from "../../../../src/sip/transport/index.ts";
import { ManualClock } from "../../../support/manual-clock.ts";

const [one, two, three] = [1, 2, 3].map((last): Target => {
  return { protocol: "udp", address: `192.0.2.${last}`, port: 5060 };
}) as [Target, Target, Target];

describe("targets that failed", () => {
  let clock: ManualClock;
  let failing: FailingTargets;
  beforeEach(() => {
    clock = new ManualClock();
    failing = new FailingTargets(clock);
  });

  it("given one that failed, when targets are put in order, then it is last, and not any more half a minute later", () => {
    failing.failed(one, undefined);
    assert.deepEqual(failing.inOrder([one, two, three]), [two, three, one]);
    clock.advance(30_000);
    assert.deepEqual(failing.inOrder([one, two, three]), [one, two, three]);
    assert.equal(failing.size, 0);
  });

  it("given Retry-After, when that time is not over, then the target stays behind one that is well again sooner", () => {
    failing.failed(one, 120);
    failing.failed(two, undefined);
    assert.deepEqual(failing.inOrder([one, two, three]), [three, two, one]);
    clock.advance(119_999);
    assert.deepEqual(failing.inOrder([one, two]), [two, one]);
    clock.advance(1);
    assert.deepEqual(failing.inOrder([one, two]), [one, two]);
  });

  it("given a Retry-After of days, when an hour has passed, then the target is in its place again", () => {
    failing.failed(one, 1_000_000);
    clock.advance(3_600_000);
    assert.deepEqual(failing.inOrder([one, two]), [one, two]);
  });

  it("given one that has served again, when targets are put in order, then it is in its place", () => {
    failing.failed(one, 600);
    failing.served(one);
    assert.deepEqual(failing.inOrder([one, two]), [one, two]);
  });

  it("given more failures than are kept, when another comes, then the oldest is forgotten", () => {
    failing.failed(one, 600);
    for (let port = 1; port <= 10_000; port += 1) failing.failed({ ...two, port }, 600);
    assert.equal(failing.size, 10_000);
    assert.deepEqual(failing.inOrder([one, three]), [one, three]);
  });
});
