import type { Outcome, Side } from "../../model/index.ts";
import type { Leg } from "../leg/leg.ts";

/** Who is in a session: two legs, or one; those that went on in another session are not. */
export class SessionParties {
  caller: Leg;
  callee: Leg | undefined;
  readonly #taken = new Set<Leg>();

  constructor(caller: Leg, callee: Leg | undefined) {
    this.caller = caller;
    this.callee = callee;
  }

  /** Those that have a dialog. */
  get legs(): readonly Leg[] {
    const legs = this.callee === undefined ? [this.caller] : [this.caller, this.callee];
    return legs.filter((leg) => leg.isVirtual !== true && !this.#taken.has(leg));
  }

  /** Undefined: it has gone on in another session, or there is none. */
  present(side: Side): Leg | undefined {
    const leg = this[side];
    return leg === undefined || this.#taken.has(leg) ? undefined : leg;
  }

  /** Which party a leg is; undefined for that of a branch that is not the callee, and for one that has gone on. */
  sideOf(leg: Leg): Side | undefined {
    if (this.#taken.has(leg)) return undefined;
    return leg === this.caller ? "caller" : leg === this.callee ? "callee" : undefined;
  }

  isTaken(leg: Leg): boolean {
    return this.#taken.has(leg);
  }

  /** Legs go on in another session. */
  take(
    legs: readonly Leg[],
    outcome: Outcome,
  ): { readonly type: "taken"; readonly sides: readonly Side[]; readonly outcome: Outcome } {
    const sides = legs.map((leg) => this.sideOf(leg)).filter((side) => side !== undefined);
    for (const leg of legs) this.#taken.add(leg);
    return { type: "taken", sides, outcome };
  }
}
