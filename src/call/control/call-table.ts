import type { CallSession } from "./call-session.ts";
import type { Leg } from "./leg.ts";

/** Where a leg is to be found. */
export interface LegEntry {
  readonly leg: Leg;
  readonly session: CallSession;
}

/** All calls of this process, by id, by leg and by device. Bounded by those who add to it. */
export class CallTable {
  readonly #sessions = new Map<string, CallSession>();
  readonly #legs = new Map<string, LegEntry>();
  readonly #calls = new Map<string, number>();
  /** Calls that have not ended. */
  #active = 0;

  get active(): number {
    return this.#active;
  }

  get size(): number {
    return this.#sessions.size;
  }

  get legCount(): number {
    return this.#legs.size;
  }

  get sessions(): readonly CallSession[] {
    return [...this.#sessions.values()];
  }

  get(callId: string): CallSession | undefined {
    return this.#sessions.get(callId);
  }

  findLeg(dialogId: string): LegEntry | undefined {
    return this.#legs.get(dialogId);
  }

  /** Calls that a device has, as either party. */
  callsOf(device: string): number {
    return this.#calls.get(device) ?? 0;
  }

  add(session: CallSession): void {
    this.#sessions.set(session.callId, session);
    this.#active += 1;
    for (const device of devicesOf(session)) this.#calls.set(device, this.callsOf(device) + 1);
  }

  addLeg(leg: Leg, session: CallSession): void {
    this.#legs.set(leg.dialogId, { leg, session });
  }

  removeLeg(leg: Leg): void {
    if (this.#legs.get(leg.dialogId)?.leg === leg) this.#legs.delete(leg.dialogId);
  }

  /** The call counts no longer, though messages of it may still come. */
  end(session: CallSession): void {
    this.#active -= 1;
    for (const device of devicesOf(session)) {
      const left = this.callsOf(device) - 1;
      if (left > 0) this.#calls.set(device, left);
      else this.#calls.delete(device);
    }
  }

  remove(session: CallSession): void {
    this.#sessions.delete(session.callId);
  }
}

function devicesOf({ progress }: CallSession): string[] {
  const { caller, callee } = progress;
  return callee === undefined ? [caller.name] : [caller.name, callee.name];
}
