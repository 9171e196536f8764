import assert from "node:assert/strict";
import { perform, type Action } from "./actions.ts";
import type { Weather } from "./chance.ts";
import { checkEmpty, checkQuiet, checkStep } from "./invariants.ts";
import { SimulatedSwitch } from "./switch.ts";

/** What came of one simulation. */
export interface Outcome {
  /** Actions, messages, timers and operations, after each of which all was checked. */
  readonly steps: number;
  /** Events that the model of calls was told. */
  readonly events: number;
  /** How often each thing has happened. */
  readonly counts: ReadonlyMap<string, number>;
  readonly failure: Failure | undefined;
}

export interface Failure {
  readonly step: number;
  /** Of the action that came last; that of the end is the number of all. */
  readonly actionIndex: number;
  readonly error: Error;
}

/** Nothing goes on for longer, or it goes on for ever. */
const MAX_STEPS_OF_ACTION = 20_000;
const MAX_ROUNDS = 40;

/** Lets actions happen one after the other, and everybody hang up at the end. The same input gives the same outcome. */
export function simulate(
  seed: number,
  weather: Weather,
  actions: readonly Action[],
  trace?: (line: string) => void,
): Outcome {
  const run = new Run(new SimulatedSwitch(seed, weather));
  run.host.trace = trace;
  let failure: Failure | undefined;
  let index = 0;
  try {
    for (const action of actions) {
      run.act(action);
      index += 1;
    }
    run.finish();
  } catch (error) {
    failure = { step: run.steps, actionIndex: index, error: error instanceof Error ? error : new Error(String(error)) };
  }
  const { host, steps } = run;
  return { steps, events: host.features.events, counts: host.counts, failure };
}

class Run {
  steps = 0;
  readonly host: SimulatedSwitch;

  constructor(host: SimulatedSwitch) {
    this.host = host;
  }

  act(action: Action): void {
    const { agenda } = this.host;
    this.#until(agenda.nowMs + action.waitMs);
    perform(this.host, action);
    this.#checked();
  }

  /** Everybody hangs up, and all timers fire. */
  finish(): void {
    const { agenda, phones } = this.host;
    this.host.trace?.(`${agenda.nowMs} ms: everybody hangs up`);
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      for (const dialog of phones.inState("up", "inviting", "ringing")) phones.hangUp(dialog);
      this.#checked();
      if (agenda.length === 0) break;
      this.#until(agenda.nowMs + 600_000);
    }
    assert.equal(agenda.length, 0, "something is planned for ever");
    checkEmpty(this.host);
  }

  #until(endMs: number): void {
    const { agenda } = this.host;
    for (let count = 0; (agenda.nextMs ?? Infinity) <= endMs; count += 1) {
      assert.ok(count < MAX_STEPS_OF_ACTION, "it goes on for ever");
      agenda.next();
      this.#checked();
    }
    agenda.nowMs = Math.max(agenda.nowMs, endMs);
  }

  #checked(): void {
    this.steps += 1;
    checkStep(this.host);
    if (this.host.agenda.underWay === 0 && this.host.edge.isUp) checkQuiet(this.host);
  }
}
