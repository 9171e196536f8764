import { SwitchError } from "../../../common/index.ts";
import type { RequestProblemCode } from "./problem-codes.ts";

/** One thing that is wrong with a body or a parameter. */
export interface RestViolation {
  readonly kind?: string;
  readonly id?: string;
  /** Keys and indices, joined by dots; empty: all of it. */
  readonly path: string;
  readonly message: string;
}

/** What a `RestError` says besides its code. */
export interface RestErrorExtras {
  readonly violations?: readonly RestViolation[];
  /** Headers of the answer, such as `allow`. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** A request that is refused. */
export class RestError extends SwitchError<RequestProblemCode> {
  readonly extras: RestErrorExtras;

  constructor(code: RequestProblemCode, message: string, extras: RestErrorExtras = {}) {
    super(code, message);
    this.extras = extras;
  }
}
