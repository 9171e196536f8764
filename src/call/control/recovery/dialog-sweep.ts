import type { Clock, Logger, Timer } from "../../../common/index.ts";
import type { CallSession } from "../session/call-session.ts";
import type { SessionDialogs } from "../session/session-dialogs.ts";

/** What a sweep needs of a call. */
export type SweptCall = Pick<CallSession, "call" | "findEdge"> & { readonly dialogs: Pick<SessionDialogs, "lose"> };

export interface DialogSweepOptions {
  readonly clock: Clock;
  readonly logger: Logger;
}

const TICK_MS = 100;
/** Each call takes an INVITE for each of its parties: 40 a second. */
const CALLS_A_TICK = 2;
/** Calls whose parties have not both answered; parties that are gone take half a minute. */
const MAX_UNDER_WAY = 100;
const TELL_EVERY_TICKS = 50;

/**
 * After each connection to a stock drachtio server, which knows our dialogs no more, or has them for a process that is
 * gone: sends the parties of each call an INVITE, some a second, by which it knows them again. Calls whose parties do
 * not take it end.
 */
export class DialogSweep {
  readonly #options: DialogSweepOptions;
  #waiting: SweptCall[] = [];
  #underWay: SweptCall[] = [];
  #counts = { calls: 0, renewed: 0, ended: 0 };
  #ticks = 0;
  #timer: Timer | undefined;

  constructor(options: DialogSweepOptions) {
    this.#options = options;
  }

  /** @param sessions of established calls */
  start(sessions: readonly SweptCall[]): void {
    this.stop();
    if (sessions.length === 0) return;
    // Also of calls that end before it is their turn the server has lost the dialogs.
    for (const session of sessions) session.dialogs.lose();
    this.#waiting = [...sessions];
    this.#underWay = [];
    this.#counts = { calls: sessions.length, renewed: 0, ended: 0 };
    this.#ticks = 0;
    this.#options.logger.warn("dialogs are renewed: the server may have lost them", { calls: sessions.length });
    this.#tick();
  }

  /** Begins no more; what is under way goes on. */
  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #tick(): void {
    this.#count();
    const free = Math.min(CALLS_A_TICK, MAX_UNDER_WAY - this.#underWay.length);
    for (const session of this.#waiting.splice(0, Math.max(0, free))) {
      this.#underWay.push(session);
      session.findEdge(true);
    }
    this.#ticks += 1;
    const left = this.#waiting.length + this.#underWay.length;
    if (left === 0) {
      this.#timer = undefined;
      this.#options.logger.info("dialogs are renewed", this.#counts);
      return;
    }
    if (this.#ticks % TELL_EVERY_TICKS === 0) this.#options.logger.info("renewing dialogs", { ...this.#counts, left });
    this.#timer = this.#options.clock.after(TICK_MS, () => this.#tick());
  }

  #count(): void {
    const underWay: SweptCall[] = [];
    for (const session of this.#underWay) {
      const { state, needsResync } = session.call;
      if (state !== "established") this.#counts.ended += 1;
      else if (needsResync === "no") this.#counts.renewed += 1;
      else underWay.push(session);
    }
    this.#underWay = underWay;
  }
}
