import type { ConsultCommand } from "../../../signals/index.ts";
import { otherLeg, type Draft } from "../world.ts";
import { refuse } from "./asker.ts";
import { conferenceOf } from "./conference-members.ts";
import { isHeldLeg, legMeant, holdByCommand } from "./hold.ts";
import { isInvolved } from "./involved.ts";
import { callDevice, headersOf } from "./make-call.ts";
import type { MakeCall } from "./make-call-state.ts";

/**
 * A device is to talk with somebody else beside its call: that is held by the switch, and the device is called anew, asked to
 * answer at once, and then the number. Both calls are the device's then, as if it had made the second one itself. A conference
 * goes on without it meanwhile.
 */
export function consult(draft: Draft, commandId: string, command: ConsultCommand): void {
  const { device, to, newCallId: callId = commandId } = command;
  const { world } = draft;
  const leg = legMeant(draft, command);
  if (leg === undefined) return refuse(draft, { commandId }, "device-not-in-call", `${device} has no such call`);
  if (!leg.isUp || (otherLeg(world, leg)?.isUp !== true && conferenceOf(world, leg) === undefined)) {
    return refuse(draft, { commandId }, "wrong-state", "there is no established call with another party");
  }
  const isConsulting = [...world.madeCalls.values()].some(({ beside }) => beside === leg.legId);
  if (isConsulting || isInvolved(world, leg.legId)) {
    return refuse(draft, { commandId }, "pending", "another feature is under way in this call");
  }
  const isHeldFor = !isHeldLeg(leg);
  if (isHeldFor) holdByCommand(draft, leg, true);
  const made: MakeCall = { callId, state: "prompting", device, to, commandId, beside: leg.legId, isHeldFor };
  callDevice(draft, { ...made, ...headersOf(command) }, leg.address);
}
