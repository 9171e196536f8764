import {
  joinedSession,
  mayBeAnsweredElsewhere,
  partyToJoin,
  refusedOutcome,
  statusOfCause,
  type BranchRoute,
  type DialedFeature,
  type Diversion,
  type Endpoint,
  type ModelEffect,
  type Outcome,
  type Session,
  type Side,
} from "../../src/call/model/index.ts";
import type { Redirection } from "../../src/call/model/model-effect.ts";
import { featureDialed } from "./dialed-features.ts";
import { NOBODY } from "./phones.ts";
import { goalFor, isDialed } from "./routing.ts";
import { SimulatedSession, type Goal, type SimulatedLeg } from "./session.ts";
import type { SimulatedSwitch } from "./switch.ts";

type EffectOf<Type extends ModelEffect["type"]> = Extract<ModelEffect, { type: Type }>;

interface Seat {
  readonly leg: SimulatedLeg;
  readonly session: SimulatedSession;
  readonly side: Side;
}

/** A new session of established legs. */
interface Link {
  readonly sessionId: string;
  readonly seats: readonly [Seat, Seat?];
  readonly endpoint: Endpoint | undefined;
  readonly call: Session;
}

const ALONE: Outcome = { by: "switch", reason: "normal", status: 480, cause: 41 };
const MOVED: Outcome = { by: "switch", reason: "moved", status: 200, cause: 16 };

/** Performs what features want of sessions, as the real switchboard does. */
export class Switchboard {
  readonly #host: SimulatedSwitch;

  constructor(host: SimulatedSwitch) {
    this.#host = host;
  }

