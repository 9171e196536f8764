export {
  analyze,
  type Analysis,
  type AnalysisContext,
  type Candidate,
  type Destination,
  type ServiceEndpoint,
} from "./analyze.ts";
export { parseDialed, type Dialed } from "./dialed.ts";
