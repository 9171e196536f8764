/** Messages between the services of a node; plain data. */
export {
  type CandidateExplanation,
  type DialPlanExplanation,
  type DialStepExplanation,
  type PartitionExplanation,
  type TransformationExplanation,
} from "./dial-plan-explanation.ts";
export {
  type ContactState,
  type DeviceRegistration,
  type DeviceState,
  type LineActivity,
  type LineState,
} from "./device-state.ts";
export { MAX_MESSAGES, type MessageCount, type MessageLamp } from "./message-lamp.ts";
export { type CallNow, type ConnectionNow, type DeviceInCallNow, type LegNow } from "./call-now.ts";
