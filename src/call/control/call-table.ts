import type { LineLimits } from "../device/index.ts";
import type { CallSession } from "./call-session.ts";
import type { Leg } from "./leg.ts";

/** Where a leg is to be found. */
export interface LegEntry {
  readonly leg: Leg;
  readonly session: CallSession;
}

/** A device and how many calls it may have at a time. */
interface Limited {
  readonly name: string;
  readonly maxCalls: number;
}

/** A line, and how many calls it may have. */
interface LimitedLine {
  readonly line: string;
  readonly lineLimits?: LineLimits;
}

interface DeviceCalls {
  active: number;
  /** Of which something is left, ended ones included. */
  readonly unclosed: Set<CallSession>;
}

/** Ended calls that a device may leave behind, beside as many as it may have: what it does not answer takes half a minute. */
const MAX_LINGERING = 32;

/** All calls of this process, by id, by leg and by device. Bounded by those who add to it. */
export class CallTable {
  readonly #sessions = new Map<string, CallSession>();
  readonly #legs = new Map<string, LegEntry>();
  readonly #devices = new Map<string, DeviceCalls>();
  /** Calls of each line that have not ended; one from the line to itself is there twice. */
  readonly #lines = new Map<string, readonly CallSession[]>();
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

  /** Calls of a device, as either party, of which something is left. */
  sessionsOf(deviceName: string): readonly CallSession[] {
    return [...(this.#devices.get(deviceName)?.unclosed ?? [])];
  }

  /** True when a device has, as either party, all the calls it may have, or leaves too many ended ones behind. */
  isBusy({ name, maxCalls }: Limited): boolean {
    const { active, unclosed } = this.#devices.get(name) ?? { active: 0, unclosed: { size: 0 } };
    return active >= maxCalls || unclosed.size >= 2 * maxCalls + MAX_LINGERING;
  }

  /** Calls of a device that have not ended. */
  callsOf(deviceName: string): number {
    return this.#devices.get(deviceName)?.active ?? 0;
  }

  /** Calls of a line (`1001@internal`) that have not ended, on all its devices; one from the line to itself is there twice. */
  sessionsOnLine(line: string): readonly CallSession[] {
    return this.#lines.get(line) ?? [];
  }

  /** True when a line may have no more calls: of those to it, or of those from it. */
  isLineBusy({ line, lineLimits }: LimitedLine, direction: "to" | "from"): boolean {
    if (lineLimits === undefined) return false;
    return this.sessionsOnLine(line).length >= (direction === "to" ? lineLimits.busyTrigger : lineLimits.maxCalls);
  }

  add(session: CallSession): void {
    this.#sessions.set(session.callId, session);
    this.#active += 1;
    for (const name of devicesOf(session)) {
      const device = this.#devices.get(name) ?? { active: 0, unclosed: new Set<CallSession>() };
      device.active += 1;
      device.unclosed.add(session);
      this.#devices.set(name, device);
    }
    for (const line of linesOf(session)) this.#lines.set(line, [...this.sessionsOnLine(line), session]);
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
    for (const name of devicesOf(session)) {
      const device = this.#devices.get(name);
      if (device !== undefined) device.active -= 1;
    }
    for (const line of linesOf(session)) {
      const sessions = this.sessionsOnLine(line);
      const others = sessions.toSpliced(sessions.indexOf(session), 1);
      if (others.length > 0) this.#lines.set(line, others);
      else this.#lines.delete(line);
    }
  }

  remove(session: CallSession): void {
    this.#sessions.delete(session.callId);
    for (const name of devicesOf(session)) {
      const device = this.#devices.get(name);
      if (device === undefined) continue;
      device.unclosed.delete(session);
      if (device.unclosed.size === 0) this.#devices.delete(name);
    }
  }
}

function devicesOf({ progress }: CallSession): string[] {
  const { caller, callee } = progress;
  return callee === undefined ? [caller.name] : [caller.name, callee.name];
}

function linesOf({ progress: { caller, callee } }: CallSession): string[] {
  return [caller.line, callee?.line].filter((line) => line !== undefined);
}
