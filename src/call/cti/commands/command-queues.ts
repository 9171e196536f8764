import type { Clock } from "../../../common/index.ts";

/** Commands that wait for their turn at one call. */
const MAX_WAITING = 32;

/** Why there is no turn: others are before it and it does not wait, too many wait, or its time is over. */
export type NoTurn = "pending" | "full" | "deadline";

/** A command's turn at all that it is about. */
export interface Turn {
  /** Lets the next one have its turn. */
  end(): void;
}

interface Ticket {
  readonly names: readonly string[];
  start: () => void;
}

export interface WaitingOptions {
  readonly waits: boolean;
  /** It waits no longer than this. */
  readonly deadlineMs?: number | undefined;
}

/** Lets commands on the same call be done one after the other; one may be about several calls. */
export class CommandQueues {
  readonly #clock: Pick<Clock, "after" | "wallMs">;
  /** By what they are about: first the one that has its turn, then those that wait. */
  readonly #tickets = new Map<string, Ticket[]>();

  constructor(clock: Pick<Clock, "after" | "wallMs">) {
    this.#clock = clock;
  }

  /** How many have their turn or wait for it, of what has most. */
  get longest(): number {
    return Math.max(0, ...[...this.#tickets.values()].map(({ length }) => length));
  }

  /** Something is being done. */
  isBusy(name: string): boolean {
    return this.#tickets.has(name);
  }

  /** Resolves when nothing else is done to any of them. */
  async turn(names: readonly string[], { waits, deadlineMs }: WaitingOptions): Promise<Turn | NoTurn> {
    const before = names.map((name) => this.#tickets.get(name)?.length ?? 0);
    if (!waits && before.some((count) => count > 0)) return "pending";
    if (before.some((count) => count > MAX_WAITING)) return "full";
    const ticket: Ticket = { names, start: () => undefined };
    for (const name of names) this.#tickets.set(name, [...(this.#tickets.get(name) ?? []), ticket]);
    if (this.#isFirst(ticket) || (await this.#waitFor(ticket, deadlineMs))) return { end: () => this.#leave(ticket) };
    return "deadline";
  }

  /** @returns false: its time was over before */
  #waitFor(ticket: Ticket, deadlineMs: number | undefined): Promise<boolean> {
    return new Promise((resolve) => {
      if (deadlineMs === undefined) {
        ticket.start = () => resolve(true);
        return;
      }
      const timer = this.#clock.after(Math.max(0, deadlineMs - this.#clock.wallMs()), () => {
        ticket.start = () => undefined;
        this.#leave(ticket);
        resolve(false);
      });
      ticket.start = () => {
        timer.cancel();
        resolve(true);
      };
    });
  }

  #isFirst(ticket: Ticket): boolean {
    return ticket.names.every((name) => this.#tickets.get(name)?.[0] === ticket);
  }

  #leave(ticket: Ticket): void {
    const next = new Set<Ticket>();
    for (const name of ticket.names) {
      const left = (this.#tickets.get(name) ?? []).filter((one) => one !== ticket);
      if (left[0] === undefined) this.#tickets.delete(name);
      else {
        this.#tickets.set(name, left);
        next.add(left[0]);
      }
    }
    for (const one of next) if (this.#isFirst(one)) one.start();
  }
}
