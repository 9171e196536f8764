import type { TransitionTable } from "../transition-table.ts";

/**
 * A session: two legs, or one and a service. `alerting`: somebody rings; `answering`: somebody has answered, and the relay
 * takes the answer. One that is made of established legs begins with `established`.
 */
export type SessionState = "initiated" | "alerting" | "answering" | "established" | "disconnected";

export const SESSION_TRANSITIONS: TransitionTable<SessionState> = {
  initiated: ["alerting", "answering", "established", "disconnected"],
  alerting: ["answering", "established", "disconnected"],
  answering: ["established", "disconnected"],
  established: ["disconnected"],
  disconnected: [],
};
