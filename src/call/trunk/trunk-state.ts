import type { Ping } from "./ping.ts";
import type { Registration } from "./registration.ts";

/**
 * `up`: it answers, or is not asked. `down`: it does not, its secret cannot be read, or it is at home on other nodes. `registering`: there is no
 * binding yet. `unregistered`: there is none, and an attempt has failed. `unknown`: it has not been asked yet.
 */
export const TRUNK_STATES = ["up", "down", "registering", "unregistered", "unknown"] as const;
export type TrunkStateName = (typeof TRUNK_STATES)[number];

/** A state, and why it is not `up`. */
export interface TrunkCondition {
  readonly state: TrunkStateName;
  /**
   * A SIP status, or `no-answer`, `unreachable`, `not-granted`, `secret-unreadable`, `secret-key-refused`, `home-elsewhere` or the code of
   * another error. Absent: nothing is wrong.
   */
  readonly reason?: string;
}

/** What condition a trunk is in. Absent parts: it has no secret that cannot be read, does not register, is not asked. */
export function conditionOf(facts: {
  readonly problem?: string | undefined;
  readonly registration?: Registration | undefined;
  readonly ping?: Ping | undefined;
}): TrunkCondition {
  const { problem, registration, ping } = facts;
  if (problem !== undefined) return { state: "down", reason: problem };
  if (registration !== undefined && !registration.isBound) {
    const { failures, reason } = registration;
    if (failures === 0) return { state: "registering" };
    return { state: "unregistered", ...(reason === undefined ? {} : { reason }) };
  }
  if (ping?.state === "down") return { state: "down", ...(ping.reason === undefined ? {} : { reason: ping.reason }) };
  // A registrar that has answered is there.
  if (ping?.state === "unknown" && registration === undefined) return { state: "unknown" };
  // The binding is good until it expires, but its refresh has failed.
  return { state: "up", ...(registration?.reason === undefined ? {} : { reason: registration.reason }) };
}

/** True when calls may go to it before others have been tried. */
export function isUsableState(state: TrunkStateName): boolean {
  return state !== "down" && state !== "unregistered";
}
