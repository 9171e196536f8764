import type { TerminalConnectionState } from "../../signals/index.ts";
import type { TransitionTable } from "./transition-table.ts";

export type { TerminalConnectionState };

/** JTAPI TerminalConnection: the same, coarser. */
export type BasicTerminalConnectionState = "idle" | "ringing" | "passive" | "active" | "dropped" | "unknown";

export const TERMINAL_CONNECTION_TRANSITIONS: TransitionTable<TerminalConnectionState> = {
  idle: ["ringing", "talking", "held", "bridged", "in-use", "dropped", "unknown"],
  ringing: ["talking", "held", "bridged", "in-use", "dropped", "unknown"],
  talking: ["held", "bridged", "in-use", "dropped", "unknown"],
  held: ["talking", "bridged", "in-use", "dropped", "unknown"],
  bridged: ["talking", "in-use", "dropped", "unknown"],
  "in-use": ["talking", "bridged", "dropped", "unknown"],
  dropped: [],
  unknown: ["talking", "held", "bridged", "in-use", "dropped"],
};

const BASIC: Readonly<Record<TerminalConnectionState, BasicTerminalConnectionState>> = {
  idle: "idle",
  ringing: "ringing",
  talking: "active",
  held: "active",
  bridged: "passive",
  "in-use": "passive",
  dropped: "dropped",
  unknown: "unknown",
};

/** The basic state that a call-control state implies. */
export function basicTerminalConnectionState(state: TerminalConnectionState): BasicTerminalConnectionState {
  return BASIC[state];
}
