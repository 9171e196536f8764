import type { DeviceInCall } from "../call-command.ts";
import { showHold } from "../basic-call.ts";
import { holdMember } from "./conference-members.ts";
import { legsOf, otherLeg, putLeg, type Draft, type ModelLeg } from "../world.ts";

/** The switch holds for a device: its user hears nothing, and the other party music. */
export function holdByCommand(draft: Draft, leg: ModelLeg, isHeld: boolean): void {
  if (holdMember(draft, leg, isHeld)) return;
  const next: ModelLeg = { ...leg, isHeldByCommand: isHeld };
  putLeg(draft, next);
  showHold(draft, next, "application");
  const other = otherLeg(draft.world, leg);
  const { sessionId, legId, device } = leg;
  const mute = isHeld ? "silence" : undefined;
  draft.effects.push({ type: "play", sessionId, legId, source: mute });
  if (other === undefined) return;
  const isStillHeld = isHeld || leg.isHolding;
  const source = isStillHeld ? "music" : other.isHeldByCommand ? "silence" : undefined;
  draft.effects.push({ type: "play", sessionId, legId: other.legId, source, musicOf: device });
}

/** The leg that a command means: of the call that it names, or else the one that its device talks in. */
export function legMeant({ world }: Draft, { device, callId }: DeviceInCall): ModelLeg | undefined {
  const legs = legsOf(world, device);
  if (callId !== undefined) return legs.find((leg) => leg.callId === callId);
  return legs.find((leg) => !isHeldLeg(leg)) ?? legs.at(-1);
}

export function isHeldLeg({ isHolding, isHeldByCommand }: ModelLeg): boolean {
  return isHolding || isHeldByCommand;
}
