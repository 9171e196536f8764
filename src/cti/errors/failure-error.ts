import type { CtiFailure } from "../../signals/index.ts";
import { CtiError, type CtiErrorFacts } from "../cti-error.ts";
import type { CtiErrorCode } from "./cti-error-code.ts";

/** What applications are told of each failure of call control. */
export const CODE_OF_FAILURE: Readonly<Record<CtiFailure, CtiErrorCode>> = {
  "call-not-found": "not-found-call",
  "device-not-in-call": "call-not-on-line",
  "wrong-state": "call-wrong-state",
  pending: "call-command-pending",
  "no-consultation": "transfer-no-consult",
  "destination-unknown": "route-no-match",
  "destination-busy": "route-busy",
  "destination-no-answer": "route-no-answer",
  "destination-out-of-order": "route-out-of-order",
  "destination-barred": "route-barred",
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
  "pickup-barred": "access-number",
  "number-barred": "access-number",
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
  "prompt-unknown": "media-prompt-unknown",
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

/** The other party was gone: what that is called depends on what was to be done with it. */
const PARTY_GONE: Readonly<Record<string, CtiErrorCode>> = {
  transfer: "transfer-leg-lost",
  "complete-transfer": "transfer-leg-lost",
};

/** It is not known whether anything has happened, unless call control says so. */
const UNKNOWN: ReadonlySet<string> = new Set<CtiErrorCode>(["internal-bug", "node-failed-during"]);

/**
 * The error that an application is told of a failure; one that is not in the table is a defect.
 * @param command type of the command that has failed; absent: it was none
 */
export function failureError(failure: string, detail: string, facts: CtiErrorFacts = {}, command = ""): CtiError {
  const code = codeOf(failure, command);
  return new CtiError(code, detail, { outcome: UNKNOWN.has(code) ? "unknown" : "not_applied", ...facts });
}

/** What call control says of parameters that it does not take; nothing has been done. */
export const BAD_PARAMETERS = "bad-params";

function codeOf(failure: string, command: string): CtiErrorCode {
  if (failure === BAD_PARAMETERS) return "validation-parameter";
  if (!Object.hasOwn(CODE_OF_FAILURE, failure)) return "internal-bug";
  const special = failure === "party-gone" && Object.hasOwn(PARTY_GONE, command) ? PARTY_GONE[command] : undefined;
  return special ?? CODE_OF_FAILURE[failure as CtiFailure];
}
