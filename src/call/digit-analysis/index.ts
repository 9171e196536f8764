export { analyze, withoutSpeedDial, type AnalysisContext } from "./analyze.ts";
export {
  type Destination,
  type FeatureDestination,
  type HuntPilotDestination,
  type LineDestination,
  type NoReason,
  type RouteAttempt,
  type RouteDestination,
  type ServiceEndpoint,
} from "./destination.ts";
export {
  type DialCaller,
  type DialPlan,
  type DialPlanSource,
  type DialQuery,
  type DialResult,
  type DialTarget,
  type RouteClass,
  type TrunkAttempt,
} from "./plan/dial-plan.ts";
export { compileDialPlan } from "./plan/compile-dial-plan.ts";
export { LiveDialPlan } from "./plan/live-dial-plan.ts";
export { behindServiceCodes } from "./plan/service-codes.ts";
export { readDialPlan } from "./plan/read-dial-plan.ts";
export { emergencyPlan, isEmergency, type EmergencyPlan, type EmergencySettings } from "./emergency.ts";
export { explainDialed, type ExplainContext } from "./explain-dialed.ts";
export { numberingSource, type Numbering, type NumberingSource } from "./numbering.ts";
export { parseDialed, type Dialed } from "./dialed.ts";
