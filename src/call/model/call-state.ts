import type { TransitionTable } from "./transition-table.ts";

/** JTAPI Call: `idle` before its first connection, `active` with one, `invalid` for good when all are disconnected. */
export type CallState = "idle" | "active" | "invalid";

export const CALL_TRANSITIONS: TransitionTable<CallState> = {
  idle: ["active", "invalid"],
  active: ["invalid"],
  invalid: [],
};
