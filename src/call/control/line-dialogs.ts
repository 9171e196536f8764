import { createHash } from "node:crypto";
import type { Party } from "../model/index.ts";
import type { CallSession } from "./call-session.ts";
import type { LegDevice } from "./leg.ts";
import type { LineDialog, LineStates } from "./line-states.ts";

/** What dialogs are made of; the session itself. */
export type WatchedSession = Pick<CallSession, "callId" | "call" | "progress">;

/** What a session was when its dialogs were made: as long as it is the same, they are. */
interface Seen {
  readonly call: Pick<WatchedSession["call"], "state" | "caller" | "callee" | "branches">;
  readonly callees: readonly LegDevice[];
  readonly dialogs: ReadonlyMap<string, LineDialog>;
}

/**
 * The dialogs of lines, from the sessions of call control, and of park numbers, from whoever parks. Bounded by the calls
 * that there are: each is on its caller's line and on those that it is offered to.
 */
export class LineDialogs implements LineStates {
  /** By line, then by call. */
  readonly #lines = new Map<string, Map<string, LineDialog>>();
  readonly #seen = new Map<string, Seen>();
  readonly #parked = new Map<string, readonly LineDialog[]>();
  #listener: (line: string) => void = () => undefined;

  dialogsOf(line: string): readonly LineDialog[] {
    return [...(this.#lines.get(line)?.values() ?? []), ...(this.#parked.get(line) ?? [])];
  }

  onChanged(listener: (line: string) => void): void {
    this.#listener = listener;
  }

  /** Takes up what a session is now; one that has ended is no dialog any more. */
  update(session: WatchedSession): void {
    const { callId, call, progress } = session;
    const seen = this.#seen.get(callId);
    if (seen !== undefined && isSame(seen, session)) return;
    const dialogs = dialogsIn(session, seen?.dialogs);
    if (dialogs.size === 0) this.#seen.delete(callId);
    else this.#seen.set(callId, { call, callees: progress.callees, dialogs });
    const changed = changedLines(seen?.dialogs ?? new Map(), dialogs);
    for (const line of changed) this.#set(line, callId, dialogs.get(line));
    for (const line of changed) this.#listener(line);
  }

  /** Takes up what is parked on a number, such as `701@internal`; nothing: it is free. */
  setParked(number: string, dialogs: readonly LineDialog[]): void {
    if (dialogs.length === 0 && !this.#parked.has(number)) return;
    if (dialogs.length === 0) this.#parked.delete(number);
    else this.#parked.set(number, dialogs);
    this.#listener(number);
  }

  #set(line: string, callId: string, dialog: LineDialog | undefined): void {
    const calls = this.#lines.get(line) ?? new Map<string, LineDialog>();
    if (dialog === undefined) calls.delete(callId);
    else calls.set(callId, dialog);
    if (calls.size === 0) this.#lines.delete(line);
    else this.#lines.set(line, calls);
  }
}

function isSame({ call: before, callees }: Seen, { call, progress }: WatchedSession): boolean {
  return (
    before.state === call.state &&
    before.caller === call.caller &&
    before.callee === call.callee &&
    before.branches === call.branches &&
    callees === progress.callees
  );
}

/** By line. On a call from a line to itself the one that calls stands for both. */
function dialogsIn(
  { callId, call, progress }: WatchedSession,
  before: ReadonlyMap<string, LineDialog> = new Map(),
): Map<string, LineDialog> {
  const { caller, callee, callees } = progress;
  const dialogs = new Map<string, LineDialog>();
  if (call.state === "disconnected") return dialogs;
  for (const { line } of callees) {
    if (line === undefined) continue;
    dialogs.set(line, {
      id: idOf(callId, "recipient", line, before),
      state: stateOfCallee(call),
      direction: "recipient",
      ...holding(call.callee, call.caller),
      remote: caller,
    });
  }
  if (caller.line === undefined) return dialogs;
  return dialogs.set(caller.line, {
    id: idOf(callId, "initiator", caller.line, before),
    state: stateOfCaller(call),
    direction: "initiator",
    ...holding(call.caller, call.callee),
    remote: callee ?? { number: progress.calledNumber },
  });
}

function holding(own: Party, other: Party): Pick<LineDialog, "isHolding" | "isHeld"> {
  return { isHolding: own.isHolding, isHeld: other.isHolding };
}

function stateOfCallee({ callee, branches }: WatchedSession["call"]): LineDialog["state"] {
  if (callee.connection === "established") return "confirmed";
  return branches.some(({ state }) => state === "alerting") ? "early" : "trying";
}

function stateOfCaller({ state, branches }: WatchedSession["call"]): LineDialog["state"] {
  if (state === "established") return "confirmed";
  if (state !== "initiated") return "early";
  return branches.length === 0 ? "trying" : "proceeding";
}

/** Nobody who watches learns the Call-ID or tags of a dialog of others. Made once: it takes longer than all the rest. */
function idOf(
  callId: string,
  direction: LineDialog["direction"],
  line: string,
  before: ReadonlyMap<string, LineDialog>,
): string {
  const known = before.get(line);
  if (known?.direction === direction) return known.id;
  return createHash("sha256").update(`${callId} ${direction} ${line}`).digest("hex").slice(0, 20);
}

function changedLines(before: ReadonlyMap<string, LineDialog>, after: ReadonlyMap<string, LineDialog>): string[] {
  const lines = new Set([...before.keys(), ...after.keys()]);
  return [...lines].filter((line) => !isSameDialog(before.get(line), after.get(line)));
}

function isSameDialog(one: LineDialog | undefined, other: LineDialog | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  return (
    one.id === other.id &&
    one.state === other.state &&
    one.isHolding === other.isHolding &&
    one.isHeld === other.isHeld &&
    one.remote?.number === other.remote?.number
  );
}
