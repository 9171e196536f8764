/** The pure two-party call: event in, next state and effects out. No I/O, no clock, no randomness. */
export { NEW_CALL, type Branch, type BranchGroup, type Call, type Diversion, type Party } from "./call.ts";
export { type CallEffect, type MediaOperation, type Step, type TimerName } from "./call-effect.ts";
export { type BranchRoute, type CallEvent, type Route } from "./call-event.ts";
export { causeName, causeOfStatus, statusOfCause } from "./cause.ts";
export { bestRefusal } from "./best-refusal.ts";
export { refusedOutcome, type EndReason, type Outcome, type Refusal, type ToldReason } from "./outcome.ts";
export { isHold, isSameMedia } from "./hold.ts";
export { restoredCall } from "./restored-call.ts";
export { otherSide, type Side } from "./side.ts";
export { step } from "./step.ts";
