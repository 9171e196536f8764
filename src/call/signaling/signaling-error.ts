import { SwitchError } from "../../common/index.ts";

/**
 * `edge-lost`: not connected to the edge, or no longer; `edge-timeout`: the edge did not confirm, or no response came;
 * `unknown-dialog`: the edge has no such dialog; `loop`: the target is the edge itself; `refused`: anything else that
 * the edge or drachtio-srf did not take; `malformed`: the edge confirmed with something that is no SIP; `cancelled`: it
 * was taken back before it could be sent; `unanswered`, `application-failed`: who would have answered is an application of
 * the switch, which has left the call alone for too long, or has failed.
 */
export type SignalingErrorCode =
  | "edge-lost"
  | "edge-timeout"
  | "unknown-dialog"
  | "loop"
  | "refused"
  | "malformed"
  | "cancelled"
  | "unanswered"
  | "application-failed";

export class SignalingError extends SwitchError<SignalingErrorCode> {}

/** What a request that could not be sent, or had no response, is like to the one who wanted it. */
export const STATUS_OF_SIGNALING_ERROR: Readonly<Record<SignalingErrorCode, number>> = {
  "edge-lost": 503,
  "edge-timeout": 408,
  "unknown-dialog": 481,
  loop: 482,
  refused: 503,
  malformed: 500,
  cancelled: 487,
  unanswered: 480,
  "application-failed": 480,
};
