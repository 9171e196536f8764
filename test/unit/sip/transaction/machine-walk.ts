import type { TimerSettings } from "../../../../src/sip/transaction/timer/timer-settings.ts";

/** A step of any of the four machines. */
export interface MachineStep<Tx, Effect> {
  readonly tx: Tx;
  readonly effects: readonly Effect[];
}

export const TIMERS: TimerSettings = { t1Ms: 500, t2Ms: 4_000, t4Ms: 5_000 };

/** Feeds events one after the other; gives the last step. */
export function walk<Tx, Event, Effect>(
  start: Tx,
  step: (tx: Tx, event: Event) => MachineStep<Tx, Effect>,
  events: readonly Event[],
): MachineStep<Tx, Effect> {
  return events.reduce<MachineStep<Tx, Effect>>((last, event) => step(last.tx, event), { tx: start, effects: [] });
}

/** All steps on the way, each with the event that caused it and the state before it. */
export function trace<Tx, Event, Effect>(
  start: Tx,
  step: (tx: Tx, event: Event) => MachineStep<Tx, Effect>,
  events: readonly Event[],
): { readonly before: Tx; readonly event: Event; readonly after: Tx; readonly effects: readonly Effect[] }[] {
  let tx = start;
  return events.map((event) => {
    const before = tx;
    const { tx: after, effects } = step(before, event);
    tx = after;
    return { before, event, after, effects };
  });
}

/** Names of effects, in order: `send-ack`, `start-timer d 32000`, `ended done`. */
export function namesOf(effects: readonly object[]): string[] {
  return effects.map((effect) =>
    Object.entries(effect)
      .filter(([key]) => key !== "text" && key !== "again")
      .map(([, value]) => String(value))
      .join(" "),
  );
}
