import { isMatch } from "../../common/index.ts";
import type { TokenScope } from "./cti-user.ts";

type Patterns = readonly string[];

const ANY: Patterns = ["*"];

/**
 * True when the one allows all that the other allows. When they end makes no difference: that ends the session.
 * @param scope absent: all that the user may do
 */
export function coversScope(scope: TokenScope = {}, other: TokenScope = {}): boolean {
  return (
    coversPatterns(scope.devices, other.devices) &&
    coversPatterns(scope.verbs, other.verbs) &&
    coversPatterns(scope.numbers?.allow, other.numbers?.allow) &&
    coversPatterns(other.numbers?.deny ?? [], scope.numbers?.deny ?? []) &&
    (scope.requestsPerSecond ?? Infinity) >= (other.requestsPerSecond ?? Infinity) &&
    (scope.calls ?? Infinity) >= (other.calls ?? Infinity) &&
    (scope.isMonitorOnly !== true || other.isMonitorOnly === true)
  );
}

/** A `*` of a pattern can only be matched by that of another one: what matches its text matches all that it matches. */
function coversPatterns(patterns: Patterns = ANY, others: Patterns = ANY): boolean {
  return others.every((other) => patterns.some((pattern) => isMatch(pattern, other)));
}
