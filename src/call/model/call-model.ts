import { withMore } from "../../common/index.ts";
import { answered, ended, held, offered, offering, ringing } from "./basic-call.ts";
import { commanded } from "./commands.ts";
import { dialed } from "./dialed.ts";
import { transferMember, transferMemberConsulted } from "./features/conference-transfer.ts";
import { timerParts, type FeatureMachine } from "./features/feature-machine.ts";
import { enqueue, serveQueues } from "./features/hunt.ts";
import { hangUp, MACHINES, ON_GONE, tellLeaving } from "./features/machines.ts";
import { privacyChanged } from "./features/privacy.ts";
import { refuse, transferConsulted, transferTo } from "./features/transfer.ts";
import { forwardOnFailure, watchRedirects, whyElsewhere } from "./features/redirect.ts";
import { requestRoute, watchRoutes } from "./features/route.ts";
import { watchPickups } from "./features/pickup.ts";
import { beginSounds } from "./features/sound.ts";
import type { ModelEffect } from "./model-effect.ts";
import type { ModelEvent, Refer } from "./model-event.ts";
import type { Why } from "./why.ts";
import {
  legsOf,
  putSession,
  type Draft,
  type FeatureName,
  type ModelLeg,
  type ModelSession,
  type World,
  removeSession,
} from "./world.ts";

type EventOf<Type extends ModelEvent["type"]> = Extract<ModelEvent, { type: Type }>;

/**
 * Advances all calls of a node by one event. No I/O, no clock, no randomness: the same events give the same world and
 * effects. The caller performs the effects in order. Events that make no sense change nothing.
 */
export function advance(world: World, event: ModelEvent): readonly ModelEffect[] {
  const gone: ModelLeg[] = [];
  const draft: Draft = { world, effects: [], gone };
  apply(draft, event);
  watchRedirects(draft, event);
  watchPickups(draft, event);
  watchRoutes(draft, event);
  for (let leg = gone.shift(); leg !== undefined; leg = gone.shift())
    onGone(draft, leg, "why" in event ? event.why : GONE);
  for (const effect of draft.effects) if (effect.type === "release") noteRelease(draft, effect);
  return draft.effects;
}

/** The shell does not know for which feature, or at whose command, a session ends. */
function noteRelease(draft: Draft, { sessionId, why }: Extract<ModelEffect, { type: "release" }>): void {
  const session = draft.world.sessions.get(sessionId);
  if (session !== undefined) putSession(draft, withMore(session, { released: session.released ?? why }));
}

function apply(draft: Draft, event: ModelEvent): void {
  const { world } = draft;
  switch (event.type) {
    case "offered":
      return offered(draft, event);
    case "dialed":
      return dialed(draft, event);
    case "offering":
      return offering(draft, asRedirected(world, event));
    case "queued":
      return enqueue(draft, event);
    case "freed":
      return serveQueues(draft);
    case "route-request":
      return requestRoute(draft, event);
    case "ringing":
      ringing(draft, event);
      return withMachine(draft, event.sessionId, (machine, id) => machine.onRinging?.(draft, id));
    case "answered":
      return onAnswered(draft, event);
    case "held":
      return held(draft, event);
    case "leaving":
      return tellLeaving(draft, event.legId, event.why);
    case "ended":
      return onEnded(draft, event);
    case "refer":
      return onRefer(draft, event.refer);
    case "command":
      return commanded(draft, event);
    case "owner-lost":
      return ownerLost(draft, event);
    case "privacy-changed":
      return privacyChanged(draft, event.device);
    case "timer":
      return onTimer(draft, event.timerId);
    case "prompt-ended":
      return withMachine(draft, event.sessionId, (machine, id, session) => machine.onPromptEnded?.(draft, id, session));
    case "acknowledged":
      return withMachine(draft, event.sessionId, (machine, id, session) =>
        machine.onAcknowledged?.(draft, id, session),
      );
    case "feature-reached":
      return onFeature(draft, event);
    case "settled":
      return withMachine(draft, event.sessionId, (machine, id) => machine.onSettled?.(draft, id, event.sessionId));
    case "unsettled":
      return withMachine(draft, event.sessionId, (machine, id) => machine.onUnsettled?.(draft, id, event.sessionId));
    case "unattached":
      return withMachine(draft, event.sessionIds[0] ?? "", (machine, id) => machine.onUnattached?.(draft, id));
    case "reroute-refused":
    case "pick-up-failed":
      return;
    case "media-found":
      return beginSounds(draft, event.sessionId);
  }
}

