import { SwitchError } from "../common/index.ts";
import type { ErrorFacts } from "../protocol/index.ts";
import type { CtiErrorCode } from "./errors/cti-error-code.ts";

/** Why something is refused that an application asks. */
export class CtiError extends SwitchError<CtiErrorCode> {
  readonly facts: CtiErrorFacts;

  constructor(code: CtiErrorCode, message: string, facts: CtiErrorFacts = {}, options?: ErrorOptions) {
    super(code, message, { ...facts }, options);
    this.facts = facts;
  }
}

/** Facts of an error that applications are told; absent: as the catalogue says, not known, or of no meaning. */
export type CtiErrorFacts = Omit<ErrorFacts, "message" | "traceId">;
