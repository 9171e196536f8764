import { errorMessageOf, type Logger } from "../../common/index.ts";
import type { TransportLayer } from "../transport/index.ts";
import type { LargeRequests } from "./client/large-requests.ts";
import type { TimerSettings } from "./timer/timer-settings.ts";
import type { TimerWheel } from "./timer/timer-wheel.ts";
import type { TransactionCounters } from "./transaction-counters.ts";

/** What of the transport the transaction layer uses. */
export type MessageSender = Pick<TransportLayer, "send" | "resend" | "canReach" | "isLocal" | "localFor">;

/** What all transactions share. */
export interface TransactionContext {
  readonly sender: MessageSender;
  readonly largeRequests: LargeRequests;
  readonly wheel: TimerWheel;
  readonly timers: TimerSettings;
  readonly logger: Logger;
  readonly counters: TransactionCounters;
  /** Makes the To tags of responses without a transaction this process's own. */
  readonly tagSalt: string;
}

/** Notes that a handler of the transaction user has thrown; other transactions go on. */
export function noteUserError({ counters, logger }: TransactionContext, handler: string, error: unknown): void {
  counters.count("userErrors");
  logger.error("transaction user failed", {
    handler,
    error: errorMessageOf(error),
    stack: error instanceof Error ? error.stack : undefined,
  });
}
