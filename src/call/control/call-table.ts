import type { LineLimits } from "../device/index.ts";
import { linesOf } from "./call-devices.ts";
import type { CallSession } from "./session/call-session.ts";
import type { Leg } from "./leg/leg.ts";

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

/** Calls of a line that have not ended; one from the line to itself is one session and counts twice. */
interface LineCalls {
  count: number;
  readonly sessions: Set<CallSession>;
}

/** Ended calls that a device may leave behind, beside as many as it may have: what it does not answer takes half a minute. */
const MAX_LINGERING = 32;

/** All calls of this process, by id, by leg and by device. Bounded by those who add to it. */
export class CallTable {
  readonly #sessions = new Map<string, CallSession>();
  readonly #legs = new Map<string, LegEntry>();
  readonly #byTag = new Map<string, LegEntry>();
  readonly #devices = new Map<string, DeviceCalls>();
  /** What is counted for each call. */
  readonly #counted = new Map<CallSession, { names: readonly string[]; lines: readonly string[]; isActive: boolean }>();
  readonly #lines = new Map<string, LineCalls>();
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

  /** By the tag that we have given it. */
  findByTag(localTag: string): LegEntry | undefined {
    return this.#byTag.get(localTag);
  }

  /** Calls of a device, as either party, of which something is left. */
  sessionsOf(deviceName: string): readonly CallSession[] {
    return [...(this.#devices.get(deviceName)?.unclosed ?? [])];
  }

  /** Calls of a device, as either party, that have not ended. */
  callsOf(deviceName: string): number {
    return this.#devices.get(deviceName)?.active ?? 0;
  }

  /** True when a device has, as either party, all the calls it may have, or leaves too many ended ones behind. */
  isBusy({ name, maxCalls }: Limited): boolean {
    const { active, unclosed } = this.#devices.get(name) ?? { active: 0, unclosed: { size: 0 } };
    return active >= maxCalls || unclosed.size >= 2 * maxCalls + MAX_LINGERING;
  }

  /** Calls of a line (`1001@internal`) that have not ended, on all its devices; one from the line to itself counts twice. */
  callsOnLine(line: string): number {
    return this.#lines.get(line)?.count ?? 0;
  }

  /** The same calls. */
  sessionsOnLine(line: string): readonly CallSession[] {
    return [...(this.#lines.get(line)?.sessions ?? [])];
  }

  /** True when a line may have no more calls: of those to it, or of those from it. */
  isLineBusy({ line, lineLimits }: LimitedLine, direction: "to" | "from"): boolean {
    if (lineLimits === undefined) return false;
    return this.callsOnLine(line) >= (direction === "to" ? lineLimits.busyTrigger : lineLimits.maxCalls);
  }

  add(session: CallSession): void {
    this.#sessions.set(session.callId, session);
    this.#active += 1;
    this.#count(session, session.occupies, linesOf(session.progress), true);
  }

  /** The call is at other devices than it was. */
  move(session: CallSession): void {
    const counted = this.#counted.get(session);
    if (counted === undefined) return;
    this.#count(session, session.occupies, linesOf(session.progress), counted.isActive);
  }

  addLeg(leg: Leg, session: CallSession): void {
    const entry = { leg, session };
    this.#legs.set(leg.dialogId, entry);
    this.#byTag.set(leg.localTag, entry);
  }

  removeLeg(leg: Leg): void {
    if (this.#legs.get(leg.dialogId)?.leg === leg) this.#legs.delete(leg.dialogId);
    if (this.#byTag.get(leg.localTag)?.leg === leg) this.#byTag.delete(leg.localTag);
  }

  /** The call counts no longer, though messages of it may still come. */
  end(session: CallSession): void {
    this.#active -= 1;
    const { names, lines } = this.#counted.get(session) ?? { names: [], lines: [] };
    this.#count(session, names, lines, false);
  }

  remove(session: CallSession): void {
    this.#sessions.delete(session.callId);
    this.#uncount(session);
  }

  #count(session: CallSession, names: readonly string[], lines: readonly string[], isActive: boolean): void {
    const before = this.#counted.get(session);
    this.#counted.set(session, { names, lines, isActive });
    if (before?.isActive === true) this.#leaveLines(session, before.lines);
    if (isActive) this.#enterLines(session, lines);
    for (const name of names) {
      const device = this.#devices.get(name) ?? { active: 0, unclosed: new Set<CallSession>() };
      if (isActive) device.active += 1;
      device.unclosed.add(session);
      this.#devices.set(name, device);
    }
    if (before === undefined) return;
    for (const name of before.names) {
      const device = this.#devices.get(name);
      if (before.isActive && device !== undefined) device.active -= 1;
      if (!names.includes(name)) this.#forget(session, name);
    }
  }

  #enterLines(session: CallSession, lines: readonly string[]): void {
    for (const line of lines) {
      const calls = this.#lines.get(line) ?? { count: 0, sessions: new Set() };
      calls.count += 1;
      calls.sessions.add(session);
      this.#lines.set(line, calls);
    }
  }

  #leaveLines(session: CallSession, lines: readonly string[]): void {
    for (const line of lines) {
      const calls = this.#lines.get(line);
      if (calls === undefined) continue;
      calls.count -= 1;
      calls.sessions.delete(session);
      if (calls.count <= 0) this.#lines.delete(line);
    }
  }

  #uncount(session: CallSession): void {
    const { names, lines, isActive } = this.#counted.get(session) ?? { names: [], lines: [], isActive: false };
    this.#counted.delete(session);
    if (isActive) this.#leaveLines(session, lines);
    for (const name of names) {
      const device = this.#devices.get(name);
      if (isActive && device !== undefined) device.active -= 1;
      this.#forget(session, name);
    }
  }

  #forget(session: CallSession, name: string): void {
    const device = this.#devices.get(name);
    device?.unclosed.delete(session);
    if (device?.unclosed.size === 0) this.#devices.delete(name);
  }
}
