export { analyze, type AnalysisContext, type Destination, type ServiceEndpoint } from "./analyze.ts";
export { emergencyPlan, isEmergency, type EmergencyPlan, type EmergencySettings } from "./emergency.ts";
export { parseDialed, type Dialed } from "./dialed.ts";
