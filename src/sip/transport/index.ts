/** SIP transports: UDP and TCP listeners, connections, framing. Text is latin1, one character an octet. */
export {
  type Flow,
  isReliable,
  type ListenAddress,
  type MessageEnds,
  type SendFailureHandler,
  type Target,
  type TransportProtocol,
} from "./flow.ts";
export { TransportError, type TransportErrorCode } from "./transport-error.ts";
export { type TransportEvents } from "./transport-events.ts";
export { TransportLayer, type TransportLayerOptions } from "./transport-layer.ts";
export { DEFAULT_TRANSPORT_LIMITS, type TransportLimits } from "./transport-limits.ts";
