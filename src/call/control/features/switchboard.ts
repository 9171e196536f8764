import { withMore } from "../../../common/index.ts";
import type { SideRef } from "../../../media/index.ts";
import {
  isUnacknowledged,
  joinedSession,
  lateAnswer,
  statusOfCause,
  type Change,
  type Endpoint,
  type ModelEffect,
  type Outcome,
  type Redirection,
  type Seat,
  type Session,
  type Side,
  type Why,
  type World,
} from "../../model/index.ts";
import type { Inventory } from "../../device/index.ts";
import type { Begun } from "./session-origin.ts";
import { CallSession, type CallContext } from "../session/call-session.ts";
import type { CallTable, LegEntry } from "../call-table.ts";
import type { LineDialogs } from "../views/line-dialogs.ts";
import type { NewCalls } from "../new-calls.ts";
import { dialedByCommand } from "../routing/forward-target.ts";
import type { Redirecting } from "../routing/redirecting.ts";
import { rejection, type Rejection } from "../rejection.ts";
import { joinedCallOf, type SavedCall } from "../recovery/saved-call.ts";
import { MOVED, persistMoved } from "../session/session-file.ts";

type EffectOf<Type extends ModelEffect["type"]> = Extract<ModelEffect, { type: Type }>;

export interface SwitchboardOptions {
  readonly context: CallContext;
  readonly table: CallTable;
  readonly newCalls: NewCalls;
  readonly inventory: Inventory;
  /** What lamps show. */
  readonly dialogs: Pick<LineDialogs, "update" | "setParked">;
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
  file(effects: readonly ModelEffect[], originOf: OriginOf): void {
    if (!effects.some(isConnecting)) return;
    // Without the relay, many legs at once stay where they are.
    const { connected } = this.#options.context.relay;
    const connecting = effects.filter(isConnecting).filter(({ type }) => connected || type !== "attach-all");
    const moved = new Set<string>();
    for (const effect of connecting.flatMap(connectingIn)) {
      const legIds = legsIn(effect);
      const plan = legIds.some((legId) => moved.has(legId)) ? undefined : this.#plan(effect, originOf);
      for (const legId of legIds) moved.add(legId);
      if (plan !== undefined) this.#persist(plan);
    }
  }

