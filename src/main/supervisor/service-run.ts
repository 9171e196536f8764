/** Life of one service under the supervisor. `waiting`: it died and starts again after a delay. */
export interface ServiceRun {
  readonly phase: "stopped" | "starting" | "ready" | "waiting" | "stopping";
  /** Starts after the first. */
  readonly restarts: number;
  /** Deaths since it last ran for `STABLE_MS`; picks the delay. */
  readonly deaths: number;
  /** What follows when a stopping process has ended. */
  readonly then: "stay-stopped" | "start-again";
}

export type RunEvent =
  | { readonly type: "start" }
  /** A running process of an earlier supervisor is taken over. */
  | { readonly type: "adopt" }
  | { readonly type: "ready" }
  | { readonly type: "exited" }
  | { readonly type: "stop" }
  | { readonly type: "restart" }
  | { readonly type: "timer"; readonly timer: RunTimer };

/** `delay`: before the next start; `stable`: until deaths are forgotten; `deadline`: for a start or a stop. */
export type RunTimer = "delay" | "stable" | "deadline";

export type RunEffect =
  | { readonly type: "spawn" }
  | { readonly type: "ask-to-stop"; readonly purpose: "restart" | "shutdown" }
  | { readonly type: "kill" }
  | { readonly type: "start-timer"; readonly timer: RunTimer; readonly delayMs: number }
  | { readonly type: "cancel-timers" };

type Step = { readonly run: ServiceRun; readonly effects: readonly RunEffect[] };

const FIRST_DELAY_MS = 250;
const MAX_DELAY_MS = 10_000;
const STABLE_MS = 30_000;
const START_DEADLINE_MS = 20_000;
const STOP_DEADLINE_MS = 8_000;

export const initialRun: ServiceRun = { phase: "stopped", restarts: 0, deaths: 0, then: "stay-stopped" };

/** Advances one service. Pure: the caller performs the effects in order. */
export function step(run: ServiceRun, event: RunEvent): Step {
  switch (event.type) {
    case "start":
      return run.phase === "stopped" ? startProcess(run) : { run, effects: [] };
    case "adopt":
      if (run.phase !== "stopped") return { run, effects: [] };
      return { run: { ...run, phase: "starting" }, effects: [deadline(START_DEADLINE_MS)] };
    case "ready":
      if (run.phase !== "starting") return { run, effects: [] };
      return {
        run: { ...run, phase: "ready" },
        effects: [{ type: "cancel-timers" }, { type: "start-timer", timer: "stable", delayMs: STABLE_MS }],
      };
    case "exited":
      return afterExit(run);
    case "stop":
      return stopProcess(run, "stay-stopped");
    case "restart":
      return stopProcess(run, "start-again");
    case "timer":
      return afterTimer(run, event.timer);
  }
}

function afterExit(run: ServiceRun): Step {
  if (run.phase === "stopped" || run.phase === "waiting") return { run, effects: [] };
  if (run.phase === "stopping") {
    const ended: ServiceRun = { ...run, phase: "stopped", deaths: 0 };
    return run.then === "start-again" ? startAgain(ended) : { run: ended, effects: [{ type: "cancel-timers" }] };
  }
  const died: ServiceRun = { ...run, phase: "waiting", deaths: run.deaths + 1 };
  if (run.deaths === 0) return startAgain(died);
  const delayMs = Math.min(FIRST_DELAY_MS * 2 ** (run.deaths - 1), MAX_DELAY_MS);
  return { run: died, effects: [{ type: "cancel-timers" }, { type: "start-timer", timer: "delay", delayMs }] };
}

function afterTimer(run: ServiceRun, timer: RunTimer): Step {
  if (timer === "delay" && run.phase === "waiting") return startAgain(run);
  if (timer === "stable" && run.phase === "ready") return { run: { ...run, deaths: 0 }, effects: [] };
  const isOverdue = timer === "deadline" && (run.phase === "starting" || run.phase === "stopping");
  return { run, effects: isOverdue ? [{ type: "kill" }] : [] };
}

function stopProcess(run: ServiceRun, then: ServiceRun["then"]): Step {
  if (run.phase === "stopped" || run.phase === "waiting") {
    const idle: ServiceRun = { ...run, phase: "stopped", deaths: 0 };
    if (then === "start-again") return run.phase === "waiting" ? startAgain(idle) : startProcess(idle);
    return { run: idle, effects: [{ type: "cancel-timers" }] };
  }
  if (run.phase === "stopping") return { run: { ...run, then }, effects: [] };
  return {
    run: { ...run, phase: "stopping", then },
    effects: [
      { type: "cancel-timers" },
      { type: "ask-to-stop", purpose: then === "start-again" ? "restart" : "shutdown" },
      deadline(STOP_DEADLINE_MS),
    ],
  };
}

function startAgain(run: ServiceRun): Step {
  return startProcess({ ...run, restarts: run.restarts + 1 });
}

function startProcess(run: ServiceRun): Step {
  return {
    run: { ...run, phase: "starting" },
    effects: [{ type: "cancel-timers" }, { type: "spawn" }, deadline(START_DEADLINE_MS)],
  };
}

function deadline(delayMs: number): RunEffect {
  return { type: "start-timer", timer: "deadline", delayMs };
}
