/** The pure two-party call: event in, next state and effects out. No I/O, no clock, no randomness. */
export {
  NEW_SESSION,
  type Branch,
  type BranchGroup,
  type Diversion,
  type Party,
  type Session,
} from "./session/session.ts";
export { type SessionEffect, type MediaOperation, type Step, type TimerName } from "./session/session-effect.ts";
export { type BranchRoute, type SessionEvent, type Route } from "./session/session-event.ts";
export { causeName, causeOfStatus, statusOfCause } from "./cause.ts";
export { bestRefusal } from "./session/best-refusal.ts";
export { refusedOutcome, type EndReason, type Outcome, type Refusal, type ToldReason } from "./session/outcome.ts";
export { isHold, isSameMedia } from "./session/hold.ts";
export { restoredSession } from "./session/restored-session.ts";
export { otherSide, type Side } from "./session/side.ts";
export { step } from "./session/step.ts";
