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
export { type CallState, type ConnectionState, type TerminalConnectionState } from "./call-states.ts";
export { type CausedBy, type FeatureDetail, type FeatureReason, type Why } from "./why.ts";
export {
  type ApplicationCommand,
  type CallCommand,
  type CommandFailure,
  type CommandResult,
  type ConsultCommand,
  type DeviceInCall,
  type Limited,
  type RedirectCommand,
  type RouteCommand,
} from "./call-command.ts";
export {
  type CallChange,
  MAX_USER_DATA_BYTES,
  MAX_USER_DATA_NAMES,
  type CallParties,
  type CallView,
  type ConnectionView,
  type PartyView,
  type TerminalConnectionView,
  type UserData,
} from "./call-view.ts";
export {
  type DeviceCapabilities,
  type DeviceView,
  type ForwardingView,
  type ForwardTargets,
  type LineMessages,
  type LineView,
  type MediaRegistration,
  type OutOfServiceCause,
} from "./device-view.ts";
export { type MediaView, type RtpAddress } from "./media-view.ts";
export { type CallQuality, type MediaQualityView, type ReportedQualityView } from "./media-quality.ts";
export {
  MAX_HEADER_NAME,
  MAX_HEADER_VALUE,
  MAX_SIP_HEADERS,
  SIP_HEADER_NAME,
  SIP_HEADER_VALUE,
  type SipHeader,
} from "./sip-header.ts";
export { type RouteDestination, type RouteMoment, type RouteView } from "./route-view.ts";
export {
  type CtiAttach,
  type CtiAttached,
  type CtiSignal,
  type CtiSnapshot,
  type CtiSnapshotPart,
  type PlacedSignal,
} from "./cti-signal.ts";
export {
  type CommandActor,
  type CommandConditions,
  type CtiCommandReply,
  type CtiCommandRequest,
  type CtiDeviceReply,
  type CtiDeviceRequest,
  type CtiFailure,
  type SettingCommand,
} from "./cti-request.ts";
