export { analyze, type AnalysisContext, type Destination, type ServiceEndpoint } from "./analyze.ts";
export { parseDialed, type Dialed } from "./dialed.ts";
