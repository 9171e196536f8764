import { hash } from "node:crypto";
import { otherSide, type Side } from "../../model/index.ts";
import type { CallSession } from "../session/call-session.ts";
import type { HoldLog } from "../session/hold-log.ts";
import type { Leg, LegDevice } from "../leg/leg.ts";
import type { LineDialog, LineStates } from "./line-states.ts";

/** What dialogs are made of; the session itself. */
export type WatchedSession = Pick<CallSession, "callId" | "call" | "progress" | "leg">;

/** What stays the same of a dialog, whatever session it goes through. */
type Identity = Pick<LineDialog, "id" | "direction">;

type Holding = Pick<LineDialog, "isHolding" | "isHeld">;

const NONE: ReadonlyMap<string, LineDialog> = new Map();

/** What a session was when its dialogs were made: as long as it is the same, they are. */
interface Seen {
  readonly call: Pick<WatchedSession["call"], "state" | "caller" | "callee" | "branches">;
  readonly callees: readonly LegDevice[];
  readonly holds: HoldLog["holds"] | undefined;
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
  /** Of dialogs that are answered. */
  readonly #identities = new WeakMap<Leg, Identity>();
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
    if (seen === undefined ? !isOnLine(session) : isSame(seen, session)) return;
    const before = seen?.dialogs ?? NONE;
    const dialogs = this.#dialogsIn(session, before);
    if (dialogs.size === 0) this.#seen.delete(callId);
    else this.#seen.set(callId, { call, callees: progress.callees, holds: progress.holds?.holds, dialogs });
    const changed = changedLines(before, dialogs);
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

  /** By line. On a call from a line to itself the one that calls stands for both. */
  #dialogsIn(session: WatchedSession, before: ReadonlyMap<string, LineDialog>): Map<string, LineDialog> {
    const { call, progress } = session;
    const { caller, callee, callees, calledNumber, service } = progress;
    const dialogs = new Map<string, LineDialog>();
    if (call.state === "disconnected") return dialogs;
    const add = (line: string | undefined, side: Side, dialog: Omit<LineDialog, "id" | keyof Holding>): void => {
      if (line === undefined) return;
      const { state, remote } = dialog;
      const { id, direction } = this.#identityOf(session, side, line, dialog.direction, before);
      const isHeld = isHolding(session, otherSide(side));
      dialogs.set(line, { id, direction, state, remote, isHolding: isHolding(session, side), isHeld });
    };
    if (call.isOriginated === true && call.state === "established") {
      // Who answers a call of the switch itself takes the place of the caller, whom there is none of.
      const device = session.leg("caller")?.device;
      const remote = device?.name === caller.name ? undefined : caller;
      add(device?.line, "caller", { state: "confirmed", direction: "recipient", remote });
      return dialogs;
    }
    const state = stateOfCallee(call);
    for (const { line } of callees) add(line, "callee", { state, direction: "recipient", remote: caller });
    if (call.isOriginated === true) return dialogs;
    // What a feature of the switch is called by is nobody's number.
    const remote = callee ?? (calledNumber === service ? undefined : { number: calledNumber });
    add(caller.line, "caller", { state: stateOfCaller(call), direction: "initiator", remote });
    return dialogs;
  }

  /** That of a leg stays when features put it into another session. */
  #identityOf(
    session: WatchedSession,
    side: Side,
    line: string,
    direction: LineDialog["direction"],
    before: ReadonlyMap<string, LineDialog>,
  ): Identity {
    const { callId, call } = session;
    const own = call.state === "established" ? session.leg(side) : undefined;
    const known = own && this.#identities.get(own);
    if (known !== undefined) return known;
    const was = before.get(line);
    const identity = was === undefined ? identityOf(callId, direction, line) : { id: was.id, direction: was.direction };
    if (own !== undefined) this.#identities.set(own, identity);
    return identity;
  }

  #set(line: string, callId: string, dialog: LineDialog | undefined): void {
    const calls = this.#lines.get(line) ?? new Map<string, LineDialog>();
    if (dialog === undefined) calls.delete(callId);
    else calls.set(callId, dialog);
    if (calls.size === 0) this.#lines.delete(line);
    else this.#lines.set(line, calls);
  }
}

function isSame({ call: before, callees, holds }: Seen, { call, progress }: WatchedSession): boolean {
  return (
    before.state === call.state &&
    before.caller === call.caller &&
    before.callee === call.callee &&
    before.branches === call.branches &&
    callees === progress.callees &&
    holds === progress.holds?.holds
  );
}

/** False: it is between trunks, or trunks and services, which have no lines. */
function isOnLine({ call, progress: { caller, callees } }: WatchedSession): boolean {
  return call.isOriginated === true || caller.line !== undefined || callees.some(({ line }) => line !== undefined);
}

/** By its phone, or by the switch for its user. */
function isHolding({ call, progress }: WatchedSession, side: Side): boolean {
  return call[side].isHolding || progress.holds?.holds[side]?.sinceMs !== undefined;
}

function stateOfCallee({ state: stateOfCall, branches }: WatchedSession["call"]): LineDialog["state"] {
  if (stateOfCall === "established") return "confirmed";
  return branches.some(({ state }) => state === "alerting") ? "early" : "trying";
}

function stateOfCaller({ state, branches }: WatchedSession["call"]): LineDialog["state"] {
  if (state === "established") return "confirmed";
  if (state !== "initiated") return "early";
  return branches.length === 0 ? "trying" : "proceeding";
}

/** Nobody who watches learns the Call-ID or tags of a dialog of others. */
function identityOf(callId: string, direction: LineDialog["direction"], line: string): Identity {
  const id = hash("sha256", `${callId} ${direction} ${line}`).slice(0, 20);
  return { id, direction };
}

function changedLines(before: ReadonlyMap<string, LineDialog>, after: ReadonlyMap<string, LineDialog>): string[] {
  const lines: string[] = [];
  for (const [line, dialog] of before) if (!isSameDialog(dialog, after.get(line))) lines.push(line);
  for (const line of after.keys()) if (!before.has(line)) lines.push(line);
  return lines;
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
