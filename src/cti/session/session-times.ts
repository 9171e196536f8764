/** What is agreed with an application about its silence; in ms. */
export interface SessionTimes {
  readonly heartbeatMs: number;
  /** At least two heartbeats. */
  readonly leaseMs: number;
  /**
   * A standby takes its place when its connection has been lost for so long, 0 to two heartbeats; absent: only when it has
   * failed.
   */
  readonly standbyAfterMs?: number;
}
