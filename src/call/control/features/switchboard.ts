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
  type Session,
  type Side,
  type Why,
} from "../../model/index.ts";
import { CallSession, type CallContext } from "../call-session.ts";
import type { CallTable, LegEntry } from "../call-table.ts";
import type { NewCalls } from "../new-calls.ts";
import { joinedCallOf, type SavedCall } from "../saved-call.ts";
import { MOVED, persistMoved } from "../session-file.ts";

type EffectOf<Type extends ModelEffect["type"]> = Extract<ModelEffect, { type: Type }>;

export interface SwitchboardOptions {
  readonly context: CallContext;
  readonly table: CallTable;
  readonly newCalls: NewCalls;
  /** Name of the music that a device's held parties hear; undefined: what comes with the switch. */
  readonly musicOf: (device: string) => string | undefined;
}

/** Who was to be joined with a leg that is gone. */
const ALONE: Outcome = { by: "switch", reason: "normal", status: 480, cause: 41 };

/** Performs what features want of sessions. Legs that are gone are left out: their end is told of by itself. */
export class Switchboard {
  readonly #options: SwitchboardOptions;

  constructor(options: SwitchboardOptions) {
    this.#options = options;
  }

  /**
   * Puts on file what effects make of sessions, before anybody can see the first of them: the new session, and that the
   * old ones are over. A leg that is moved twice is on file as it is moved first.
   */
  file(effects: readonly ModelEffect[]): void {
    const moved = new Set<string>();
    for (const effect of effects) {
      if (effect.type !== "join" && effect.type !== "attach") continue;
      const legIds = effect.type === "join" ? [effect.caller, effect.callee] : [effect.legId];
      const plan = legIds.some((legId) => moved.has(legId)) ? undefined : this.#plan(effect);
      for (const legId of legIds) moved.add(legId);
      if (plan !== undefined) this.#persist(plan);
    }
  }

  /** Performs a `join` or `attach`. @returns false: a leg is gone, and the other one has been released */
  connect(effect: EffectOf<"join"> | EffectOf<"attach">): boolean {
    const plan = this.#plan(effect);
    if (plan === undefined) {
      const legIds = effect.type === "join" ? [effect.caller, effect.callee] : [];
      const left = legIds.map((legId) => this.#find(legId)).find((seat) => seat !== undefined);
      left?.session.dispatch({ type: "hang-up", outcome: ALONE });
      return false;
    }
    this.#persist(plan);
    this.#perform(plan);
    return true;
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

  #plan(effect: EffectOf<"join"> | EffectOf<"attach">): Connecting | undefined {
    if (effect.type === "join") {
      const [first, second] = [this.#find(effect.caller), this.#find(effect.callee)];
      if (first === undefined || second === undefined) return undefined;
      // Who has not acknowledged yet is put in the caller's place, where that is waited for.
      const [one, other] = isUnacknowledged(placeOf(second)) ? [second, first] : [first, second];
      return this.#connecting(effect.sessionId, one, other, undefined);
    }
    const seat = this.#find(effect.legId);
    if (seat === undefined) return undefined;
    const { sessionId, endpoint, musicOf } = effect;
    const source = musicOf === undefined || endpoint !== "music" ? undefined : this.#options.musicOf(musicOf);
    return this.#connecting(sessionId, seat, undefined, source === undefined ? endpoint : `music:${source}`);
  }

  #connecting(sessionId: string, one: LegSeat, other: LegSeat | undefined, endpoint: Endpoint | undefined): Connecting {
    const places = (other === undefined ? [one] : [one, other]).map(placeOf);
    const call = joinedSession(placeOf(one), other && placeOf(other));
    const legs = { caller: one.leg, callee: other?.leg };
    const nowMs = this.#options.context.clock.wallMs();
    const old = new Set([one.session, ...(other === undefined ? [] : [other.session])]);
    return { one, other, places, endpoint, call, old, saved: joinedCallOf(sessionId, call, legs, { endpoint, nowMs }) };
  }

  /** In one write: there is no moment in which a leg is on file twice, or not at all. */
  #persist({ saved, old }: Connecting): void {
    const { context } = this.#options;
    for (const session of old) persistMoved(context, session, saved.callId);
    context.store.put(saved);
  }

  #perform({ one, other, places, endpoint, call, old, saved }: Connecting): void {
    const { context, table } = this.#options;
    const sessionId = saved.callId;
    const [first, second] = [refOf(one), other && refOf(other)];
    // The relay is asked before the old sessions are, which release what they have there.
    const joined = context.relay.join(sessionId, first, second);
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
    // Without an edge the session begins when that is back.
    const isEdgeAway = [...old].some(({ call: left, requests }) => left.suspended && !requests.isDeferred);
    if (!isEdgeAway) this.#beginWhenFree(session, places, other === undefined ? [one] : [one, other]);
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

/** Legs that leave their sessions for a new one. */
interface Connecting {
  readonly one: LegSeat;
  readonly other: LegSeat | undefined;
  /** As they were before. */
  readonly places: readonly Seat[];
  readonly endpoint: Endpoint | undefined;
  readonly call: Session;
  readonly saved: SavedCall;
  readonly old: ReadonlySet<CallSession>;
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
