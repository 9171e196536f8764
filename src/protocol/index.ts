/** The CTI protocol: what applications and CTIManager send each other. */
export { BOUNDS, CODEC, NEW_CALL_ID } from "./bounds.ts";
export * from "./generated/types.ts";
export {
  ERROR_CATALOGUE,
  errorEnvelope,
  errorPageOf,
  isErrorCode,
  jsonRpcNumberOf,
  restStatusOf,
  type ErrorCode,
  type ErrorFacts,
} from "./errors/catalogue.ts";
export { ERROR_FAMILIES, type ErrorEntry, type ErrorFamily, type FamilyEntry } from "./errors/error-entry.ts";
export { codePoints } from "./validation/code-points.ts";
export { type Fault } from "./validation/fault.ts";
export { isMethodName, validateParams, type ParamsCheck } from "./validation/validate-params.ts";
