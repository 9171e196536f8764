import { beginCall } from "../call-changes.ts";
import type { Address } from "../call.ts";
import type { CallCommand } from "../../../signals/index.ts";
import { attach, join } from "../reconnect.ts";
import type { Why } from "../why.ts";
import { nameSession, putSession, type Draft, type ModelSession, removeSession } from "../world.ts";
import { refuse, refuseFor, succeed } from "./asker.ts";
import type { FeatureMachine } from "./feature-machine.ts";
import { holdByCommand } from "./hold.ts";
import type { MakeCall } from "./make-call-state.ts";

/** Beside another call of the device it is a consultation. */
function whyMade({ beside }: Pick<MakeCall, "beside">): Why {
  const why: Why = { cause: 16, feature: "make-call", by: "application" };
  return beside === undefined ? why : { ...why, detail: "consultation" };
}

/** Rings a device, and when its user has answered the number; a call that is not named is named like the command. */
export function makeCall(
  draft: Draft,
  commandId: string,
  { device, to, newCallId: callId = commandId, ...named }: Extract<CallCommand, { type: "make-call" }>,
): void {
  const address = draft.world.settings.addressOf(device);
  if (address === undefined)
    return refuse(draft, { commandId }, "destination-unknown", `no phone has the name ${device}`);
  callDevice(draft, { callId, state: "prompting", device, to, commandId, ...headersOf(named) }, address);
}

/** What a command, or a call that is made for one, has the number told. */
export function headersOf({ headers }: Pick<MakeCall, "headers">): Pick<MakeCall, "headers"> {
  return headers === undefined ? {} : { headers };
}

/** Rings the device that a call is made for. */
export function callDevice(draft: Draft, made: MakeCall, address: Address): void {
  const { callId, device, to, beside } = made;
  beginCall(draft, callId, address, to, whyMade(made));
  const sessionId = nameSession(draft, callId);
  draft.world.madeCalls.set(callId, made);
  putSession(draft, { sessionId, callId, stage: "setup", ringing: [], purpose: { feature: "make-call", id: callId } });
  draft.effects.push({
    type: "originate",
    sessionId,
    callId,
    from: { address: { number: to } },
    by: device,
    to: address.number,
    onlyDevice: device,
    endpoint: "ringback",
    feature: "make-call",
    ...(beside === undefined ? {} : { isAtOnce: true }),
  });
}

/** What such a call does with what happens. */
export const MAKE_CALL: FeatureMachine = {
  onAnswered: (draft, id, session, legId) => {
    const made = draft.world.madeCalls.get(id);
    if (made?.state === "prompting" && legId !== undefined) callOther(draft, made, legId);
    else if (made?.target === session.sessionId) connect(draft, made, session, legId);
  },
  onEnded: (draft, id, session, why) => {
    const made = draft.world.madeCalls.get(id);
    // Once the device is in the call, that it leaves is told by its leg.
    if (made === undefined || (session.stage !== "setup" && made.legId !== undefined)) return;
    draft.world.madeCalls.delete(id);
    takeBack(draft, made);
    refuseFor(draft, made, why, `${made.legId === undefined ? made.device : made.to} did not answer`);
    const leg = made.legId === undefined ? undefined : draft.world.legs.get(made.legId);
    if (leg !== undefined) draft.effects.push({ type: "release", sessionId: leg.sessionId, why });
  },
  onLeaving: (draft, { legId }, why) => giveUp(draft, legId, why),
  onGone: (draft, { legId }, why) => giveUp(draft, legId, why),
};

/** The device is out of the call: the number is rung no longer. */
function giveUp(draft: Draft, legId: string, why: Why): void {
  for (const made of draft.world.madeCalls.values()) {
    if (made.legId !== legId || made.target === undefined) continue;
    draft.world.madeCalls.delete(made.callId);
    takeBack(draft, made);
    refuse(draft, made, "party-gone", `${made.device} has hung up`);
    return void draft.effects.push({ type: "release", sessionId: made.target, why });
  }
}

/** The call that was held for this one is talked in again. */
function takeBack(draft: Draft, { beside, isHeldFor }: MakeCall): void {
  const leg = beside === undefined ? undefined : draft.world.legs.get(beside);
  if (isHeldFor === true && leg?.isHeldByCommand === true) holdByCommand(draft, leg, false);
}

/** The device's user has answered: the number is rung. */
function callOther(draft: Draft, made: MakeCall, legId: string): void {
  const { callId, device, to } = made;
  const target = nameSession(draft, callId);
  draft.world.madeCalls.set(callId, { ...made, state: "calling", legId, target });
  const purpose = { feature: "make-call", id: callId } as const;
  putSession(draft, { sessionId: target, callId, stage: "setup", ringing: [], purpose });
  draft.effects.push({
    type: "originate",
    sessionId: target,
    callId,
    from: { legId },
    by: device,
    to,
    endpoint: "silence",
    feature: "make-call",
    ...headersOf(made),
  });
}

/** @param target absent: the number leads to a service, without a session of its own */
function connect(
  draft: Draft,
  made: MakeCall,
  { sessionId, endpoint }: ModelSession,
  target: string | undefined,
): void {
  const { callId, commandId, legId } = made;
  const why = whyMade(made);
  draft.world.madeCalls.delete(callId);
  if (target === undefined) removeSession(draft, sessionId);
  if (legId === undefined) return;
  if (target !== undefined) join(draft, callId, legId, target, why);
  else if (endpoint !== undefined) attach(draft, callId, legId, endpoint, { why });
  succeed(draft, { commandId }, callId);
}
