import { answered, ended, held, offered, offering, ringing } from "./basic-call.ts";
import { commanded } from "./commands.ts";
import { dialed } from "./dialed.ts";
import {
  refuse,
  transferAnswered,
  transferConsulted,
  transferFailed,
  transferLeaving,
  transferOfLeg,
  transferRinging,
  transferTo,
} from "./features/transfer.ts";
import type { ModelEffect } from "./model-effect.ts";
import type { ModelEvent, Refer } from "./model-event.ts";
import { legsOf, type Draft, type World } from "./world.ts";

/**
 * Advances all calls of a node by one event. No I/O, no clock, no randomness: the same events give the same world and
 * effects. The caller performs the effects in order. Events that make no sense change nothing.
 */
export function advance(world: World, event: ModelEvent): readonly ModelEffect[] {
  const draft: Draft = { world, effects: [] };
  apply(draft, event);
  return draft.effects;
}

function apply(draft: Draft, event: ModelEvent): void {
  switch (event.type) {
    case "offered":
      return offered(draft, event);
    case "dialed":
      return dialed(draft, event);
    case "offering":
      return offering(draft, event);
    case "ringing":
      return onRinging(draft, event);
    case "answered":
      return onAnswered(draft, event);
    case "held":
      return held(draft, event);
    case "leaving":
      return onLeaving(draft, event);
    case "ended":
      return onEnded(draft, event);
    case "refer":
      return onRefer(draft, event.refer);
    case "command":
      return commanded(draft, event);
    case "settled":
    case "timer":
    case "prompt-ended":
      return;
  }
}

type EventOf<Type extends ModelEvent["type"]> = Extract<ModelEvent, { type: Type }>;

function onRinging(draft: Draft, event: EventOf<"ringing">): void {
  ringing(draft, event);
  const transfer = transferOf(draft, event.sessionId);
  if (transfer !== undefined) transferRinging(draft, transfer);
}

function onAnswered(draft: Draft, event: EventOf<"answered">): void {
  answered(draft, event);
  const transfer = transferOf(draft, event.sessionId);
  if (transfer !== undefined && event.leg !== undefined) transferAnswered(draft, transfer, event.leg.legId);
}

function onLeaving(draft: Draft, { legId, why }: EventOf<"leaving">): void {
  const transfer = transferOfLeg(draft, legId);
  if (transfer !== undefined) transferLeaving(draft, transfer, legId, why);
}

function onEnded(draft: Draft, event: EventOf<"ended">): void {
  const transfer = transferOf(draft, event.sessionId);
  const isSetup = draft.world.sessions.get(event.sessionId)?.stage === "setup";
  ended(draft, event);
  if (transfer !== undefined && isSetup) transferFailed(draft, transfer, event.why);
}

/** A phone asks for a transfer. */
function onRefer(draft: Draft, { referId, legId, to, replaces }: Refer): void {
  const leg = draft.world.legs.get(legId);
  if (leg === undefined) return refuse(draft, { referId }, "wrong-state", "the dialog is gone");
  const replaced = replaces === undefined ? undefined : draft.world.legs.get(replaces);
  if (replaced === undefined) return transferTo(draft, leg, to, { referId });
  const own = legsOf(draft.world, leg.device).find(({ sessionId }) => sessionId === replaced.sessionId);
  if (own === undefined || own === leg) return refuse(draft, { referId }, "wrong-state", "not a dialog of this phone");
  transferConsulted(draft, leg, own, { referId });
}

function transferOf({ world }: Draft, sessionId: string): ReturnType<World["transfers"]["get"]> {
  const purpose = world.sessions.get(sessionId)?.purpose;
  return purpose?.feature === "transfer" ? world.transfers.get(purpose.id) : undefined;
}
