import { SwitchError } from "../common/index.ts";

/**
 * `no-ports`: the port range is used up; `relay-unreachable`: the media service did not reply; `offer-refused`: the
 * SDP has nothing that can be relayed; `sdp-malformed`: it cannot be parsed; `unknown-session`: an answer, or a
 * query, without an offer; `no-common-codec`: an end point (echo, tone, music) speaks none of the offered
 * codecs, or an answer takes nothing of its offer; `conference-full`: it has 32 parties.
 */
export type MediaErrorCode =
  | "no-ports"
  | "relay-unreachable"
  | "offer-refused"
  | "sdp-malformed"
  | "unknown-session"
  | "no-common-codec"
  | "conference-full";

export class MediaError extends SwitchError<MediaErrorCode> {}
