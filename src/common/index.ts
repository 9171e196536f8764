export { SystemClock, type Clock, type Timer } from "./clock.ts";
export { ipOctets } from "./ip-octets.ts";
export { sourceOf } from "./ip-source.ts";
export { computeHa1, digestHash, type DigestAlgorithm, type Ha1 } from "./digest.ts";
export { detached } from "./detached.ts";
export { chance, RandomIds, type Ids } from "./ids.ts";
export { JsonText } from "./json-text.ts";
export { SwitchError, errorCodeOf, errorMessageOf } from "./switch-error.ts";
export { silentLogger, type Logger, type LogFields } from "./logger.ts";
export { Journal, type JournalOptions } from "./journal.ts";
export {
  ChannelServer,
  type ChannelHandler,
  type ChannelPeer,
  type ChannelServerOptions,
} from "./channel/channel-server.ts";
export { ChannelClient, type ChannelClientOptions } from "./channel/channel-client.ts";
export { ChannelError, type ChannelErrorCode } from "./channel/channel-error.ts";
export { type MetricSample } from "./metric.ts";
export { isMatch } from "./name-pattern.ts";
export { isNumberAllowed, type NumberScope } from "./number-scope.ts";
export { withMore } from "./with-more.ts";
export { Expiry, type Expiring } from "./expiry.ts";
export { GenerationMap, type GenerationMapOptions } from "./generation-map.ts";
