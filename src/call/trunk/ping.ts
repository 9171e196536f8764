/** Whether a trunk answers OPTIONS (RFC 3261 11). */
export interface Ping {
  readonly state: "unknown" | "up" | "down";
  /** One after the other. */
  readonly misses: number;
  /** Why it is down; undefined while it is not. */
  readonly reason: string | undefined;
}

export type PingEvent =
  /** Any answer but 408 and 503. */
  | { readonly type: "answered" }
  /** No answer in time. */
  | { readonly type: "missed" }
  /** It says that it takes no calls, or no way leads to it. */
  | { readonly type: "refused"; readonly reason: string };

export const FIRST_PING: Ping = { state: "unknown", misses: 0, reason: undefined };

const MISSES_UNTIL_DOWN = 2;
/** In doubt it is asked again sooner. */
const IN_DOUBT_SECONDS = 5;
const MIN_ANSWER_MS = 1_000;
const MAX_ANSWER_MS = 10_000;

/** Down after two misses or one refusal, up at the first answer. Pure. */
export function stepPing(ping: Ping, event: PingEvent): Ping {
  switch (event.type) {
    case "answered":
      return { state: "up", misses: 0, reason: undefined };
    case "missed": {
      const misses = ping.misses + 1;
      if (ping.state === "down" || misses < MISSES_UNTIL_DOWN) return { ...ping, misses };
      return { state: "down", misses, reason: "no-answer" };
    }
    case "refused":
      return { state: "down", misses: 0, reason: event.reason };
  }
}

/** Until the first ping: anywhere in an interval. @param spread random, 0 up to 1 */
export function firstPingDelayMs(pingSeconds: number, spread: number): number {
  return Math.round(pingSeconds * 1_000 * spread);
}

/** From one ping to the next: the interval, a tenth more or less. */
export function nextPingDelayMs({ state, misses }: Ping, pingSeconds: number, spread: number): number {
  const isInDoubt = state !== "down" && misses > 0;
  const seconds = isInDoubt ? Math.min(pingSeconds, IN_DOUBT_SECONDS) : pingSeconds;
  return Math.round(seconds * 1_000 * (0.9 + spread / 5));
}

/** How long an answer may take. */
export function answerMs(pingSeconds: number): number {
  return Math.min(MAX_ANSWER_MS, Math.max(MIN_ANSWER_MS, pingSeconds * 1_000));
}
