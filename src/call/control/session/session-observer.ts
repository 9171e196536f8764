import { isOutOfTime, type Outcome, type Session, type Side } from "../../model/index.ts";
import type { IncomingRequest } from "../../signaling/signaling-port.ts";
import type { LegDevice } from "../leg/leg.ts";

/** Who follows what happens in sessions: call control proper. */
export interface SessionObserver<Session> {
  /** Other devices are rung than before. @param isTimed who was has not answered in time */
  onOffering(session: Session, devices: readonly LegDevice[], isTimed: boolean): void;
  onRinging(session: Session): void;
  /** Its parties are established; comes once, also for a service of the switch, and not for what was made of established legs. */
  onAnswered(session: Session): void;
  /** The caller has acknowledged its answer: from now on it takes requests of ours that change something. */
  onAcknowledged(session: Session): void;
  onHold(session: Session, side: Side, isHolding: boolean): void;
  /** Its parties agree again after the switch has put them on one session: one that was made of legs, or that was lost. */
  onSettled(session: Session): void;
  /** The relay would not have that; it is tried again. */
  onUnsettled(session: Session): void;
  /** A party's dialog ends; the session ends with it as soon as this returns. */
  onLeaving(session: Session, side: Side, outcome: Outcome): void;
  onEnded(session: Session, outcome: Outcome): void;
  /** A party asks for a transfer. */
  onRefer(session: Session, side: Side, request: IncomingRequest): void;
}

/** Tells whom a session that rings is offered to after a step. */
export function tellOffering<Shell extends { readonly call: Session }>(
  observer: SessionObserver<Shell>,
  session: Shell,
  before: Session,
  devices: readonly LegDevice[],
): void {
  if (session.call.state === "established") return;
  observer.onOffering(session, devices, isOutOfTime(before, session.call));
}

/** Tells what a step has changed. @returns whether observers know that its parties are established */
export function tellChange<Shell extends { readonly call: Session }>(
  observer: SessionObserver<Shell>,
  session: Shell,
  before: Session,
  wasAnnounced: boolean,
): boolean {
  const { state, negotiation, caller, callee, needsResync } = session.call;
  if (state !== "established") return wasAnnounced;
  // An answer that is to come with the ACK is a part of the session.
  const isAgreed = negotiation?.kind !== "setup" || !negotiation.delayed;
  if (!wasAnnounced && isAgreed) observer.onAnswered(session);
  if (before.negotiation?.kind === "setup" && negotiation?.kind !== "setup") observer.onAcknowledged(session);
  const isSettled = before.negotiation?.kind === "resync" && negotiation === undefined && needsResync === "no";
  if (isSettled) observer.onSettled(session);
  if (isRefused(before, session.call)) observer.onUnsettled(session);
  if (before.caller.isHolding !== caller.isHolding) observer.onHold(session, "caller", caller.isHolding);
  if (before.callee.isHolding !== callee.isHolding) observer.onHold(session, "callee", callee.isHolding);
  return wasAnnounced || isAgreed;
}

/** The relay has refused, and is asked again later. */
function isRefused({ negotiation }: Session, { resyncWaits }: Session): boolean {
  return resyncWaits && negotiation?.kind === "resync" && negotiation.step.startsWith("media-");
}

/** An observer that is found when it is first told something: it is made of what it observes. */
export function observerOf<Shell>(find: () => SessionObserver<Shell>): SessionObserver<Shell> {
  return {
    onOffering: (session, devices, isTimed) => find().onOffering(session, devices, isTimed),
    onRinging: (session) => find().onRinging(session),
    onAnswered: (session) => find().onAnswered(session),
    onAcknowledged: (session) => find().onAcknowledged(session),
    onHold: (session, side, isHolding) => find().onHold(session, side, isHolding),
    onSettled: (session) => find().onSettled(session),
    onUnsettled: (session) => find().onUnsettled(session),
    onLeaving: (session, side, outcome) => find().onLeaving(session, side, outcome),
    onEnded: (session, outcome) => find().onEnded(session, outcome),
    onRefer: (session, side, request) => find().onRefer(session, side, request),
  };
}