function asRedirected(world: World, event: EventOf<"offering">): EventOf<"offering"> {
  const why = whyElsewhere(world, event.sessionId);
  if (why === undefined) return event;
  const { detail: _former, ...offered } = event;
  const { cause: _cause, sip: _sip, ...because } = why;
  // By spreading both each of them would have a hidden class of its own: `withMore` says why.
  return Object.assign({}, offered, because);
}

/** In a conference, with a service, or while another feature has the call there is nobody to be sent elsewhere. */
function ownerLost(draft: Draft, event: EventOf<"owner-lost">): void {
  const leg = draft.world.legs.get(event.legId);
  if (leg?.isUp !== true || forwardOnFailure(draft, leg, event)) return;
  hangUp(draft, leg, { cause: 41, feature: "forward-on-failure", by: "system" });
}

/** The machine of the feature that a session is for. */
function withMachine(
  { world }: Draft,
  sessionId: string,
  act: (machine: FeatureMachine, id: string, session: ModelSession) => void,
): void {
  const session = world.sessions.get(sessionId);
  const machine = session?.purpose === undefined ? undefined : MACHINES[session.purpose.feature];
  if (session?.purpose !== undefined && machine !== undefined) act(machine, session.purpose.id, session);
}

/** What was to be rung asks for a feature. */
function onFeature(draft: Draft, { sessionId, feature }: EventOf<"feature-reached">): void {
  let isDone = false;
  withMachine(draft, sessionId, (machine, id) => {
    isDone = machine.onFeature?.(draft, id, feature) === true;
  });
  if (isDone) return void removeSession(draft, sessionId);
  onEnded(draft, { type: "ended", sessionId, why: NO_USE });
}

function onAnswered(draft: Draft, event: EventOf<"answered">): void {
  if (!answered(draft, event)) return;
  const { caller, callee } = draft.world.sessions.get(event.sessionId) ?? {};
  withMachine(draft, event.sessionId, (machine, id, session) => {
    machine.onAnswered?.(draft, id, session, event.leg?.legId);
  });
  const left = draft.world.sessions.get(event.sessionId);
  if (left?.caller !== undefined || left?.callee !== undefined || left?.stage !== "up") return;
  // A number of a service was to be rung, which is of no use to the feature; or who has answered is elsewhere by now.
  const why = caller === undefined && callee === undefined ? NO_USE : GONE;
  onEnded(draft, { type: "ended", sessionId: event.sessionId, why });
}

const GONE: Why = { cause: 16, feature: "normal", by: "system" };
/** Q.850: incompatible destination. */
const NO_USE: Why = { cause: 88, sip: { status: 488 }, feature: "normal", by: "system" };

function onEnded(draft: Draft, event: EventOf<"ended">): void {
  const session = draft.world.sessions.get(event.sessionId);
  ended(draft, event);
  const machine = session?.purpose === undefined ? undefined : MACHINES[session.purpose.feature];
  if (session?.purpose !== undefined) machine?.onEnded?.(draft, session.purpose.id, session, event.why);
}

function onGone(draft: Draft, leg: ModelLeg, why: Why): void {
  for (const machine of ON_GONE) machine.onGone(draft, leg, why);
}

function onTimer(draft: Draft, timerId: string): void {
  const { feature, name, id } = timerParts(timerId);
  MACHINES[feature as FeatureName]?.onTimer?.(draft, id, name);
}

/** A phone asks for a transfer. */
function onRefer(draft: Draft, { referId, legId, to, replaces, isEarlyOnly, referredBy }: Refer): void {
  const leg = draft.world.legs.get(legId);
  if (leg === undefined) return refuse(draft, { referId }, "wrong-state", "the dialog is gone");
  const replaced = replaces === undefined ? undefined : draft.world.legs.get(replaces);
  if (replaced === undefined && transferMember(draft, leg, to, { referId })) return;
  if (replaced === undefined)
    return transferTo(draft, leg, to, { referId }, referredBy === undefined ? {} : { referredBy });
  const own = legsOf(draft.world, leg.device).find(({ sessionId }) => sessionId === replaced.sessionId);
  if (own === undefined || own === leg) return refuse(draft, { referId }, "wrong-state", "not a dialog of this phone");
  // RFC 3891 3: a dialog that is established already is not what was meant.
  if (isEarlyOnly === true && own.isUp) return refuse(draft, { referId }, "destination-busy", "it was answered");
  if (transferMemberConsulted(draft, leg, own, { referId })) return;
  transferConsulted(draft, leg, own, { referId });
}
