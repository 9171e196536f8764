import assert from "node:assert/strict";
import { FailureGuard, type FailureLimits } from "../../../../src/call/auth/failure-guard.ts";
import { ManualClock } from "../../../support/manual-clock.ts";

const LIMITS: FailureLimits = {
  perUser: { burst: 4, decayMs: 10_000 },
  perSource: { burst: 10, decayMs: 1_000 },
  slowedIntervalMs: 2_000,
  maxKeys: 50,
};
const ADDRESS = "192.0.2.7";
const yes = (): boolean => true;
const no = (): boolean => false;

describe("FailureGuard", () => {
  let clock: ManualClock;
  let guard: FailureGuard;
  const failTimes = (times: number, user: (index: number) => string): (string | undefined)[] =>
    Array.from({ length: times }, (_, index) => guard.fail(ADDRESS, user(index)));

  beforeEach(() => {
    clock = new ManualClock();
    guard = new FailureGuard(clock, LIMITS);
  });

  it("given failures of one user name, when they reach its limit, then that name is banned at that source only", () => {
    assert.deepEqual(
      failTimes(4, () => "alice"),
      [undefined, undefined, undefined, "user"],
    );
    assert.deepEqual(guard.admitUser(ADDRESS, "alice", no), { kind: "banned", retryAfterSeconds: 20 });
    assert.equal(guard.admitUser(ADDRESS, "bob", no).kind, "admitted");
    assert.equal(guard.admitUser("192.0.2.8", "alice", no).kind, "admitted");
    assert.equal(guard.admitSource(ADDRESS, no).kind, "admitted");
  });

  it("given failures of many user names, when they reach the source's limit, then the source is banned", () => {
    assert.equal(failTimes(10, (index) => `user${index}`).indexOf("source"), 9);
    assert.deepEqual(guard.admitSource(ADDRESS, no), { kind: "banned", retryAfterSeconds: 5 });
    assert.equal(guard.admitSource("192.0.2.8", no).kind, "admitted");
  });

  it("given a ban, when its time is over, then the source and the name are admitted", () => {
    failTimes(10, () => "alice");
    clock.advance(20_000);
    assert.equal(guard.admitSource(ADDRESS, no).kind, "admitted");
    assert.equal(guard.admitUser(ADDRESS, "alice", no).kind, "admitted");
  });

  it("given an exempt source, when it fails beyond every limit, then it is admitted and a blocked name is slowed", () => {
    failTimes(100, () => "alice");
    assert.equal(guard.admitSource(ADDRESS, yes).kind, "admitted");
    assert.equal(guard.admitUser(ADDRESS, "alice", yes).kind, "admitted");
    assert.deepEqual(guard.admitUser(ADDRESS, "alice", yes), { kind: "slowed", retryAfterSeconds: 2 });
    assert.equal(guard.admitUser(ADDRESS, "bob", yes).kind, "admitted");
    clock.advance(2_000);
    assert.equal(guard.admitUser(ADDRESS, "alice", yes).kind, "admitted");
  });

  it("given a success, when the name is asked for, then its failures are forgotten and those of the source are not", () => {
    failTimes(9, () => "alice");
    guard.succeed(ADDRESS, "alice");
    assert.equal(guard.admitUser(ADDRESS, "alice", no).kind, "admitted");
    assert.equal(guard.fail(ADDRESS, "alice"), "source");
    assert.equal(guard.admitSource(ADDRESS, no).kind, "banned");
  });

  it("given user names without credentials, when many are named, then the source is banned; a name counts once", () => {
    const claims = Array.from({ length: 40 }, (_, index) => guard.claim(ADDRESS, `user${index >> 1}`));
    assert.equal(claims.indexOf(true), 38);
    assert.equal(guard.admitSource(ADDRESS, no).kind, "banned");
    assert.equal(guard.admitSource(ADDRESS, yes).kind, "admitted");
  });

  it("given a banned source, when it is forgiven, then source and names are admitted and others stay as they were", () => {
    failTimes(10, () => "alice");
    Array.from({ length: 10 }, () => guard.fail(`${ADDRESS}0`, "alice"));
    guard.forgive(ADDRESS);
    assert.equal(guard.admitSource(ADDRESS, no).kind, "admitted");
    assert.equal(guard.admitUser(ADDRESS, "alice", no).kind, "admitted");
    assert.equal(guard.admitSource(`${ADDRESS}0`, no).kind, "banned");
  });

  it("given endless user names and sources, when they fail, then the tables stay within their bound", () => {
    for (let index = 0; index < 1_000; index += 1) guard.fail(`source${index}`, "x".repeat(10_000) + index);
    for (let index = 0; index < 1_000; index += 1) guard.claim(`source${index}`, `${index}`);
    assert.ok(guard.size.users <= 50 && guard.size.sources <= 50 && guard.size.claims <= 50);
  });

  it("given no limits of its own, when ten attempts on a name fail, then it is banned for two and a half minutes", () => {
    guard = new FailureGuard(clock);
    failTimes(10, () => "alice");
    assert.deepEqual(guard.admitUser(ADDRESS, "alice", no), { kind: "banned", retryAfterSeconds: 150 });
  });
});
