import assert from "node:assert/strict";
import { HUNT_TRANSITIONS } from "../../src/call/model/features/hunt-state.ts";
import { MAKE_CALL_TRANSITIONS } from "../../src/call/model/features/make-call-state.ts";
import { PARK_TRANSITIONS } from "../../src/call/model/features/park-state.ts";
import { PICKUP_TRANSITIONS } from "../../src/call/model/features/pickup-state.ts";
import { TRANSFER_TRANSITIONS } from "../../src/call/model/features/transfer-state.ts";
import type { World } from "../../src/call/model/index.ts";

type Figure = Readonly<Record<string, readonly string[]>>;
type TableOf<State> = {
  readonly [Key in keyof World]: World[Key] extends Map<string, State> ? Key : never;
}[keyof World];

/** The figures of features whose tables have a state; a new one is an entry here. */
const FIGURES: Partial<Record<TableOf<{ readonly state: string }>, Figure>> = {
  transfers: TRANSFER_TRANSITIONS,
  parked: PARK_TRANSITIONS,
  pickups: PICKUP_TRANSITIONS,
  queued: HUNT_TRANSITIONS,
  madeCalls: MAKE_CALL_TRANSITIONS,
};

/** What the tables of features were after the last event, against what they are after the next one. */
export class FeatureStates {
  readonly #before = new Map<string, string>();

  /** To be called after each event. @throws {AssertionError} when a state follows that the figure does not have */
  watch(world: World): void {
    const now = new Map<string, string>();
    for (const [name, figure] of Object.entries(FIGURES)) {
      const table = world[name as keyof typeof FIGURES] as ReadonlyMap<string, { readonly state: string }>;
      for (const [id, { state }] of table) {
        const key = `${name} ${id}`;
        now.set(key, state);
        const before = this.#before.get(key);
        if (before === undefined || before === state) continue;
        assert.ok(isBetween(figure, before, state), `${key}: ${before} to ${state} is no transition`);
      }
    }
    this.#before.clear();
    for (const [key, state] of now) this.#before.set(key, state);
  }
}

/** One event may do two steps. */
function isBetween(figure: Figure, before: string, after: string): boolean {
  const next = figure[before] ?? [];
  return next.includes(after) || next.some((one) => figure[one]?.includes(after));
}
