export {
  type AuthenticationFacts,
  type AuthenticationResult,
  DigestAuthenticator,
  type DigestAuthenticatorOptions,
  type RequestSource,
} from "./digest-authenticator.ts";
export { type ReplyHeaders } from "./digest-challenge.ts";
export { DEFAULT_FAILURE_LIMITS, type FailureLimits } from "./failure-guard.ts";
export { type FailureLimit } from "./failure-counter.ts";
