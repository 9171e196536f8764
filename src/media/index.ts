export { estimateMos } from "./rtp/mos.ts";
export { connectionAddress } from "./sdp/connection-address.ts";
export { limitCodecs } from "./sdp/limit-codecs.ts";
export {
  agreedByAnswer,
  answerAsTerminal,
  offerAsTerminal,
  type AgreedAudio,
  type AudioTerminal,
  type TerminalAnswer,
} from "./sdp/terminal-description.ts";
export { MediaError, type MediaErrorCode } from "./media-error.ts";
export type {
  AnnouncementName,
  MediaRelay,
  MusicFile,
  PlaySource,
  RelayEndpoint,
  RelayEvent,
  RelayKey,
  RelayOptions,
  RelaySessionSummary,
  RelaySettings,
  ReportedQuality,
  SideRef,
  SideStatistics,
} from "./relay/media-relay.ts";
