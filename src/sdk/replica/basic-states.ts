import type { ConnectionState, TerminalConnectionState } from "../../protocol/index.ts";

/** JTAPI Connection: the call-control states, coarser. */
export type BasicConnectionState =
  "idle" | "in-progress" | "alerting" | "connected" | "disconnected" | "failed" | "unknown";

/** JTAPI TerminalConnection: the call-control states, coarser. */
export type BasicTerminalConnectionState = "idle" | "ringing" | "passive" | "active" | "dropped" | "unknown";

const CONNECTIONS: Readonly<Record<ConnectionState, BasicConnectionState>> = {
  idle: "idle",
  offered: "in-progress",
  queued: "in-progress",
  alerting: "alerting",
  initiated: "connected",
  dialing: "connected",
  "network-reached": "connected",
  "network-alerting": "connected",
  established: "connected",
  disconnected: "disconnected",
  failed: "failed",
  unknown: "unknown",
};

const TERMINAL_CONNECTIONS: Readonly<Record<TerminalConnectionState, BasicTerminalConnectionState>> = {
  idle: "idle",
  ringing: "ringing",
  talking: "active",
  held: "active",
  bridged: "passive",
  "in-use": "passive",
  dropped: "dropped",
  unknown: "unknown",
};

/** The basic state that a call-control state implies; a state of a later protocol is `unknown`. */
export function basicConnectionState(state: ConnectionState): BasicConnectionState {
  return (CONNECTIONS as Readonly<Record<string, BasicConnectionState>>)[state] ?? "unknown";
}

export function basicTerminalConnectionState(state: TerminalConnectionState): BasicTerminalConnectionState {
  return (TERMINAL_CONNECTIONS as Readonly<Record<string, BasicTerminalConnectionState>>)[state] ?? "unknown";
}
