import assert from "node:assert/strict";
import {
  newRegistration,
  stepRegistration,
  type Registration,
  type RegistrationEffect,
  type RegistrationEvent,
} from "../../../../src/call/trunk/registration.ts";

/** A registration that is driven by events, with the effects of the last one. */
class Driven {
  registration: Registration = newRegistration(600);
  effects: readonly RegistrationEffect[] = [];

  step(...events: readonly RegistrationEvent[]): this {
    for (const event of events)
      ({ registration: this.registration, effects: this.effects } = stepRegistration(this.registration, event));
    return this;
  }

  get timerMs(): number | undefined {
    return this.effects.find((effect) => effect.type === "start-timer")?.delayMs;
  }

  get sent(): number | undefined {
    return this.effects.find((effect) => effect.type === "send")?.expiresSeconds;
  }
}

const START: RegistrationEvent = { type: "start", delayMs: 0 };
const DUE: RegistrationEvent = { type: "due" };
const LEAVE: RegistrationEvent = { type: "leave" };

function granted(grantedSeconds: number, spread = 0): RegistrationEvent {
  return { type: "registered", grantedSeconds, spread };
}

function failed(more: Partial<Extract<RegistrationEvent, { type: "failed" }>> = {}): RegistrationEvent {
  return { type: "failed", reason: "500", isRefusal: false, spread: 0, ...more };
}

