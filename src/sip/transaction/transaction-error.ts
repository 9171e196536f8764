import { SwitchError } from "../../common/index.ts";

/**
 * `invalid-request`: what should be sent is no request, is an ACK, or has no usable Via; `duplicate-branch`: a
 * transaction with that branch and method is there already; `too-many-transactions`; `flow-ended`: the only connection that an
 * answer could come by is gone; `closed`: the layer is closed.
 */
export type TransactionErrorCode =
  "invalid-request" | "duplicate-branch" | "too-many-transactions" | "flow-ended" | "closed";

export class TransactionError extends SwitchError<TransactionErrorCode> {}

/** True when a request was refused here, before it went anywhere: its target is not at fault, nor would another serve. */
export function isRefusedHere(error: Error): boolean {
  return error instanceof TransactionError && error.code !== "flow-ended";
}
