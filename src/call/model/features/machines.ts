import type { Why } from "../why.ts";
import type { Draft, FeatureName, ModelLeg } from "../world.ts";
import type { FeatureMachine } from "./feature-machine.ts";
import { BARGE } from "./barge.ts";
import { CONFERENCE } from "./conference.ts";
import { HUNT } from "./hunt.ts";
import { PARK_MACHINE } from "./park-machine.ts";
import { PICKUP } from "./pickup.ts";
import { REDIRECT } from "./redirect.ts";
import { MAKE_CALL } from "./make-call.ts";
import { ROUTE } from "./route.ts";
import { SETTING } from "./setting.ts";
import { TRANSFER } from "./transfer.ts";

/** The machines of the features that have one. */
export const MACHINES: Readonly<Partial<Record<FeatureName, FeatureMachine>>> = {
  transfer: TRANSFER,
  conference: CONFERENCE,
  barge: BARGE,
  redirect: REDIRECT,
  park: PARK_MACHINE,
  pickup: PICKUP,
  "make-call": MAKE_CALL,
  hunt: HUNT,
  setting: SETTING,
  route: ROUTE,
};

type Follower<Method extends keyof FeatureMachine> = FeatureMachine & Required<Pick<FeatureMachine, Method>>;

function followersOf<Method extends keyof FeatureMachine>(method: Method): readonly Follower<Method>[] {
  return Object.values(MACHINES).filter((machine): machine is Follower<Method> => machine[method] !== undefined);
}

/** Those that follow legs of any session. */
const ON_LEAVING = followersOf("onLeaving");
export const ON_GONE = followersOf("onGone");

/** A leg is about to end: each feature may take who else is in its session out of it. */
export function tellLeaving(draft: Draft, legId: string, why: Why): void {
  for (const machine of ON_LEAVING) {
    const leg = draft.world.legs.get(legId);
    if (leg !== undefined) machine.onLeaving(draft, leg, why);
  }
}

/** As if its user hung up: whom a feature is about to connect with somebody else stays. */
export function hangUp(draft: Draft, { legId, sessionId }: ModelLeg, why: Why): void {
  tellLeaving(draft, legId, why);
  draft.effects.push({ type: "release", sessionId: draft.world.legs.get(legId)?.sessionId ?? sessionId, why });
}
