/** SIP transactions: matching, retransmission, time-outs; the four machines of RFC 3261 17 with RFC 6026. */
export {
  type ClientTransaction,
  type ClientTransactionHandlers,
  type LateSuccessListener,
  type ServerTransaction,
  type TransactionUser,
} from "./transaction-user.ts";
export { TransactionLayer, type TransactionLayerOptions } from "./transaction-layer.ts";
export { EmergencyCalls } from "./emergency-calls.ts";
export { responseTarget } from "./server/received-via.ts";
export { OverloadControl } from "./overload-control.ts";
export { isRefusedHere, TransactionError, type TransactionErrorCode } from "./transaction-error.ts";
export { DEFAULT_TRANSACTION_LIMITS, type TransactionLimits } from "./transaction-limits.ts";
export { DEFAULT_TIMER_SETTINGS, type TimerSettings } from "./timer/timer-settings.ts";
export { type MessageSender } from "./transaction-context.ts";
