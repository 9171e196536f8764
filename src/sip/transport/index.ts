/** SIP transports: listeners, connections, framing, TLS. Text is latin1, one character an octet. */
export {
  defaultPort,
  endpointKey,
  type Flow,
  isReliable,
  isSecure,
  type ListenAddress,
  type MessageEnds,
  type OwnEnd,
  type SendFailureHandler,
  detachedTarget,
  type Target,
  TRANSPORT_PROTOCOLS,
  type TransportProtocol,
} from "./flow.ts";
export { type Patience } from "./connection/connection.ts";
export { type CertificateFiles, type TlsSettings } from "./tls/tls-settings.ts";
export { type WebSocketSettings } from "./ws/web-socket-settings.ts";
export { TransportError, type TransportErrorCode } from "./transport-error.ts";
export { type TransportEvents } from "./transport-events.ts";
export { TransportLayer, type TransportLayerOptions } from "./transport-layer.ts";
export { DEFAULT_TRANSPORT_LIMITS, type TransportLimits } from "./transport-limits.ts";
