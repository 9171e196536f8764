import assert from "node:assert/strict";
import { TollGuards, type TollCall } from "../../../../src/call/toll/index.ts";
import { silentLogger, type Logger } from "../../../../src/common/index.ts";
import type { TollGuard } from "../../../../src/database/index.ts";
import { routePoint } from "../../../../src/database/model/devices.ts";
import { ManualClock } from "../../../support/manual-clock.ts";
import { TemporaryDirectory } from "../../../support/temporary-directory.ts";

const BOUNDS: TollGuard = { international: false, premium: false, callsPerHour: 3, concurrentCalls: 2 };
const phone = { name: "phone", tollGuard: BOUNDS };
const HOME: TollCall = { number: "030123", international: false, class: "national" };
const MINUTE = 60_000;

describe("TollGuards", () => {
  let directory: TemporaryDirectory;
  let clock: ManualClock;
  let warnings: string[];
  let guards: TollGuards;
  beforeEach(() => {
    directory = new TemporaryDirectory("tolls");
    clock = new ManualClock();
    warnings = [];
    guards = newGuards();
  });
  afterEach(() => {
    guards.close();
    directory.close();
  });

  function newGuards(): TollGuards {
    const logger: Logger = { ...silentLogger, warn: (_message, fields) => warnings.push(String(fields?.["code"])) };
    return new TollGuards(directory.join("tolls.journal"), clock, logger);
  }

  /** A call that is over at once. */
  function call(): void {
    guards.begin("c", "phone");
    guards.end("c");
  }

  it("given bounds, when a call is of a kind that is not allowed, then it is refused for that, else not", () => {
    assert.equal(guards.refusalOfPayer(phone, HOME), undefined);
    assert.equal(guards.refusalOfPayer(phone, { ...HOME, international: true }), "international");
    assert.equal(guards.refusalOfPayer(phone, { ...HOME, class: "premium" }), "premium");
    assert.equal(guards.refusalOfPayer({ name: "free" }, { ...HOME, international: true }), undefined);
  });

  it("given calls at a time, when there are as many as allowed, then one more is refused until one ends", () => {
    for (const id of ["a", "b"]) guards.begin(id, "phone");
    assert.equal(guards.refusalOfPayer(phone, HOME), "concurrent-calls");
    guards.end("a");
    guards.end("a");
    assert.equal(guards.refusalOfPayer(phone, HOME), undefined);
  });

  it("given calls of an hour, when there are as many as allowed, then more are refused until the first is an hour old", () => {
    call();
    clock.advance(30 * MINUTE);
    for (let count = 0; count < 2; count += 1) call();
    clock.advance(29 * MINUTE);
    assert.equal(guards.refusalOfPayer(phone, HOME), "calls-per-hour");
    clock.advance(2 * MINUTE);
    assert.equal(guards.refusalOfPayer(phone, HOME), undefined);
  });

  it("given a trunk that did not take a call, when the next one is asked, then the call counts for that one now", () => {
    const bounds = { ...BOUNDS, concurrentCalls: 1, callsPerHour: 1 };
    guards.begin("c", "phone");
    guards.attempt("c", "first");
    guards.attempt("c", "second");
    const refusals = ["first", "second"].map((name) => guards.refusalOfTrunk({ name, tollGuard: bounds }, HOME));
    assert.deepEqual(refusals, ["calls-per-hour", "concurrent-calls"]);
  });

  it("given a trunk that sends a call through, when it is counted, then what it sends and what it takes are apart", () => {
    const trunk = { name: "trunk", tollGuard: { ...BOUNDS, concurrentCalls: 1 } };
    guards.begin("c", "trunk");
    assert.equal(guards.refusalOfPayer(trunk, HOME), "concurrent-calls");
    assert.equal(guards.refusalOfTrunk(trunk, HOME), undefined);
  });

  it("given what a route point has without more, when it makes a hundred calls a second for ten minutes, then none is refused", () => {
    const { tollGuard } = routePoint.parse({ name: "point" });
    const point = { name: "point", tollGuard };
    for (let second = 0; second < 600; second += 1) {
      for (let count = 0; count < 100; count += 1) guards.begin(`${second % 180}.${count}`, "point");
      assert.equal(guards.refusalOfPayer(point, HOME), undefined);
      clock.advance(1_000);
    }
    assert.equal(guards.metrics().find(({ name }) => name === "tandem_toll_calls")?.value, 18_000);
  });

  it("given refusals, when they go on, then there is one alarm a minute of a device and guard, which counts the others", () => {
    for (let count = 0; count < 5; count += 1) guards.refusalOfPayer(phone, { ...HOME, international: true });
    guards.refusalOfPayer({ ...phone, name: "other" }, { ...HOME, international: true });
    clock.advance(MINUTE);
    guards.refusalOfPayer(phone, { ...HOME, international: true });
    assert.deepEqual(
      guards.alarms.map(({ device, guard, refused }) => [device, guard, refused]),
      [
        ["phone", "international", 5],
        ["other", "international", 1],
        ["phone", "international", 1],
      ],
    );
    assert.deepEqual(warnings, ["toll-international", "toll-international", "toll-international"]);
    const metric = guards.metrics().find(({ labels }) => labels?.["guard"] === "international");
    assert.deepEqual([metric?.name, metric?.value], ["tandem_toll_alarms_total", 3]);
  });

  it("given alarms without end, when they are raised, then the last 200 are kept", () => {
    for (let count = 0; count < 300; count += 1) {
      guards.refusalOfPayer({ ...phone, name: `phone-${count}` }, { ...HOME, international: true });
    }
    assert.deepEqual([guards.alarms.length, guards.alarms[0]?.device], [200, "phone-299"]);
  });

  it("given a process that is killed, when another takes its files up, then the hour goes on, and calls that go on are counted", () => {
    for (let count = 0; count < 3; count += 1) call();
    guards.close();
    guards = newGuards();
    assert.equal(guards.refusalOfPayer(phone, HOME), "calls-per-hour");
    const two = { ...phone, tollGuard: { ...BOUNDS, callsPerHour: 100 } };
    for (const id of ["a", "b"]) guards.resume(id, [{ payer: "phone", trunk: "trunk" }]);
    assert.equal(guards.refusalOfPayer(two, HOME), "concurrent-calls");
  });

  it("given a call that features move to another session, when the first one ends, then it counts until the other one does", () => {
    const two = { ...phone, tollGuard: { ...BOUNDS, callsPerHour: 100 } };
    for (const id of ["a", "b"]) guards.resume(id, [{ payer: "phone", trunk: "trunk" }]);
    for (const id of ["a", "b"]) {
      guards.move(id, "other", "c");
      guards.move(id, "trunk", "c");
      guards.end(id);
    }
    assert.deepEqual([guards.countedIn("a"), guards.countedIn("c").length], [[], 2]);
    assert.equal(guards.refusalOfPayer(two, HOME), "concurrent-calls");
    guards.end("c");
    assert.equal(guards.refusalOfPayer(two, HOME), undefined);
  });

  it("given calls of many hours, when time goes on, then no more than an hour is on file", () => {
    for (let hour = 0; hour < 5; hour += 1) {
      call();
      clock.advance(61 * MINUTE);
    }
    call();
    guards.close();
    guards = newGuards();
    const once = { name: "phone", tollGuard: { ...BOUNDS, callsPerHour: 2 } };
    assert.equal(guards.refusalOfPayer(once, HOME), undefined);
  });
});
