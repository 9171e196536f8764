import type { MediaErrorCode } from "../../media/index.ts";

/** The only place where failures of the relay become SIP statuses. */
export const STATUS_OF_MEDIA_ERROR: Readonly<Record<MediaErrorCode, number>> = {
  "no-ports": 503,
  "relay-unreachable": 503,
  "offer-refused": 488,
  "sdp-malformed": 400,
  "unknown-session": 500,
  "no-common-codec": 488,
};
