import type { SideRef } from "../../../media/index.ts";
import {
  joinedSession,
  partyToJoin,
  statusOfCause,
  type Endpoint,
  type ModelEffect,
  type Outcome,
  type Party,
  type Session,
  type Side,
  type Why,
} from "../../model/index.ts";
import { CallSession, type CallContext } from "../call-session.ts";
import type { CallTable, LegEntry } from "../call-table.ts";
import type { NewCalls } from "../new-calls.ts";
import { joinedCallOf, type SavedCall } from "../saved-call.ts";

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

  /** @returns the sessions that could not be made, since a leg is gone; undefined: the relay is away, nothing was done */
  attachAll({ attached }: EffectOf<"attach-all">): readonly string[] | undefined {
    if (!this.#options.context.relay.connected) return undefined;
    const links: Link[] = [];
    for (const { sessionId, legId, endpoint } of attached) {
      const one = this.#find(legId);
      if (one !== undefined) links.push(this.#link(sessionId, one, undefined, endpoint));
    }
    this.#perform(links);
    return attached
      .map(({ sessionId }) => sessionId)
      .filter((sessionId) => !links.some((link) => link.sessionId === sessionId));
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

  #connect(sessionId: string, one: Seat, other: Seat | undefined, endpoint: Endpoint | undefined): boolean {
    this.#perform([this.#link(sessionId, one, other, endpoint)]);
    return true;
  }

  #link(sessionId: string, one: Seat, other: Seat | undefined, endpoint: Endpoint | undefined): Link {
    const call = joinedSession(partyOf(one), other && partyOf(other), isUnacknowledged(one));
    const legs = { caller: one.leg, callee: other?.leg };
    const nowMs = this.#options.context.clock.wallMs();
    const saved = joinedCallOf(sessionId, call, legs, { endpoint, nowMs });
    return { sessionId, seats: other === undefined ? [one] : [one, other], endpoint, call, saved };
  }

  /** All legs leave their sessions at once: what goes on in another one is not what is left. */
  #perform(links: readonly Link[]): void {
    const { relay } = this.#options.context;
    // The relay is asked before the old sessions are, which release what they have there.
    const joins = links.map(({ sessionId, seats: [one, other] }) =>
      relay.join(sessionId, refOf(one), other && refOf(other)),
    );
    const seats = links.flatMap((link) => link.seats).filter((seat) => seat !== undefined);
    for (const session of new Set(seats.map((seat) => seat.session))) {
      session.take(
        seats.filter((seat) => seat.session === session).map(({ leg }) => leg),
        MOVED,
      );
    }
    for (const [index, link] of links.entries()) this.#begin(link, joins[index]);
  }

  #begin({ sessionId, seats: [one, other], endpoint, call, saved }: Link, joined = Promise.resolve()): void {
    const { context, table } = this.#options;
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

/** A new session of established legs. */
interface Link {
  readonly sessionId: string;
  readonly seats: readonly [Seat, Seat?];
  readonly endpoint: Endpoint | undefined;
  readonly call: Session;
  readonly saved: SavedCall;
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
