import type { MediaErrorCode } from "../../media/index.ts";

/** The only place where failures of the relay become SIP statuses. */
export const STATUS_OF_MEDIA_ERROR: Readonly<Record<MediaErrorCode, number>> = {
  "no-ports": 503,
  "relay-unreachable": 503,
  "offer-refused": 488,
  "sdp-malformed": 400,
  "unknown-session": 500,
  "no-common-codec": 488,
  "conference-full": 503,
};

/** Codes of the warnings that go with a 488 (RFC 3261 20.43). */
export const WARNINGS_OF_MEDIA_ERROR: Readonly<Partial<Record<MediaErrorCode, readonly number[]>>> = {
  "offer-refused": [304],
  "no-common-codec": [305],
};
