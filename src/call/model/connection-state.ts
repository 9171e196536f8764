import type { ConnectionState } from "../../signals/index.ts";
import type { TransitionTable } from "./transition-table.ts";

export type { ConnectionState };

/** JTAPI Connection: the same, coarser. */
export type BasicConnectionState =
  "idle" | "in-progress" | "alerting" | "connected" | "disconnected" | "failed" | "unknown";

export const CONNECTION_TRANSITIONS: TransitionTable<ConnectionState> = {
  idle: ["initiated", "offered", "queued", "network-reached", "established", "failed", "disconnected", "unknown"],
  initiated: ["dialing", "established", "failed", "disconnected", "unknown"],
  dialing: ["established", "failed", "disconnected", "unknown"],
  offered: ["alerting", "queued", "established", "failed", "disconnected", "unknown"],
  queued: ["offered", "alerting", "established", "failed", "disconnected", "unknown"],
  alerting: ["queued", "established", "failed", "disconnected", "unknown"],
  "network-reached": ["network-alerting", "established", "failed", "disconnected", "unknown"],
  "network-alerting": ["established", "failed", "disconnected", "unknown"],
  established: ["queued", "failed", "disconnected", "unknown"],
  failed: ["disconnected"],
  disconnected: [],
  unknown: ["established", "failed", "disconnected"],
};

const BASIC: Readonly<Record<ConnectionState, BasicConnectionState>> = {
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

/** The basic state that a call-control state implies. */
export function basicConnectionState(state: ConnectionState): BasicConnectionState {
  return BASIC[state];
}

/** Nothing follows any more, or only `disconnected`. */
export function isOver(state: ConnectionState): boolean {
  return state === "disconnected" || state === "failed";
}
