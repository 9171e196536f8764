import assert from "node:assert/strict";
import { catalogueCodeOf, type CtiErrorCode } from "../../../../src/cti/errors/cti-error-code.ts";
import { failureError } from "../../../../src/cti/errors/failure-error.ts";
import { ERROR_CATALOGUE, isErrorCode, type ErrorCode } from "../../../../src/protocol/index.ts";
import type { CtiFailure } from "../../../../src/signals/index.ts";

/** Failures of call control, and what applications are told of them. */
const TOLD: Readonly<Record<CtiFailure, ErrorCode>> = {
  "already-answered": "CALL_ALREADY_ANSWERED",
  "call-ended": "CALL_ENDED",
  "call-id-used": "CONFLICT_CALL_ID",
  "call-not-found": "NOT_FOUND_CALL",
  "command-pending": "CALL_COMMAND_PENDING",
  "conference-controller": "CONF_CONTROLLER",
  "conference-exists": "CONF_EXISTS",
  "conference-full": "CONF_FULL",
  "conference-inactive": "CONF_INACTIVE",
  "conference-party-already": "CONF_PARTY_ALREADY",
  "conference-party-invalid": "CONF_PARTY_INVALID",
  "data-too-long": "VALIDATION_DATA_SIZE",
  "deadline-passed": "TIMEOUT_SERVER",
  "destination-busy": "ROUTE_BUSY",
  "destination-no-answer": "ROUTE_NO_ANSWER",
  "destination-out-of-order": "ROUTE_OUT_OF_ORDER",
  "destination-barred": "ROUTE_BARRED",
  "destination-unknown": "ROUTE_NO_MATCH",
  "destination-unregistered": "ROUTE_UNREGISTERED",
  "device-capability": "DEVICE_CAPABILITY",
  "device-not-found": "NOT_FOUND_DEVICE",
  "device-not-in-call": "CALL_NOT_ON_LINE",
  "device-not-open": "DEVICE_NOT_OPEN",
  "device-owned": "DEVICE_OWNED",
  "device-restricted": "ACCESS_RESTRICTED",
  "device-type": "DEVICE_TYPE",
  "forward-target": "FORWARD_INVALID_TARGET",
  "invalid-digits": "VALIDATION_DTMF",
  "invalid-number": "VALIDATION_NUMBER",
  "key-reused": "CONFLICT_IDEMPOTENCY",
  "key-running": "CONFLICT_IN_PROGRESS",
  "key-too-old": "CONFLICT_KEY_EXPIRED",
  "line-not-found": "NOT_FOUND_LINE",
  "media-address-missing": "MEDIA_ADDRESS_MISSING",
  "media-already-set": "MEDIA_ALREADY_SET",
  "media-incompatible": "MEDIA_CRYPTO_MISMATCH",
  "media-mode": "MEDIA_MODE",
  "prompt-unknown": "MEDIA_PROMPT_UNKNOWN",
  "media-on-phone": "MEDIA_ON_PHONE",
  "no-bridge": "RESOURCE_BRIDGE",
  "no-consultation": "TRANSFER_NO_CONSULT",
  "node-failed": "NODE_FAILED_DURING",
  "not-incoming": "CALL_NOT_INCOMING",
  "park-empty": "NOT_FOUND_PARK",
  "park-no-slot": "PARK_NO_SLOT",
  "park-slot-taken": "PARK_SLOT_TAKEN",
  "party-gone": "REDIRECT_ABANDONED",
  "pickup-nothing": "PICKUP_NOTHING",
  "pickup-barred": "ACCESS_NUMBER",
  "number-barred": "ACCESS_NUMBER",
  "redirect-pending": "REDIRECT_PENDING",
  "route-exhausted": "ROUTE_EXHAUSTED",
  "route-expired": "ROUTE_SESSION_EXPIRED",
  "route-state": "ROUTE_SESSION_STATE",
  "route-unknown": "NOT_FOUND_ROUTE",
  "too-many": "LIMIT_COMMANDS",
  "version-conflict": "CONFLICT_VERSION",
  "wrong-state": "CALL_WRONG_STATE",
  fenced: "CONFLICT_FENCED",
  internal: "INTERNAL_BUG",
  pending: "CALL_COMMAND_PENDING",
  private: "CALL_PRIVATE",
  stopping: "NODE_DRAINING",
};

describe("errors of failures", () => {
  for (const [failure, code] of Object.entries(TOLD))
    it(`given ${failure}, when an application is told, then it is ${code}`, () => {
      const error = failureError(failure, "so it is", { state: "held" });
      assert.equal(catalogueCodeOf(error.code), code);
      assert.equal(error.message, "so it is");
      assert.equal(error.facts.state, "held");
      assert.equal(error.facts.outcome, ERROR_CATALOGUE[code].outcome);
    });
  it("given a party that is gone during a transfer, when an application is told, then it is TRANSFER_LEG_LOST", () => {
    for (const command of ["transfer", "complete-transfer"])
      assert.equal(failureError("party-gone", "gone", {}, command).code, "transfer-leg-lost");
    assert.equal(failureError("party-gone", "gone", {}, "toString").code, "redirect-abandoned");
  });
  it("given what is no failure, when an application is told, then it is a defect", () => {
    for (const name of ["", "toString", "CALL_ENDED"]) {
      const error = failureError(name, "odd");
      assert.equal(error.code, "internal-bug");
      assert.equal(error.facts.outcome, "unknown");
    }
  });
  it("given what call control says of the outcome, when an application is told, then that", () => {
    assert.equal(failureError("wrong-state", "", { outcome: "applied" }).facts.outcome, "applied");
    assert.equal(failureError("node-failed", "", { outcome: "not_applied" }).facts.outcome, "not_applied");
  });
  it("given every code of the catalogue, when written as an error has it and back, then it is the same", () => {
    for (const code of Object.keys(ERROR_CATALOGUE)) {
      assert.ok(isErrorCode(code));
      assert.equal(catalogueCodeOf(code.toLowerCase().replaceAll("_", "-") as CtiErrorCode), code);
    }
  });
});
