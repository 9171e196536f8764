import { compileDialPlan, DIAL_PLAN_KINDS, readDialPlan, type DialPlan } from "../../call/digit-analysis/index.ts";
import type { ConfigurationMirror, TouchedObjects } from "../../database/index.ts";

/** The dial plan of call control, which follows the configuration while calls go on. */
export class FollowedDialPlan {
  readonly #mirror: ConfigurationMirror;
  #plan: DialPlan;

  constructor(mirror: ConfigurationMirror) {
    this.#mirror = mirror;
    this.#plan = compileDialPlan(readDialPlan(mirror));
  }

  get plan(): DialPlan {
    return this.#plan;
  }

  /** Compiles anew what a change touches. */
  takeUp(touched: TouchedObjects): void {
    if (DIAL_PLAN_KINDS.some((kind) => touched.has(kind)))
      this.#plan = this.#plan.recompile(readDialPlan(this.#mirror));
  }
}
