/** Bounds on what peers and users can make the transaction layer hold. */
export interface TransactionLimits {
  /** Requests of peers that are not answered, or whose answer is not acknowledged; a tenth is kept for dialogs. */
  readonly maxServerTransactions: number;
  /** Characters of those requests and of their last responses; a tenth is kept for dialogs. */
  readonly maxServerCharacters: number;
  /** Requests of ours that are open; a tenth is kept for dialogs. */
  readonly maxClientTransactions: number;
  /** Responses kept for requests that come again; beyond it the oldest go early. */
  readonly maxFinishedTransactions: number;
  /** Characters of those responses; beyond it the oldest go early. */
  readonly maxFinishedCharacters: number;
  /** INVITEs of ours kept for final responses that come again; beyond it the oldest go early. */
  readonly maxFinishedInvites: number;
  /** Characters of what is kept of them; beyond it the oldest go early. */
  readonly maxFinishedInviteCharacters: number;
  /** Retry-After of the 503 that refuses a request. */
  readonly retryAfterSeconds: number;
}

export const DEFAULT_TRANSACTION_LIMITS: TransactionLimits = {
  maxServerTransactions: 100_000,
  maxServerCharacters: 256 * 1024 * 1024,
  maxClientTransactions: 100_000,
  maxFinishedTransactions: 250_000,
  maxFinishedCharacters: 128 * 1024 * 1024,
  maxFinishedInvites: 250_000,
  maxFinishedInviteCharacters: 64 * 1024 * 1024,
  retryAfterSeconds: 5,
};

/** How much of a limit only requests inside dialogs and CANCELs may use: calls that are there can always be ended. */
export function reservedFor(limit: number): number {
  return Math.floor(limit / 10);
}
