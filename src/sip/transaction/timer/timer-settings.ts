/** RFC 3261 17.1.1.1, table 4: the times that all timers are made of, in milliseconds. */
export interface TimerSettings {
  /** Estimate of the round-trip time; 500. */
  readonly t1Ms: number;
  /** Longest time between two retransmissions of non-INVITE requests and INVITE responses; 4,000. */
  readonly t2Ms: number;
  /** Longest time a message stays in the network; 5,000. */
  readonly t4Ms: number;
}

export const DEFAULT_TIMER_SETTINGS: TimerSettings = { t1Ms: 500, t2Ms: 4_000, t4Ms: 5_000 };

/** Timers B, F, H, L, M and others: when a transaction gives up. */
export function giveUpMs({ t1Ms }: TimerSettings): number {
  return 64 * t1Ms;
}
