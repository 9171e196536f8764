import type { SideRef } from "../../../media/index.ts";
import {
  joinedSession,
  partyToJoin,
  statusOfCause,
  type Endpoint,
  type ModelEffect,
  type Outcome,
  type Party,
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

/** Who was to be joined with a leg that is gone. */
const ALONE: Outcome = { by: "switch", reason: "normal", status: 480, cause: 41 };
const MOVED: Outcome = { by: "switch", reason: "moved", status: 200, cause: 16 };

/** Performs what features want of sessions. Legs that are gone are left out: their end is told of by itself. */
export class Switchboard {
  readonly #options: SwitchboardOptions;

  constructor(options: SwitchboardOptions) {
    this.#options = options;
  }

  /** @returns false: a leg is gone, and the other one has been released */
  join({ sessionId, caller, callee }: EffectOf<"join">): boolean {
    const [first, second] = [this.#find(caller), this.#find(callee)];
    if (first === undefined || second === undefined) {
      (first ?? second)?.session.dispatch({ type: "hang-up", outcome: ALONE });
      return false;
    }
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
