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
} from "./plan/dial-plan.ts";
export { compileDialPlan } from "./plan/compile-dial-plan.ts";
export { transformNumber } from "./plan/change-number.ts";
export { DIAL_PLAN_KINDS, readDialPlan } from "./plan/read-dial-plan.ts";
export { emergencyPlan, isEmergency, type EmergencyPlan, type EmergencySettings } from "./emergency.ts";
export { parseDialed, type Dialed } from "./dialed.ts";
