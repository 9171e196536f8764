/** Bounds on what is parsed; a message beyond one of them is refused. */
export interface MessageLimits {
  /** Octets of the whole message; default 65,535. */
  readonly maxBytes: number;
  /** Header lines, folded ones counted once; default 256. */
  readonly maxHeaders: number;
  /** Octets of one header with its folds; default 16,384. */
  readonly maxHeaderLineBytes: number;
  /** Octets of the start line; default 4,096. */
  readonly maxStartLineBytes: number;
}

/** The bounds that hold when none are given. */
export const DEFAULT_MESSAGE_LIMITS: MessageLimits = {
  maxBytes: 65_535,
  maxHeaders: 256,
  maxHeaderLineBytes: 16_384,
  maxStartLineBytes: 4_096,
};
