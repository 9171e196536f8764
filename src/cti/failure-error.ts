import type { CtiFailure } from "../signals/index.ts";
import { CtiError, type CtiErrorFacts } from "./cti-error.ts";

/** What applications are told of a failure of call control: the code of the catalogue, in kebab-case. */
const CODES: Readonly<Record<CtiFailure, string>> = {
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
  private: "access-feature",
  "media-incompatible": "media-crypto-mismatch",
  "redirect-pending": "redirect-pending",
  "park-no-slot": "park-no-slot",
  "park-slot-taken": "park-slot-taken",
  "park-empty": "not-found-park",
  "pickup-nothing": "pickup-nothing",
  "party-gone": "call-ended",
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
  "not-incoming": "call-not-incoming",
  "already-answered": "call-already-answered",
  "command-pending": "call-command-pending",
  "version-conflict": "conflict-version",
  "key-reused": "conflict-idempotency",
  "key-running": "conflict-in-progress",
  "key-too-old": "conflict-idempotency",
  "deadline-passed": "timeout-server",
  fenced: "conflict-fenced",
  "media-address-missing": "media-address-missing",
  "media-already-set": "media-already-set",
  "media-on-phone": "media-on-phone",
  "media-mode": "validation-combination",
  "route-expired": "route-session-expired",
  "route-state": "route-session-state",
  "route-unknown": "route-session-state",
  "invalid-number": "validation-number",
  "invalid-digits": "validation-dtmf",
  "data-too-long": "validation-data-size",
  "forward-target": "forward-invalid-target",
  "too-many": "limit-rate",
  "node-failed": "node-failed-during",
};

/** The other party was gone: what that is called depends on what was to be done with it. */
const PARTY_GONE: Readonly<Record<string, string>> = {
  redirect: "redirect-abandoned",
  transfer: "transfer-leg-lost",
  "complete-transfer": "transfer-leg-lost",
};

/** Whether anything has happened, where call control does not say. */
const UNKNOWN: ReadonlySet<string> = new Set(["internal-bug", "node-failed-during"]);

/**
 * The error that an application is told of a failure; one that is not known is a defect.
 * @param command its type, where it was one
 */
export function failureError(
  failure: string,
  detail: string,
  facts: CtiErrorFacts = {},
  entity?: CtiErrorFacts["entity"],
  command?: string,
): CtiError {
  const known = Object.hasOwn(CODES, failure) ? CODES[failure as CtiFailure] : "internal-bug";
  const code = failure === "party-gone" ? (PARTY_GONE[command ?? ""] ?? known) : known;
  const outcome = facts.outcome ?? (UNKNOWN.has(code) ? "unknown" : "not_applied");
  return new CtiError(code, detail, { ...facts, outcome, ...(entity === undefined ? {} : { entity }) });
}
