import assert from "node:assert/strict";
import fc from "fast-check";
import { initialRun, step, type RunEvent, type ServiceRun } from "../../../src/main/supervisor/service-run.ts";

/** Takes events in order; returns the last state and its effects in short. */
function after(...events: readonly (RunEvent["type"] | RunEvent)[]): { run: ServiceRun; effects: string[] } {
  let run = initialRun;
  let effects: string[] = [];
  for (const event of events) {
    const result = step(run, typeof event === "string" ? ({ type: event } as RunEvent) : event);
    run = result.run;
    effects = result.effects.map((effect) => {
      if (effect.type === "start-timer") return `${effect.timer} ${effect.delayMs}`;
      return effect.type === "ask-to-stop" ? `ask-to-stop ${effect.purpose}` : effect.type;
    });
  }
  return { run, effects };
}
const delayOver: RunEvent = { type: "timer", timer: "delay" };
const stable: RunEvent = { type: "timer", timer: "stable" };
const overdue: RunEvent = { type: "timer", timer: "deadline" };

describe("service run", () => {
  it("given a stopped service, when started, then its process is spawned with a deadline", () => {
    const { run, effects } = after("start");
    assert.equal(run.phase, "starting");
    assert.deepEqual(effects, ["cancel-timers", "spawn", "deadline 20000"]);
  });

  it("given a running process of before, when adopted, then nothing is spawned and it must show itself ready", () => {
    const { run, effects } = after("adopt");
    assert.equal(run.phase, "starting");
    assert.deepEqual(effects, ["deadline 20000"]);
    assert.equal(after("adopt", "ready").run.phase, "ready");
  });

  it("given a starting service, when it is ready, then it counts as stable after 30 seconds", () => {
    const { run, effects } = after("start", "ready");
    assert.equal(run.phase, "ready");
    assert.deepEqual(effects, ["cancel-timers", "stable 30000"]);
  });

  it("given a ready service, when it dies the first time, then it is started again at once", () => {
    const { run, effects } = after("start", "ready", "exited");
    assert.deepEqual([run.phase, run.restarts, run.deaths], ["starting", 1, 1]);
    assert.ok(effects.includes("spawn"));
  });

  it("given a service that dies again and again, when it dies, then the delay doubles from 0.25 to 10 seconds", () => {
    const events: (RunEvent["type"] | RunEvent)[] = ["start", "exited"];
    const delays: string[] = [];
    for (let death = 0; death < 8; death += 1) {
      events.push("exited");
      const { run, effects } = after(...events);
      assert.equal(run.phase, "waiting");
      delays.push(effects.at(-1) ?? "");
      events.push(delayOver);
    }
    assert.deepEqual(
      delays,
      [250, 500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000].map((delayMs) => `delay ${delayMs}`),
    );
  });

  it("given deaths before, when it ran for 30 seconds, then the next death is again followed by a start at once", () => {
    const { run } = after("start", "exited", "exited", delayOver, "ready", stable);
    assert.equal(run.deaths, 0);
    assert.equal(step(run, { type: "exited" }).run.phase, "starting");
  });

  it("given a start that takes too long, when the deadline passes, then the process is killed", () => {
    assert.deepEqual(after("start", overdue).effects, ["kill"]);
    assert.deepEqual(after("start", "ready", overdue).effects, []);
  });

  it("given a ready service, when stopped, then it is asked to, killed when overdue, and stays stopped", () => {
    assert.deepEqual(after("start", "ready", "stop").effects, [
      "cancel-timers",
      "ask-to-stop shutdown",
      "deadline 8000",
    ]);
    assert.deepEqual(after("start", "ready", "stop", overdue).effects, ["kill"]);
    const { run, effects } = after("start", "ready", "stop", "exited");
    assert.equal(run.phase, "stopped");
    assert.deepEqual(effects, ["cancel-timers"]);
  });

  it("given a ready service, when restarted, then it is asked to stop for a restart and then started", () => {
    assert.deepEqual(after("start", "ready", "restart").effects, [
      "cancel-timers",
      "ask-to-stop restart",
      "deadline 8000",
    ]);
    const { run, effects } = after("start", "ready", "restart", "exited");
    assert.deepEqual([run.phase, run.restarts], ["starting", 1]);
    assert.ok(effects.includes("spawn"));
  });

  it("given a restart under way, when the node stops, then it stays stopped", () => {
    assert.equal(after("start", "ready", "restart", "stop", "exited").run.phase, "stopped");
  });

  it("given a service that waits to be started again, when stopped, then it never starts", () => {
    const { run, effects } = after("start", "exited", "exited", "stop");
    assert.equal(run.phase, "stopped");
    assert.deepEqual(effects, ["cancel-timers"]);
    assert.equal(step(run, delayOver).run.phase, "stopped");
  });

  it("given a service that waits to be started again, when restarted, then it starts at once and without blame", () => {
    const { run, effects } = after("start", "exited", "exited", "restart");
    assert.deepEqual([run.phase, run.deaths, run.restarts], ["starting", 0, 2]);
    assert.ok(effects.includes("spawn"));
  });

  it("given events that mean nothing in a state, when taken, then nothing changes", () => {
    for (const events of [
      ["ready"],
      ["exited"],
      ["start", "start"],
      ["start", "adopt"],
      ["start", "ready", "ready"],
    ] as const) {
      const before = after(...events.slice(0, -1));
      const last = after(...events);
      assert.deepEqual(last.run, before.run);
      assert.deepEqual(last.effects, []);
    }
  });

  it("given any order of events, when taken, then processes are spawned only when none runs", () => {
    const event = fc.oneof(
      fc.constantFrom<RunEvent>({ type: "start" }, { type: "ready" }, { type: "stop" }, { type: "restart" }),
      fc.constantFrom<RunEvent>(delayOver, stable, overdue, { type: "exited" }),
    );
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), (events) => {
        let run = initialRun;
        let running = false;
        for (const next of events) {
          if (next.type === "exited" && !running) continue;
          if (next.type === "exited") running = false;
          const result = step(run, next);
          run = result.run;
          for (const effect of result.effects) {
            if (effect.type === "spawn") {
              assert.equal(running, false);
              running = true;
            }
            if (effect.type === "kill" || effect.type === "ask-to-stop") assert.equal(running, true);
          }
          assert.equal(running, run.phase === "starting" || run.phase === "ready" || run.phase === "stopping");
        }
      }),
    );
  });
});