  /** Performs a `join` or `attach`. @returns false: a leg is gone, and the other one has been released */
  connect(effect: EffectOf<"join"> | EffectOf<"attach">, originOf: OriginOf): boolean {
    const plan = this.#plan(effect, originOf);
    if (plan === undefined) {
      // It may be on file.
      this.#options.context.store.remove(effect.sessionId);
      const legIds = effect.type === "join" ? [effect.caller, effect.callee] : [];
      const left = legIds.map((legId) => this.#find(legId)).find((seat) => seat !== undefined);
      left?.session.dispatch({ type: "hang-up", outcome: ALONE });
      return false;
    }
    this.#persist(plan);
    this.#perform([plan]);
    return true;
  }

  /** @returns the sessions that could not be made, since a leg is gone; undefined: the relay is away, nothing was done */
  attachAll({ attached }: EffectOf<"attach-all">, originOf: OriginOf): readonly string[] | undefined {
    if (!this.#options.context.relay.connected) return undefined;
    const plans = attached.map((one) => this.#plan({ type: "attach", ...one }, originOf));
    const made = plans.filter((plan) => plan !== undefined);
    for (const plan of made) this.#persist(plan);
    this.#perform(made);
    const missing = attached.filter((_, index) => plans[index] === undefined).map(({ sessionId }) => sessionId);
    for (const sessionId of missing) this.#options.context.store.remove(sessionId);
    return missing;
  }

  play({ sessionId, legId, source, musicOf, music }: EffectOf<"play">): void {
    const seat = this.#find(legId);
    if (seat?.session.callId !== sessionId) return;
    const own = musicOf === undefined ? undefined : this.#options.musicOf(musicOf);
    const name = source === "music" ? (music ?? own) : undefined;
    seat.session.media.play(seat.side, name === undefined ? source : `music:${name}`);
  }

  release({ sessionId, why }: EffectOf<"release">): void {
    this.#options.table.get(sessionId)?.dispatch({ type: "hang-up", outcome: outcomeOf(why) });
  }

  /** Records and lamps show that parties are held by the switch, as they do of holds by phones. */
  noteHold(change: Change, { calls }: World): void {
    if (change.type !== "terminal-connection" || (change.change !== "held" && change.change !== "talking")) return;
    const connections = calls.get(change.callId)?.connections ?? [];
    const connection = connections.find(({ connectionId }) => connectionId === change.connectionId);
    const legId = connection?.terminals.find(({ device }) => device === change.device)?.legId;
    const seat = legId === undefined ? undefined : this.#find(legId);
    if (seat === undefined) return;
    seat.session.progress.holds?.noteHeld(seat.side, change.change === "held");
    this.#options.dialogs.update(seat.session);
  }

  /** @returns why the session still rings where it did; undefined: it rings elsewhere */
  reroute(sessionId: string, redirection: Redirection): Rejection | undefined {
    const { table, inventory } = this.#options;
    const { by, number, to, as, isRoute, ...wanted } = redirection;
    const session = table.get(sessionId);
    const phone = inventory.lineOf(by, number) ?? inventory.deviceByName(by);
    const other = as === undefined ? undefined : inventory.deviceByName(as);
    if (session === undefined || phone === undefined) return rejection(480, "no-device");
    const space = other === undefined ? {} : { as: other };
    const doing: Redirecting["doing"] = { feature: "redirect", ...(isRoute === true ? { detail: "route" } : {}) };
    return session.moves.reroute({ doing, by: phone, dialed: dialedByCommand(to), ...space, ...wanted });
  }

  /**
   * A leg leaves its session, to answer one that rings.
   * @param onGone told when that came to nothing, and the leg has been ended
   * @returns false: nothing was done
   */
  pickUp(sessionId: string, legId: string, onGone: () => void): boolean {
    const seat = this.#find(legId);
    const target = this.#options.table.get(sessionId);
    if (seat === undefined || isUnacknowledged(placeOf(seat)) || target?.moves.isOpen !== true) return false;
    this.#options.context.owner.onTaken(seat.leg, seat.session, sessionId);
    seat.session.take([seat.leg], MOVED);
    target.moves.pickUp(seat.leg, onGone);
    return true;
  }

  #plan(effect: EffectOf<"join"> | EffectOf<"attach">, originOf: OriginOf): Connecting | undefined {
    const begun = originOf(effect.sessionId);
    if (effect.type === "join") {
      const [first, second] = [this.#find(effect.caller), this.#find(effect.callee)];
      if (first === undefined || second === undefined) return undefined;
      // Who has not acknowledged yet is put in the caller's place, where that is waited for.
      const [one, other] = isUnacknowledged(placeOf(second)) ? [second, first] : [first, second];
      return this.#connecting(effect.sessionId, [one, other], undefined, begun);
    }
    const seat = this.#find(effect.legId);
    if (seat === undefined) return undefined;
    const { sessionId, endpoint, musicOf } = effect;
    const source = musicOf === undefined || endpoint !== "music" ? undefined : this.#options.musicOf(musicOf);
    return this.#connecting(sessionId, [seat], source === undefined ? endpoint : `music:${source}`, begun);
  }

  #connecting(
    sessionId: string,
    [one, other]: readonly [LegSeat, LegSeat?],
    endpoint: Endpoint | undefined,
    begun: Begun,
  ): Connecting {
    const call = joinedSession(placeOf(one), other && placeOf(other));
    const legs = { caller: one.leg, callee: other?.leg };
    const nowMs = this.#options.context.clock.wallMs();
    const old = new Set([one.session, ...(other === undefined ? [] : [other.session])]);
    const seats = other === undefined ? ([one] as const) : ([one, other] as const);
    const origin = withMore(begun, { from: [...old].map(({ callId }) => callId) });
    const holding = [isHolding(one) ? ("caller" as const) : [], other && isHolding(other) ? ("callee" as const) : []];
    const saved = joinedCallOf(sessionId, call, legs, { endpoint, nowMs, origin, holding: holding.flat() });
    return { seats, places: seats.map(placeOf), endpoint, call, old, saved };
  }

  /** In one write: there is no moment in which a leg is on file twice, or not at all. */
  #persist({ saved, old }: Connecting): void {
    const { context } = this.#options;
    for (const session of old) persistMoved(context, session, saved.callId);
    context.store.put(saved);
  }

  /** All legs leave their sessions at once: what goes on in another one is not what is left. */
  #perform(plans: readonly Connecting[]): void {
    const { relay, owner } = this.#options.context;
    // The relay is asked before the old sessions are, which release what they have there.
    const joins = plans.map(({ saved, seats: [one, other] }) =>
      relay.join(saved.callId, refOf(one), other && refOf(other)),
    );
    for (const { saved, old, seats: legs } of plans) {
      for (const session of old) session.progress.movedTo = saved.callId;
      for (const seat of legs) if (seat !== undefined) owner.onTaken(seat.leg, seat.session, saved.callId);
    }
    const seats = plans.flatMap((plan) => plan.seats).filter((seat) => seat !== undefined);
    for (const session of new Set(seats.map((seat) => seat.session))) {
      session.take(
        seats.filter((seat) => seat.session === session).map(({ leg }) => leg),
        MOVED,
      );
    }
    for (const [index, plan] of plans.entries()) this.#begin(plan, joins[index]);
  }

