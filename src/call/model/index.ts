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
export { isOutOfTime } from "./session/diversion.ts";
export { refusedOutcome, type EndReason, type Outcome, type Refusal, type ToldReason } from "./session/outcome.ts";
export { answerToHold, audibleHold, isHold, isSameMedia } from "./session/hold.ts";
export { isUnacknowledged, joinedSession, lateAnswer, type Seat } from "./session/joined-session.ts";
export { restoredSession } from "./session/restored-session.ts";
export { otherSide, type Side } from "./session/side.ts";
export { mayBeAnsweredElsewhere, mayBeRedirected } from "./session/picked.ts";
export { step } from "./session/step.ts";
/** The pure model of all calls of a node. */
export { advance } from "./call-model.ts";
export { type CallCommand, type CommandFailure, type CommandResult, type DeviceInCall } from "../../signals/index.ts";
export { type Address, type Call, type Connection, type TerminalConnection } from "./call.ts";
export { type Change } from "./change.ts";
export {
  type DialedFeature,
  type FeatureCode,
  type LegFacts,
  type ModelCommand,
  type ModelEvent,
  type Place,
  type Refer,
} from "./model-event.ts";
export {
  type Diverted,
  type Endpoint,
  type ModelEffect,
  type Overlay,
  type Redirection,
  type Shown,
} from "./model-effect.ts";
export { type CausedBy, type Doing, type FeatureDetail, type FeatureReason, type Why } from "./why.ts";
export { LOST_WITH_PROCESS, takeUp } from "./restored.ts";
export {
  featureTables,
  isPlainCall,
  type FeatureTable,
  type RestoredLeg,
  type RestoredSession,
  type SavedFeature,
  type SavedModel,
  type SavedModelCall,
} from "./saved-model.ts";
export { callOfSession, emptyWorld, otherLeg, type ModelLeg, type ModelSession, type World } from "./world.ts";
export { hasQueued, placeInQueue } from "./features/hunt.ts";
export { legsOf, sessionsRingingAt } from "./world.ts";
export { type Parked } from "./features/park-state.ts";
export {
  type HuntQueue,
  type HuntStep,
  NO_SETTINGS,
  type ModelSettings,
  type ParkRangeSettings,
} from "./model-settings.ts";
