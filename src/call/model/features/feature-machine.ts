import type { DialedFeature } from "../model-event.ts";
import type { Why } from "../why.ts";
import type { Draft, ModelLeg, ModelSession } from "../world.ts";

/** What a feature does with what happens to its sessions, legs and timers. */
export interface FeatureMachine {
  /** A session of its purpose rings. */
  onRinging?(draft: Draft, id: string): void;
  /** Somebody has answered it; `legId` is absent when the device that dialed the feature is on its service. */
  onAnswered?(draft: Draft, id: string, session: ModelSession, legId: string | undefined): void;
  /** Who called it has acknowledged that it was answered. */
  onAcknowledged?(draft: Draft, id: string, session: ModelSession): void;
  /** It was to ring a number that asks for a feature. @returns false: that is no use here */
  onFeature?(draft: Draft, id: string, feature: DialedFeature): boolean;
  /** It is over; its legs have been dropped. `session` is what it was. */
  onEnded?(draft: Draft, id: string, session: ModelSession, why: Why): void;
  /** The legs of a session of its purpose that was made of established ones have agreed. */
  onSettled?(draft: Draft, id: string, sessionId: string): void;
  /** The media service would not have such a session. */
  onUnsettled?(draft: Draft, id: string, sessionId: string): void;
  /** Nothing of its `attach-all` was done. */
  onUnattached?(draft: Draft, id: string): void;
  /** A leg, of any session, is about to end. */
  onLeaving?(draft: Draft, leg: ModelLeg, why: Why): void;
  /** A leg, of any session, has ended, also where it was not about to leave: the switch or another feature has released it. */
  onGone?(draft: Draft, leg: ModelLeg, why: Why): void;
  /** A timer named by `timerOf` has fired. */
  onTimer?(draft: Draft, id: string, name: string): void;
  /** An announcement in a session of its purpose is over. */
  onPromptEnded?(draft: Draft, id: string, session: ModelSession): void;
}

/** Name of a feature's timer. */
export function timerOf(feature: string, id: string, name: string): string {
  return `${feature} ${name} ${id}`;
}

/** The parts of a timer's name. */
export function timerParts(timerId: string): { readonly feature: string; readonly name: string; readonly id: string } {
  const [feature = "", name = "", ...id] = timerId.split(" ");
  return { feature, name, id: id.join(" ") };
}
