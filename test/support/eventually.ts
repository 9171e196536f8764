import { setTimeout as delay } from "node:timers/promises";

/** Bounds of `eventually`. */
export interface EventuallyOptions {
  readonly timeoutMs: number;
  /** Time between two attempts; default 50 ms. */
  readonly intervalMs?: number;
}

/**
 * Repeats `attempt` until it does not throw, for states of other processes that send no event.
 * @returns what the first good attempt returned
 * @throws the last attempt's error when time runs out
 */
export async function eventually<Value>(
  attempt: () => Value | Promise<Value>,
  { timeoutMs, intervalMs = 50 }: EventuallyOptions,
): Promise<Value> {
  const endMs = performance.now() + timeoutMs;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (performance.now() >= endMs) throw error;
    }
    await delay(intervalMs);
  }
}