  join({ sessionId, caller, callee }: EffectOf<"join">): boolean {
    const { chance, weather } = this.#host;
    if (chance.happens(weather.lostAtJoin)) this.#lose(chance.pick([caller, callee]) ?? caller);
    const [first, second] = [this.#find(caller), this.#find(callee)];
    if (first === undefined || second === undefined) {
      (first ?? second)?.session.dispatch({ type: "hang-up", outcome: ALONE });
      return false;
    }
    const [one, other] = isUnacknowledged(second) ? [second, first] : [first, second];
    return this.#connect(sessionId, one, other, undefined);
  }

  attach({ sessionId, legId, endpoint }: EffectOf<"attach">): boolean {
    const seat = this.#find(legId);
    return seat !== undefined && this.#connect(sessionId, seat, undefined, endpoint);
  }

  /** @returns the sessions that could not be made; undefined: the relay is away */
  attachAll({ attached }: EffectOf<"attach-all">): readonly string[] | undefined {
    const { chance, weather } = this.#host;
    if (chance.happens(weather.joinRefused)) return undefined;
    if (chance.happens(weather.lostAtJoin)) this.#lose(chance.pick(attached.map(({ legId }) => legId)) ?? "");
    const links: Link[] = [];
    const missing: string[] = [];
    for (const { sessionId, legId, endpoint } of attached) {
      const seat = this.#find(legId);
      if (seat === undefined) missing.push(sessionId);
      else links.push(this.#link(sessionId, seat, undefined, endpoint));
    }
    this.#perform(links);
    return missing;
  }

  play({ sessionId, legId, source }: EffectOf<"play">): void {
    const seat = this.#find(legId);
    if (seat?.session.sessionId === sessionId) seat.session.play(seat.side, source);
  }

  release({ sessionId, why }: EffectOf<"release">): void {
    const { cause, sip } = why;
    const outcome: Outcome = { by: "switch", reason: "normal", status: sip?.status ?? statusOfCause(cause), cause };
    this.#host.sessions.get(sessionId)?.dispatch({ type: "hang-up", outcome });
  }

  pickUp(sessionId: string, legId: string, onGone: () => void): boolean {
    const seat = this.#find(legId);
    const target = this.#host.sessions.get(sessionId);
    const isOpen = target !== undefined && mayBeAnsweredElsewhere(target.call);
    if (seat === undefined || isUnacknowledged(seat) || !isOpen) return false;
    seat.session.take([seat.leg], MOVED);
    target.pickUp(seat.leg, onGone);
    return true;
  }

  /** @returns a status: it cannot be; `service`, or a feature: nobody is rung, the number leads to that */
  originate({
    sessionId,
    from,
    to,
    endpoint,
    onlyDevice,
  }: EffectOf<"originate">): number | "service" | DialedFeature | undefined {
    const host = this.#host;
    const as =
      "legId" in from
        ? host.findByTag(from.legId)?.leg.device
        : ({ kind: "peer", name: "", number: from.address.number } as const);
    if (as === undefined) return 480;
    if (host.chance.happens(host.weather.sendFails)) return 503;
    const feature = featureDialed(to);
    if (feature !== undefined) return feature;
    const goal = goalFor(host, to, onlyDevice);
    if (!isDialed(goal)) return goal;
    const { route } = goal;
    if (route.kind !== "branches") return "service";
    const caller: SimulatedLeg = { tag: host.phones.nameDialog(), device: as, isVirtual: true, dialog: NOBODY };
    const session = new SimulatedSession(host, { sessionId, caller, endpoint, called: to });
    host.sessions.set(sessionId, session);
    session.originate(goal, route);
    return undefined;
  }

  /**
   * A session that rings goes elsewhere. @param onBack told of the status when it comes back, not having rung there
   * @returns a status: it cannot
   */
  reroute(
    sessionId: string,
    { to, number, isKept }: Redirection,
    onBack: (status: number) => void,
  ): number | undefined {
    const session = this.#host.sessions.get(sessionId);
    if (session === undefined) return 481;
    const goal = goalFor(this.#host, to);
    const back = goalFor(this.#host, number);
    const status = isDialed(goal) ? undefined : goal;
    if (status !== undefined && !isKept) {
      session.dispatch({ type: "hang-up", outcome: refusedOutcome({ status }) });
      return status;
    }
    if (!isDialed(goal) || goal.route.kind !== "branches") return status ?? 488;
    const { route } = goal;
    if (!isKept || !isDialed(back)) return void session.redirect(goal, route);
    const divert = (reason: Diversion): Goal | undefined => {
      const next = goal.divert(reason);
      if (next !== undefined || reason === "no-answer") return next;
      onBack(reason === "busy" ? 486 : 480);
      return back;
    };
    const diverts: readonly Diversion[] = ["busy", "unregistered", ...(route.diverts ?? [])];
    const kept: BranchRoute = { ...route, diverts };
    session.redirect({ ...goal, route: kept, divert }, kept);
  }

  /** Ends what a leg is in. */
  letGo(legId: string): void {
    this.#find(legId)?.session.dispatch({ type: "hang-up", outcome: ALONE });
  }

  /** The leg's phone is gone at this very moment. */
  #lose(legId: string): void {
    const seat = this.#find(legId);
    const dialog = seat && this.#host.phones.dialogs.get(legId);
    // A session that is at work hears of it afterwards, as it does of everything that comes from the network.
    if (seat === undefined || dialog === undefined || seat.session.isRunning) return;
    dialog.state = "gone";
    seat.session.lose(seat.side);
  }

  #connect(sessionId: string, one: Seat, other: Seat | undefined, endpoint: Endpoint | undefined): boolean {
    this.#perform([this.#link(sessionId, one, other, endpoint)]);
    return true;
  }

  #link(sessionId: string, one: Seat, other: Seat | undefined, endpoint: Endpoint | undefined): Link {
    const party = partyToJoin(one.session.call[one.side]);
    const call = joinedSession(party, other && partyToJoin(other.session.call[other.side]), isUnacknowledged(one));
    return { sessionId, seats: other === undefined ? [one] : [one, other], endpoint, call };
  }

  #perform(links: readonly Link[]): void {
    const { relay, chance, weather } = this.#host;
    const joined = new Set<Link>();
    for (const link of links) {
      if (chance.happens(weather.joinRefused)) continue;
      const [one, other] = link.seats;
      relay.join(link.sessionId, refOf(one), other && refOf(other));
      joined.add(link);
    }
    const seats = links.flatMap((link) => link.seats).filter((seat) => seat !== undefined);
    for (const session of new Set(seats.map((seat) => seat.session))) {
      session.take(
        seats.filter((seat) => seat.session === session).map(({ leg }) => leg),
        MOVED,
      );
    }
    for (const link of links) this.#begin(link, joined.has(link));
  }

  #begin({ sessionId, seats: [one, other], endpoint, call }: Link, isJoined: boolean): void {
    const called = other?.leg.device.number ?? endpoint ?? "";
    const created = { sessionId, caller: one.leg, callee: other?.leg, endpoint, called, joined: call };
    const session = new SimulatedSession(this.#host, created);
    session.isMediaUnsure = !isJoined;
    this.#host.sessions.set(sessionId, session);
    this.#host.onSessionBegun(session);
    session.findEdge();
  }

  #find(legId: string): Seat | undefined {
    const entry = this.#host.findByTag(legId);
    const side = entry?.session.sideOf(entry.leg);
    if (entry === undefined || side === undefined || entry.session.call.state !== "established") return undefined;
    return { ...entry, side };
  }
}

function refOf({ session, side }: Seat): { sessionId: string; side: Side } {
  return { sessionId: session.sessionId, side };
}

function isUnacknowledged({ session, side }: Seat): boolean {
  const { negotiation } = session.call;
  if (negotiation === undefined || negotiation.kind === "resync") return false;
  return negotiation.requester === side && negotiation.step === "awaiting-ack";
}
