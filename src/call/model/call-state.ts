import type { CallState } from "../../signals/index.ts";
import type { TransitionTable } from "./transition-table.ts";

export type { CallState };

export const CALL_TRANSITIONS: TransitionTable<CallState> = {
  idle: ["active", "invalid"],
  active: ["invalid"],
  invalid: [],
};
