import assert from "node:assert/strict";
import {
  beginSession,
  stepSession,
  type SessionEffect,
  type SessionEvent,
  type SessionState,
} from "../../../../src/sdk/connection/session-step.ts";

/** Plays events; the effects of the last one as words. */
function play(servers: number, events: readonly SessionEvent[]): { state: SessionState; effects: string[] } {
  let { state, effects } = beginSession(servers);
  for (const event of events) ({ state, effects } = stepSession(state, event));
  return { state, effects: effects.map(word) };
}

function word(effect: SessionEffect): string {
  if (effect.type === "wait") return `wait ${effect.delayMs}`;
  if (effect.type === "tell") return `tell ${effect.what}`;
  return effect.type === "open" && effect.resumes ? "resume" : effect.type;
}

const CONNECTED = { type: "connected" } as const;
const NEW = { type: "opened", mode: "new" } as const;
const LOST = { type: "lost" } as const;
const TIMER = { type: "timer" } as const;
const IN_SERVICE: readonly SessionEvent[] = [CONNECTED, NEW, { type: "restored" }];

describe("the steps of a session", () => {
  it("given a server, when it answers, then all is asked for, and it is in service", () => {
    assert.deepEqual(play(1, [CONNECTED]).effects, ["open"]);
    assert.deepEqual(play(1, [CONNECTED, NEW]).effects, ["restore"]);
    const { state, effects } = play(1, IN_SERVICE);
    assert.deepEqual(effects, ["tell opened", "go-on"]);
    assert.equal(state.phase, "in-service");
  });

  it("given a session, when its link is lost, then it is resumed at the same server after a quarter of a second", () => {
    const { state, effects } = play(2, [...IN_SERVICE, LOST]);
    assert.deepEqual(effects, ["drop-link", "tell lost", "wait 250"]);
    assert.equal(state.server, 0);
    assert.deepEqual(play(2, [...IN_SERVICE, LOST, TIMER, CONNECTED]).effects, ["resume"]);
    const resumed = play(2, [...IN_SERVICE, LOST, TIMER, CONNECTED, { type: "opened", mode: "resumed" }]);
    assert.deepEqual(resumed.effects, ["tell resumed", "go-on"]);
  });

  it("given a session, when what comes makes no sense, then it is resumed, and all is asked for again", () => {
    const broken = { type: "lost", isBroken: true } as const;
    const resumed = { type: "opened", mode: "resumed" } as const;
    const again = [...IN_SERVICE, broken, TIMER, CONNECTED];
    assert.deepEqual(play(1, again).effects, ["resume"]);
    assert.deepEqual(play(1, [...again, resumed]).effects, ["restore"]);
    assert.deepEqual(play(1, [...again, resumed, { type: "restored" }]).effects, ["tell resnapshot", "go-on"]);
  });

  it("given a session, when it moves to another server, then a new one is opened there", () => {
    const move = { type: "move", server: 1 } as const;
    const { state, effects } = play(3, [...IN_SERVICE, move]);
    assert.deepEqual(effects, ["stop-waiting", "drop-link", "tell lost", "connect"]);
    assert.deepEqual([state.server, state.phase], [1, "connecting"]);
    assert.deepEqual(play(3, [...IN_SERVICE, move, CONNECTED]).effects, ["open"]);
    assert.deepEqual(play(3, [...IN_SERVICE, LOST, move]).effects, ["stop-waiting", "drop-link", "connect"]);
    assert.deepEqual(play(3, [{ type: "close" }, move]).effects, []);
  });

  it("given three servers, when each of them fails, then they are tried in turn, with pauses that double to 10 s", () => {
    const waits: string[] = [];
    const servers: number[] = [];
    let { state } = beginSession(3);
    for (let failure = 0; failure < 27; failure += 1) {
      servers.push(state.server);
      const step = stepSession(state, LOST);
      waits.push(...step.effects.map(word).filter((one) => one.startsWith("wait")));
      state = step.state.phase === "waiting" ? stepSession(step.state, TIMER).state : step.state;
    }
    assert.deepEqual(servers.slice(0, 7), [0, 1, 2, 0, 1, 2, 0]);
    assert.deepEqual(
      waits,
      [250, 500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000, 10_000].map((ms) => `wait ${ms}`),
    );
  });

  it("given a backup that is in service, when its link is lost, then the primary is not returned to by itself", () => {
    const atBackup = play(2, [LOST, ...IN_SERVICE, LOST, TIMER]);
    assert.equal(atBackup.state.server, 1);
    assert.deepEqual(atBackup.effects, ["connect"]);
  });

  it("given a session that the server has forgotten, when it refuses to resume it, then a new one is opened", () => {
    const events = [...IN_SERVICE, LOST, TIMER, CONNECTED, { type: "refused", kind: "forgotten" } as const];
    assert.deepEqual(play(1, events).effects, ["open"]);
    assert.deepEqual(play(1, [...events, NEW, { type: "restored" }]).effects, ["tell resnapshot", "go-on"]);
  });

  it("given a session that was not restored, when it is resumed, then all is asked for again", () => {
    const { effects } = play(1, [CONNECTED, NEW, LOST, TIMER, CONNECTED, { type: "opened", mode: "resumed" }]);
    assert.deepEqual(effects, ["restore"]);
  });

  it("given any state, when it is closed or refused for good, then nothing happens afterwards", () => {
    for (const events of [[], [CONNECTED], IN_SERVICE, [...IN_SERVICE, LOST]]) {
      const { effects } = play(1, [...events, { type: "close" }]);
      assert.deepEqual(effects, ["stop-waiting", "drop-link", "tell shutdown"]);
      assert.deepEqual(play(1, [...events, { type: "close" }, TIMER]).effects, []);
      assert.deepEqual(play(1, [...events, { type: "close" }, { type: "close" }]).effects, []);
    }
    assert.equal(play(1, [CONNECTED, { type: "refused", kind: "final" }]).state.phase, "shutdown");
  });
});
