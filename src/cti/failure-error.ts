import type { ErrorCode } from "../protocol/index.ts";
import type { CtiFailure } from "../signals/index.ts";
import { CtiError, type CtiErrorFacts } from "./cti-error.ts";

type Kebab<Text extends string> = Text extends `${infer First}_${infer Rest}`
  ? `${Lowercase<First>}-${Kebab<Rest>}`
  : Lowercase<Text>;

/** A code of the catalogue in the spelling of `CtiError`. */
type CatalogueCode = Kebab<ErrorCode>;

/** What applications are told of each failure of call control. */
const CODES: Readonly<Record<CtiFailure, CatalogueCode>> = {
  "call-not-found": "not-found-call",
  "device-not-in-call": "call-not-on-line",
  "wrong-state": "call-wrong-state",
  pending: "call-command-pending",
  "no-consultation": "transfer-no-consult",
  "destination-unknown": "route-no-match",
  "destination-busy": "route-busy",
  "destination-no-answer": "route-no-answer",
  "destination-out-of-order": "route-out-of-order",
  "destination-unregistered": "route-unregistered",
  "conference-full": "conf-full",
  "conference-inactive": "conf-inactive",
  "conference-exists": "conf-exists",
  "conference-party-invalid": "conf-party-invalid",
  "conference-party-already": "conf-party-already",
  "conference-controller": "conf-controller",
  "no-bridge": "resource-bridge",
  private: "call-private",
  "media-incompatible": "media-crypto-mismatch",
  "redirect-pending": "redirect-pending",
  "park-no-slot": "park-no-slot",
  "park-slot-taken": "park-slot-taken",
  "park-empty": "not-found-park",
  "pickup-nothing": "pickup-nothing",
  "party-gone": "redirect-abandoned",
  internal: "internal-bug",
  stopping: "node-draining",
  "device-not-found": "not-found-device",
  "device-not-open": "device-not-open",
  "device-restricted": "access-restricted",
  "line-not-found": "not-found-line",
  "device-type": "device-type",
  "device-capability": "device-capability",
  "device-owned": "device-owned",
  "call-ended": "call-ended",
  "call-id-used": "conflict-call-id",
  "not-incoming": "call-not-incoming",
  "already-answered": "call-already-answered",
  "command-pending": "call-command-pending",
  "version-conflict": "conflict-version",
  "key-reused": "conflict-idempotency",
  "key-running": "conflict-in-progress",
  "key-too-old": "conflict-key-expired",
  "deadline-passed": "timeout-server",
  fenced: "conflict-fenced",
  "media-address-missing": "media-address-missing",
  "media-already-set": "media-already-set",
  "media-on-phone": "media-on-phone",
  "media-mode": "media-mode",
  "route-expired": "route-session-expired",
  "route-state": "route-session-state",
  "route-unknown": "not-found-route",
  "route-exhausted": "route-exhausted",
  "invalid-number": "validation-number",
  "invalid-digits": "validation-dtmf",
  "data-too-long": "validation-data-size",
  "forward-target": "forward-invalid-target",
  "too-many": "limit-commands",
  "node-failed": "node-failed-during",
};

/** It is not known whether anything has happened, unless call control says so. */
const UNKNOWN: ReadonlySet<string> = new Set<CatalogueCode>(["internal-bug", "node-failed-during"]);

/** The error that an application is told of a failure; one that is not in the table is a defect. */
export function failureError(failure: string, detail: string, facts: CtiErrorFacts = {}): CtiError {
  const code = Object.hasOwn(CODES, failure) ? CODES[failure as CtiFailure] : "internal-bug";
  return new CtiError(code, detail, { outcome: UNKNOWN.has(code) ? "unknown" : "not_applied", ...facts });
}
