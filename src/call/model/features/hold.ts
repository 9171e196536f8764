import { withMore } from "../../../common/index.ts";
import type { DeviceInCall } from "../../../signals/index.ts";
import { showHold } from "../basic-call.ts";
import { holdMember } from "./conference-members.ts";
import { legsOf, otherLeg, putLeg, type Draft, type ModelLeg } from "../world.ts";
import { isHeldLeg, refreshSound } from "./sound.ts";

export { isHeldLeg } from "./sound.ts";

/** The switch holds for a device: its user hears nothing, and the other party music: a source that is named, or the device's. */
export function holdByCommand(draft: Draft, leg: ModelLeg, isHeld: boolean, music?: string): void {
  if (holdMember(draft, leg, isHeld)) return;
  const { holdMusic: _former, ...rest } = leg;
  const next: ModelLeg = withMore(rest, {
    isHeldByCommand: isHeld,
    ...(music === undefined ? {} : { holdMusic: music }),
  });
  putLeg(draft, next);
  showHold(draft, next, "application");
  refreshSound(draft, next);
  const other = otherLeg(draft.world, next);
  if (other !== undefined) refreshSound(draft, other);
}

/** The leg that a command means: of the call that it names, or else the one that its device talks in. */
export function legMeant({ world }: Draft, { device, callId }: DeviceInCall): ModelLeg | undefined {
  const legs = legsOf(world, device);
  if (callId !== undefined) return legs.find((leg) => leg.callId === callId);
  return legs.find((leg) => !isHeldLeg(leg)) ?? legs.at(-1);
}
