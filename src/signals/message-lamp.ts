/** The most messages of a kind that a lamp counts. */
export const MAX_MESSAGES = 999_999;

/** Messages in a mailbox: whole numbers from 0 to `MAX_MESSAGES`. */
export interface MessageCount {
  readonly new: number;
  readonly old: number;
  /** Of which urgent. */
  readonly newUrgent: number;
  readonly oldUrgent: number;
}

/** The message waiting lamp of a line. */
export interface MessageLamp extends MessageCount {
  /** Such as `1001@internal`. */
  readonly line: string;
}
