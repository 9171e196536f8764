import { withMore } from "../../../common/index.ts";
import type { Session } from "./session.ts";
import type { Step } from "./session-effect.ts";
import type { Side } from "./side.ts";

/** Parties that came from other sessions with a 2xx that they had not acknowledged there. */

/** One of them has, or is known to have had its 2xx. */
export function withAck(call: Session, side: Side): Step {
  if (call.unacknowledged?.includes(side) !== true) return { call, effects: [] };
  const left = call.unacknowledged.filter((one) => one !== side);
  if (left.length > 0) return { call: withMore(call, { unacknowledged: left }), effects: [] };
  const { unacknowledged: _none, ...rest } = call;
  return { call: rest, effects: [{ type: "stop-timer", timer: "ack" }] };
}

/** The ACK was lost for good: who is there still answers what it is asked now. */
export function withoutAcks({ unacknowledged: _lost, ...call }: Session): Step {
  return { call: { ...call, needsResync: "always" }, effects: [] };
}
