import type { SideRef } from "../../../media/index.ts";
import {
  isUnacknowledged,
  joinedSession,
  lateAnswer,
  statusOfCause,
  type Endpoint,
  type ModelEffect,
  type Outcome,
  type Seat,
  type Side,
  type Why,
} from "../../model/index.ts";
import { CallSession, type CallContext } from "../call-session.ts";
import type { CallTable, LegEntry } from "../call-table.ts";
import type { NewCalls } from "../new-calls.ts";
import { joinedCallOf } from "../saved-call.ts";

type EffectOf<Type extends ModelEffect["type"]> = Extract<ModelEffect, { type: Type }>;

export interface SwitchboardOptions {
  readonly context: CallContext;
  readonly table: CallTable;
  readonly newCalls: NewCalls;
  /** Name of the music that a device's held parties hear; undefined: what comes with the switch. */
  readonly musicOf: (device: string) => string | undefined;
}

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
    const [one, other] = isUnacknowledged(placeOf(second)) ? [second, first] : [first, second];
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

  #connect(sessionId: string, one: LegSeat, other: LegSeat | undefined, endpoint: Endpoint | undefined): boolean {
    const { context, table } = this.#options;
    const places = (other === undefined ? [one] : [one, other]).map(placeOf);
    const call = joinedSession(placeOf(one), other && placeOf(other));
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
    const seats = other === undefined ? [one] : [one, other];
    // Without an edge the session begins when that is back.
    const isEdgeAway = [...old].some(({ call: left, requests }) => left.suspended && !requests.isDeferred);
    if (!isEdgeAway) this.#beginWhenFree(session, places, seats);
    return true;
  }

  /** RFC 3261 14.1: nothing is asked of a party before what it was asked in its old session is over, cancelled as it is. */
  #beginWhenFree(session: CallSession, places: readonly Seat[], seats: readonly LegSeat[]): void {
    const begin = session.requests.defer();
    let left = seats.length;
    const isFree = (): void => {
      left -= 1;
      if (left > 0) return;
      for (const [index, place] of places.entries()) {
        const now = seats[index]?.session.call;
        const said = now && lateAnswer(place, now, index === 0 ? "caller" : "callee");
        if (said !== undefined) session.dispatch(said);
      }
      if (this.#options.context.port.connected && session.call.suspended) session.findEdge();
      begin();
    };
    for (const seat of seats) seat.session.requests.whenAnswered(isFree);
  }

  /** An established leg. */
  #find(legId: string): LegSeat | undefined {
    const entry = this.#options.table.findByTag(legId);
    const side = entry?.session.sideOf(entry.leg);
    if (entry === undefined || side === undefined || entry.session.call.state !== "established") return undefined;
    return { ...entry, side };
  }
}

/** A leg, and its place in its session. */
interface LegSeat extends LegEntry {
  readonly side: Side;
}

function refOf({ session, side }: LegSeat): SideRef {
  return { callId: session.callId, tag: side };
}

function placeOf({ session, side }: LegSeat): Seat {
  return { call: session.call, side };
}

function outcomeOf({ cause, sip }: Why): Outcome {
  return { by: "switch", reason: "normal", status: sip?.status ?? statusOfCause(cause), cause };
}