  #begin(plan: Connecting, joined = Promise.resolve()): void {
    const { context, table } = this.#options;
    const { endpoint, call, saved, old } = plan;
    const [one, other] = plan.seats;
    const created = {
      callId: saved.callId,
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
    if (!isEdgeAway) this.#beginWhenFree(session, plan);
  }

  /** RFC 3261 14.1: nothing is asked of a party before what it was asked in its old session is over, cancelled as it is. */
  #beginWhenFree(session: CallSession, { places, seats }: Connecting): void {
    const begin = session.requests.defer();
    let left = places.length;
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
    for (const seat of seats) seat?.session.requests.whenAnswered(isFree);
  }

  /** An established leg. */
  #find(legId: string): LegSeat | undefined {
    const entry = this.#options.table.findByTag(legId);
    const side = entry?.session.sideOf(entry.leg);
    if (entry === undefined || side === undefined || entry.session.call.state !== "established") return undefined;
    return { side, ...entry };
  }
}

/** Why a session is made, by its name. */
type OriginOf = (sessionId: string) => Begun;

/** Legs that leave their sessions for a new one. */
interface Connecting {
  readonly seats: readonly [LegSeat, LegSeat?];
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

function isConnecting({ type }: ModelEffect): boolean {
  return type === "join" || type === "attach" || type === "attach-all";
}

/** The legs that an effect moves, session by session. */
function connectingIn(effect: ModelEffect): readonly (EffectOf<"join"> | EffectOf<"attach">)[] {
  if (effect.type === "attach-all") return effect.attached.map((one) => ({ type: "attach", ...one }));
  return effect.type === "join" || effect.type === "attach" ? [effect] : [];
}

function legsIn(effect: EffectOf<"join"> | EffectOf<"attach">): readonly string[] {
  return effect.type === "join" ? [effect.caller, effect.callee] : [effect.legId];
}

/** It holds, or is held by the switch for its user. */
function isHolding({ session, side }: LegSeat): boolean {
  return session.progress.holds?.holds[side]?.sinceMs !== undefined;
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
