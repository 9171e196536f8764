/**
 * How far an application is behind: `flowing`; `conflating`: events that a later one replaces wait without a number;
 * `lagging`: it is told so; `cut`: its connection ends, and it may come back.
 */
export type FlowLevel = "flowing" | "conflating" | "lagging" | "cut";

/** Events that are to be sent, and what they take as JSON. */
export interface Queued {
  readonly events: number;
  readonly bytes: number;
}

const CONFLATING = 0.25;
const LAGGING = 0.5;

/** The level of a queue, by its level before: one who lags does so until less than a quarter is queued. */
export function flowLevel(before: FlowLevel, queued: Queued, limits: Queued): FlowLevel {
  const fill = Math.max(queued.events / limits.events, queued.bytes / limits.bytes);
  if (fill >= 1) return "cut";
  if (fill < CONFLATING) return "flowing";
  if (fill >= LAGGING) return "lagging";
  return before === "lagging" || before === "cut" ? "lagging" : "conflating";
}
