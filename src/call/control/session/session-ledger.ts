import type { Clock } from "../../../common/index.ts";
import { callOfSession, type Outcome } from "../../model/index.ts";
import type { TollGuards } from "../../toll/index.ts";
import type { CallCounters } from "../views/call-counters.ts";
import type { CallSession } from "./call-session.ts";
import type { CallTable } from "../call-table.ts";
import type { Leg } from "../leg/leg.ts";
import type { SessionOwner } from "./session-context.ts";

export interface SessionLedgerOptions {
  readonly table: CallTable;
  readonly counters: CallCounters;
  readonly toll: Pick<TollGuards, "move" | "end">;
  /** Told of each session that is over for its devices. */
  readonly onEnded: (session: CallSession) => void;
  /** Told of each leg that is in no session any more, or goes to another one. */
  readonly onLegGone: (leg: Leg) => void;
  /** Told after each event of a session. */
  readonly onChanged: (session: CallSession) => void;
}

/** Keeps track of sessions: where they and their legs are found, what is counted, and what is still to be written. */
export class SessionLedger implements SessionOwner<CallSession> {
  readonly #options: SessionLedgerOptions;
  readonly #unwritten = new Set<Promise<void>>();
  #onEmpty: () => void = () => undefined;

  constructor(options: SessionLedgerOptions) {
    this.#options = options;
  }

  addLeg(leg: Leg, session: CallSession): void {
    this.#options.table.addLeg(leg, session);
  }

  removeLeg(leg: Leg): void {
    this.#options.table.removeLeg(leg);
    this.#options.onLegGone(leg);
  }

  onTaken({ device }: Leg, from: CallSession, to: string): void {
    if (device.kind === "peer") this.#options.toll.move(from.callId, device.name, to);
  }

  onMoved(session: CallSession): void {
    this.#options.table.move(session);
  }

  onChanged(session: CallSession): void {
    this.#options.onChanged(session);
  }

  /** A call counts once, also where the switch rings further parties for it. */
  onAnswered(session: CallSession): void {
    if (session.call.isOriginated !== true || this.#isAlone(session)) this.#options.counters.countAnswered();
  }

  /** Where it is now, the other party has nobody to talk to. */
  onAnswerLost({ localTag }: Leg): void {
    const entry = this.#options.table.findByTag(localTag);
    const side = entry?.session.sideOf(entry.leg);
    if (side !== undefined) entry?.session.lose(side, { by: side, reason: "cancelled", status: 487, cause: 16 });
  }

  onChangeAnswerLost({ localTag }: Leg): void {
    const entry = this.#options.table.findByTag(localTag);
    const side = entry?.session.sideOf(entry.leg);
    if (side !== undefined) entry?.session.dispatch({ type: "change-answer-lost", side });
  }

  onEnded(session: CallSession, outcome: Outcome, finished: Promise<void>): void {
    const { table, toll, counters } = this.#options;
    table.end(session);
    this.#options.onEnded(session);
    toll.end(session.callId);
    // Its legs go on in another session, with which the call ends.
    if (outcome.reason !== "moved") counters.countEnded(outcome.reason);
    this.#unwritten.add(finished);
    void finished.finally(() => this.#unwritten.delete(finished));
  }

  onClosed(session: CallSession): void {
    this.#options.table.remove(session);
    if (this.#options.table.size === 0) this.#onEmpty();
  }

  /** Resolves when the records of all that has ended are written. */
  async written(): Promise<void> {
    await Promise.all(this.#unwritten);
  }

  /** Resolves when nothing is left of any session, at the latest after `withinMs`. */
  async empty(clock: Clock, withinMs: number): Promise<void> {
    if (this.#options.table.size === 0) return;
    await new Promise<void>((resolve) => {
      const timer = clock.after(withinMs, resolve);
      this.#onEmpty = () => {
        timer.cancel();
        resolve();
      };
    });
  }

  #isAlone({ callId }: CallSession): boolean {
    const own = callOfSession(callId);
    return !this.#options.table.sessions.some((other) => {
      return other.callId !== callId && callOfSession(other.callId) === own && other.call.state === "established";
    });
  }
}
