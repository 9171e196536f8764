import type { SideRef } from "../../../media/index.ts";
import {
  joinedSession,
  partyToJoin,
  statusOfCause,
  type Endpoint,
  type ModelEffect,
  type Outcome,
  type Party,
  type Redirection,
  type Side,
  type Why,
} from "../../model/index.ts";
import type { Inventory } from "../../device/index.ts";
import { CallSession, type CallContext } from "../call-session.ts";
import type { CallTable, LegEntry } from "../call-table.ts";
import type { NewCalls } from "../new-calls.ts";
import { rejection, type Rejection } from "../rejection.ts";
import { joinedCallOf } from "../saved-call.ts";

type EffectOf<Type extends ModelEffect["type"]> = Extract<ModelEffect, { type: Type }>;

export interface SwitchboardOptions {
  readonly context: CallContext;
  readonly table: CallTable;
  readonly newCalls: NewCalls;
  readonly inventory: Inventory;
  /** Name of the music that a device's held parties hear; undefined: what comes with the switch. */
  readonly musicOf: (device: string) => string | undefined;
}

const LOST: Outcome = { by: "switch", reason: "session-lost", status: 503, cause: 41 };
const MOVED: Outcome = { by: "switch", reason: "moved", status: 200, cause: 16 };

/** Performs what features want of sessions. Legs that are gone are left out: their end is told of by itself. */
export class Switchboard {
  readonly #options: SwitchboardOptions;

  constructor(options: SwitchboardOptions) {
    this.#options = options;
  }

  /** @returns false: nothing was done, since a leg is gone */
  join({ sessionId, caller, callee }: EffectOf<"join">): boolean {
    const [first, second] = [this.#find(caller), this.#find(callee)];
    if (first === undefined || second === undefined) return false;
    // Who has not acknowledged yet is put in the caller's place, where that is waited for.
    const [one, other] = isUnacknowledged(second) ? [second, first] : [first, second];
    return this.#connect(sessionId, one, other, undefined);
  }

  /** @returns false: nothing was done, since the leg is gone */
  attach({ sessionId, legId, endpoint, musicOf }: EffectOf<"attach">): boolean {
    const entry = this.#find(legId);
    if (entry === undefined) return false;
    const source = musicOf === undefined || endpoint !== "music" ? undefined : this.#options.musicOf(musicOf);
    return this.#connect(sessionId, entry, undefined, source === undefined ? endpoint : `music:${source}`);
  }

  play({ sessionId, legId, source, musicOf }: EffectOf<"play">): void {
    const seat = this.#find(legId);
    if (seat?.session.callId !== sessionId) return;
    const name = source === "music" && musicOf !== undefined ? this.#options.musicOf(musicOf) : undefined;
    seat.session.media.play(seat.side, name === undefined ? source : `music:${name}`);
  }

  release({ sessionId, why }: EffectOf<"release">): void {
    this.#options.table.get(sessionId)?.dispatch({ type: "hang-up", outcome: outcomeOf(why) });
  }

  /** What could not be connected is released where it is: its call is over. */
  giveUp(legIds: readonly string[]): void {
    for (const legId of legIds) this.#find(legId)?.session.dispatch({ type: "hang-up", outcome: LOST });
  }

  /** @returns why the session still rings where it did; undefined: it rings elsewhere */
  reroute(sessionId: string, redirection: Redirection): Rejection | undefined {
    const { table, inventory } = this.#options;
    const { by, number, to, as, ...wanted } = redirection;
    const session = table.get(sessionId);
    const phone = inventory.lineOf(by, number) ?? inventory.deviceByName(by);
    const other = as === undefined ? undefined : inventory.deviceByName(as);
    if (session === undefined || phone === undefined) return rejection(480, "no-device");
    const space = other === undefined ? {} : { as: other };
    return session.moves.reroute({ ...wanted, by: phone, dialed: { user: to }, ...space });
  }

  /**
   * A leg leaves its session, to answer one that rings.
   * @param onGone told when that came to nothing, and the leg has been ended
   * @returns false: nothing was done
   */
  pickUp(sessionId: string, legId: string, onGone: () => void): boolean {
    const seat = this.#find(legId);
    const target = this.#options.table.get(sessionId);
    if (seat === undefined || isUnacknowledged(seat) || target?.moves.isOpen !== true) return false;
    seat.session.take([seat.leg], MOVED);
    target.moves.pickUp(seat.leg, onGone);
    return true;
  }

  #connect(sessionId: string, one: Seat, other: Seat | undefined, endpoint: Endpoint | undefined): boolean {
    const { context, table } = this.#options;
    const isWaiting = isUnacknowledged(one);
    const call = joinedSession(partyOf(one), other && partyOf(other), isWaiting);
    const legs = { caller: one.leg, callee: other?.leg };
    const saved = joinedCallOf(sessionId, call, legs, { endpoint, nowMs: context.clock.wallMs() });
    const [first, second] = [refOf(one), other && refOf(other)];
    // The relay is asked before the old sessions are, which release what they have there.
    const joined = context.relay.join(sessionId, first, second);
    const old = new Set([one.session, ...(other === undefined ? [] : [other.session])]);
    for (const session of old) {
      session.take(
        [one, other].flatMap((seat) => (seat?.session === session ? [seat.leg] : [])),
        MOVED,
      );
    }
    const created = {
      callId: sessionId,
      calledNumber: saved.calledNumber,
      caller: one.leg,
      callee: other?.leg.device,
      ...(endpoint === undefined ? {} : { endpoint }),
    };
    const session = new CallSession(context, created, { saved, call, isRestored: false });
    table.add(session);
    session.media.begin(() => joined);
    session.findEdge();
    return true;
  }

  /** An established leg. */
  #find(legId: string): Seat | undefined {
    const entry = this.#options.table.findByTag(legId);
    const side = entry?.session.sideOf(entry.leg);
    if (entry === undefined || side === undefined || entry.session.call.state !== "established") return undefined;
    return { ...entry, side };
  }
}

/** A leg, and its place in its session. */
interface Seat extends LegEntry {
  readonly side: Side;
}

function refOf({ session, side }: Seat): SideRef {
  return { callId: session.callId, tag: side };
}

function partyOf({ session, side }: Seat): Party {
  return partyToJoin(session.call[side]);
}

/** It has had a 2xx and has not acknowledged it: it can take no INVITE yet (RFC 3261 14.1). */
function isUnacknowledged({ session, side }: Seat): boolean {
  const { negotiation } = session.call;
  if (negotiation === undefined || negotiation.kind === "resync") return false;
  return negotiation.requester === side && negotiation.step === "awaiting-ack";
}

function outcomeOf({ cause, sip }: Why): Outcome {
  return { by: "switch", reason: "normal", status: sip?.status ?? statusOfCause(cause), cause };
}
