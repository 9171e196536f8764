export { analyze, type AnalysisContext } from "./analyze.ts";
export {
  type Destination,
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
} from "./dial-plan.ts";
export { emergencyPlan, isEmergency, type EmergencyPlan, type EmergencySettings } from "./emergency.ts";
export { parseDialed, type Dialed } from "./dialed.ts";
