export { estimateMos } from "./rtp/mos.ts";
export { limitCodecs } from "./sdp/limit-codecs.ts";
export { MediaError, type MediaErrorCode } from "./media-error.ts";
export type {
  MediaRelay,
  RelayEndpoint,
  RelayEvent,
  RelayKey,
  RelayOptions,
  RelaySessionSummary,
  SideStatistics,
} from "./relay/media-relay.ts";
