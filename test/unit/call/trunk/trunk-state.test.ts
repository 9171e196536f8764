import assert from "node:assert/strict";
import { FIRST_PING, type Ping } from "../../../../src/call/trunk/ping.ts";
import { newRegistration, type Registration } from "../../../../src/call/trunk/registration.ts";
import { conditionOf, isUsableState, TRUNK_STATES } from "../../../../src/call/trunk/trunk-state.ts";

const UP: Ping = { state: "up", misses: 0, reason: undefined };
const DOWN: Ping = { state: "down", misses: 2, reason: "no-answer" };
const NEW = newRegistration(600);
const BOUND: Registration = { ...NEW, state: "registered", isBound: true };

describe("the condition of a trunk", () => {
  it("given nothing that is watched, when it is asked for, then it is up", () => {
    assert.deepEqual(conditionOf({}), { state: "up" });
  });

  it("given a secret that cannot be read, when it is asked for, then that counts before all else", () => {
    const facts = { problem: "secret-unreadable", registration: BOUND, ping: UP };
    assert.deepEqual(conditionOf(facts), { state: "down", reason: "secret-unreadable" });
  });

  it("given no binding, when it is asked for, then it tells whether an attempt has failed", () => {
    assert.deepEqual(conditionOf({ registration: NEW, ping: UP }), { state: "registering" });
    const failed = { ...NEW, failures: 1, reason: "403" };
    assert.deepEqual(conditionOf({ registration: failed, ping: UP }), { state: "unregistered", reason: "403" });
  });

  it("given a binding, when pings are missed, then it is down; before the first one it is up", () => {
    assert.deepEqual(conditionOf({ registration: BOUND, ping: DOWN }), { state: "down", reason: "no-answer" });
    assert.deepEqual(conditionOf({ registration: BOUND, ping: FIRST_PING }), { state: "up" });
    assert.deepEqual(conditionOf({ ping: FIRST_PING }), { state: "unknown" });
    assert.deepEqual(conditionOf({ ping: UP }), { state: "up" });
  });

  it("given a refresh that has failed, when the binding is good still, then it is up, with the reason", () => {
    const registration = { ...BOUND, failures: 1, reason: "503" };
    assert.deepEqual(conditionOf({ registration, ping: UP }), { state: "up", reason: "503" });
  });

  it("given each state, when calls look for a trunk, then those down and unregistered come last", () => {
    assert.deepEqual(TRUNK_STATES.filter(isUsableState), ["up", "registering", "unknown"]);
  });
});