describe("registration of a trunk (RFC 3261 10.2)", () => {
  it("given a start, when its time has come, then a REGISTER goes", () => {
    const one = new Driven().step({ type: "start", delayMs: 700 });
    assert.equal(one.timerMs, 700);
    assert.equal(one.step(DUE).sent, 600);
    assert.equal(one.registration.state, "trying");
    assert.equal(one.registration.isBound, false);
  });

  it("given a grant, when a refresh is set, then it goes in good time, and not at the time of all others", () => {
    for (const [seconds, latest, earliest] of [
      [600, 540, 480],
      [3_600, 3_240, 2_880],
      [60, 30, 24],
      [10, 5, 5],
      [1, 5, 5],
    ] as const) {
      const at = (spread: number): number =>
        (new Driven().step(START, DUE, granted(seconds, spread)).timerMs ?? 0) / 1_000;
      assert.ok(at(0) === latest, `${seconds}: ${at(0)}`);
      assert.ok(at(0.999_999) >= earliest - 0.1 && at(0.999_999) <= latest, `${seconds}: ${at(0.999_999)}`);
    }
  });

  it("given a binding, when its refresh fails, then it stays until it expires", () => {
    const one = new Driven().step(START, DUE, granted(600), DUE, failed());
    assert.equal(one.registration.isBound, true);
    assert.equal(one.registration.reason, "500");
    assert.equal(one.step({ type: "expired" }).registration.isBound, false);
    assert.equal(one.step(DUE, granted(600)).registration.isBound, true);
    assert.equal(one.registration.reason, undefined);
    assert.equal(one.registration.failures, 0);
  });

  it("given failures one after the other, when they go on, then waits grow to half an hour, each half to all of it", () => {
    const one = new Driven().step(START);
    const waits: number[] = [];
    for (let round = 0; round < 14; round += 1) waits.push((one.step(DUE, failed()).timerMs ?? 0) / 1_000);
    assert.deepEqual(waits.slice(0, 10), [5, 10, 20, 40, 80, 160, 320, 640, 1_280, 1_800]);
    assert.deepEqual(waits.slice(10), [1_800, 1_800, 1_800, 1_800]);
    assert.ok((one.step(DUE, failed({ spread: 0.999 })).timerMs ?? 0) >= 900_000);
  });

  it("given a refusal, when it is tried again, then not before a minute is nearly over", () => {
    assert.equal(new Driven().step(START, DUE, failed({ isRefusal: true })).timerMs, 60_000);
  });

  it("given Retry-After, when it is longer than the wait, then it counts, up to a day", () => {
    const waitAfter = (retryAfterSeconds: number): number | undefined =>
      new Driven().step(START, DUE, failed({ retryAfterSeconds })).timerMs;
    assert.equal(waitAfter(120), 120_000);
    assert.equal(waitAfter(1), 5_000);
    assert.equal(waitAfter(4_000_000_000), 86_400_000);
  });

  it("given 423, when the registrar says what it takes, then that is asked for, once in an attempt, and from then on", () => {
    const one = new Driven().step(START, DUE, { type: "too-brief", minSeconds: 1_800, spread: 0 });
    assert.equal(one.sent, 1_800);
    assert.equal(one.step({ type: "too-brief", minSeconds: 3_600, spread: 0 }).sent, undefined);
    assert.equal(one.registration.reason, "423");
    assert.equal(one.step(DUE).sent, 1_800);
  });

  it("given 423 that makes no sense, when it comes, then it is a failure", () => {
    for (const minSeconds of [0, 600, 86_401]) {
      const one = new Driven().step(START, DUE, { type: "too-brief", minSeconds, spread: 0 });
      assert.equal(one.registration.state, "waiting", String(minSeconds));
    }
  });

  it("given no edge, when a REGISTER cannot be sent, then that is no failure, and it is tried again", () => {
    const one = new Driven().step(START, DUE, { type: "not-sent" });
    assert.equal(one.timerMs, 5_000);
    assert.equal(one.registration.failures, 0);
  });

  it("given a change of the configuration, when a REGISTER is under way, then another follows its answer", () => {
    const renew: RegistrationEvent = { type: "renew", expiresSeconds: 900, delayMs: 40 };
    assert.equal(new Driven().step(START, DUE, renew, granted(600)).timerMs, 0);
    assert.equal(new Driven().step(START, DUE, renew, failed({ isRefusal: true })).timerMs, 0);
    const idle = new Driven().step(START, DUE, granted(600), renew);
    assert.equal(idle.timerMs, 40);
    assert.equal(idle.step(DUE).sent, 900);
  });

  it("given a binding of a process before, when it is resumed, then it counts until it expires, and is renewed", () => {
    const one = new Driven().step({ type: "resume", leftMs: 300_000, delayMs: 9_000 });
    assert.equal(one.registration.isBound, true);
    assert.deepEqual(one.effects, [
      { type: "start-expiry", delayMs: 300_000 },
      { type: "start-timer", delayMs: 9_000 },
    ]);
  });

  it("given a binding, when it is to end, then a REGISTER says so, and its answer ends it", () => {
    const one = new Driven().step(START, DUE, granted(600), LEAVE);
    assert.deepEqual(one.effects, [{ type: "stop-timers" }, { type: "send", expiresSeconds: 0 }]);
    assert.equal(one.step({ type: "left" }).registration.state, "ended");
    assert.equal(one.registration.isBound, false);
  });

  it("given a REGISTER under way, when the binding is to end, then that waits for its answer", () => {
    const accepted = new Driven().step(START, DUE, LEAVE);
    assert.equal(accepted.sent, undefined);
    assert.equal(accepted.step(granted(600)).sent, 0);
    const refused = new Driven().step(START, DUE, LEAVE, failed());
    assert.equal(refused.registration.state, "ended");
    assert.equal(refused.timerMs, undefined);
    const lost = new Driven().step(START, DUE, granted(600), DUE, LEAVE, { type: "not-sent" });
    assert.equal(lost.sent, 0);
  });

  it("given no binding, when it is to end, then nothing is sent", () => {
    const one = new Driven().step(START, LEAVE);
    assert.equal(one.registration.state, "ended");
    assert.equal(one.sent, undefined);
  });

  it("given a registration in any state, when events come that do not belong there, then nothing happens", () => {
    const states = [
      new Driven(),
      new Driven().step(START),
      new Driven().step(START, DUE),
      new Driven().step(START, DUE, granted(600)),
      new Driven().step(START, DUE, granted(600), LEAVE),
      new Driven().step(START, LEAVE),
    ];
    const foreign: Record<Registration["state"], RegistrationEvent[]> = {
      idle: [DUE, granted(600), failed(), { type: "left" }, { type: "not-sent" }],
      waiting: [START, granted(600), failed(), { type: "left" }],
      trying: [START, DUE, { type: "left" }],
      registered: [START, granted(600), failed(), { type: "left" }],
      leaving: [START, DUE, granted(600), failed(), LEAVE],
      ended: [START, DUE, granted(600), failed(), LEAVE, { type: "left" }],
    };
    for (const { registration } of states) {
      for (const event of foreign[registration.state]) {
        const step = stepRegistration(registration, event);
        assert.deepEqual(step, { registration, effects: [] }, `${registration.state} ${event.type}`);
      }
    }
  });
});
