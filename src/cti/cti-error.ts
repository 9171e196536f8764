import { SwitchError } from "../common/index.ts";

/**
 * Why something is refused that an application asks: the code of the catalogue in the spelling of this code base,
 * `auth-failed` for `AUTH_FAILED`.
 */
export class CtiError extends SwitchError {
  readonly facts: CtiErrorFacts;

  constructor(code: string, message: string, facts: CtiErrorFacts = {}, options?: ErrorOptions) {
    super(code, message, { ...facts }, options);
    this.facts = facts;
  }
}

/** Facts of an error that applications are told; absent: not known, or of no meaning. */
export interface CtiErrorFacts {
  /** Whether anything happened; absent: `not_applied`. */
  readonly outcome?: "not_applied" | "applied" | "unknown";
  /** With `LIMIT_RATE` and others that may be tried again later. */
  readonly retryAfterMs?: number;
  readonly entity?: { readonly kind: string; readonly id: string };
  readonly state?: string;
  readonly version?: number;
  readonly expected?: string;
  readonly actor?: { readonly user: string; readonly session: string; readonly client?: string };
  readonly sip?: { readonly status: number; readonly reason?: string };
  readonly q850?: number;
  readonly limit?: { readonly name: string; readonly value: number; readonly used?: number };
  /** Which parameter, such as `params.destinations[0].to`. */
  readonly path?: string;
  /** Why, where a code has several reasons, such as that of the end of a session. */
  readonly reason?: string;
}
