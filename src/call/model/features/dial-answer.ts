import type { CommandFailure } from "../../../signals/index.ts";
import type { Endpoint, Shown } from "../model-effect.ts";
import type { Draft } from "../world.ts";
import type { DialRefusal } from "./dial-refusal.ts";

/** The INVITE of a device that dialed a feature is answered by a service. @param shown whom it is shown as who answers */
export function accept(draft: Draft, sessionId: string, endpoint: Endpoint, shown?: Shown): void {
  draft.effects.push({ type: "accept", sessionId, endpoint, ...(shown === undefined ? {} : { shown }) });
}

const STATUS_OF: Readonly<Partial<Record<CommandFailure, number>>> = {
  "conference-full": 486,
  "media-incompatible": 488,
  pending: 491,
  private: 403,
  "device-not-in-call": 404,
};

/** How a phone is told by the answer to its INVITE that what it dialed cannot be done; 403 where nothing says more. */
export function refusalOf(failure: CommandFailure): DialRefusal {
  return { status: STATUS_OF[failure] ?? 403, reason: "feature" };
}
