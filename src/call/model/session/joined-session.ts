import { withMore } from "../../../common/index.ts";
import { partyToJoin } from "./hold.ts";
import { NEW_SESSION, type Session } from "./session.ts";
import type { SessionEvent } from "./session-event.ts";
import type { Side } from "./side.ts";

/** An established party in its session. */
export interface Seat {
  readonly call: Session;
  readonly side: Side;
}

/**
 * Established parties that are to be put on one session: `edge-back` begins that. Without a second one there is a service
 * of the relay that the first is connected with.
 */
export function joinedSession(caller: Seat, callee: Seat | undefined): Session {
  const unacknowledged: Side[] = isUnacknowledged(caller) ? ["caller"] : [];
  if (callee !== undefined && isUnacknowledged(callee)) unacknowledged.push("callee");
  const isDoubtful = isInDoubt(caller) || (callee !== undefined && isInDoubt(callee));
  return withMore(NEW_SESSION, {
    state: "established",
    hasEndpoint: callee === undefined,
    caller: partyToJoin(caller.call[caller.side]),
    callee:
      callee === undefined
        ? { ...NEW_SESSION.callee, connection: "established" }
        : partyToJoin(callee.call[callee.side]),
    ...(unacknowledged.length === 0 ? {} : { unacknowledged }),
    needsResync: isDoubtful ? "always" : "if-changed",
    suspended: true,
  });
}

/** It has had a 2xx and has not acknowledged it: it can take no INVITE yet (RFC 3261 14.1). */
export function isUnacknowledged({ call, side }: Seat): boolean {
  const { negotiation, unacknowledged = [] } = call;
  if (unacknowledged.includes(side)) return true;
  if (negotiation === undefined || negotiation.kind === "resync") return false;
  return negotiation.requester === side && negotiation.step === "awaiting-ack";
}

/** What it was last told, or has last said, is not known. */
function isInDoubt({ call: { negotiation, needsResync } }: Seat): boolean {
  if (needsResync === "always") return true;
  if (negotiation === undefined || negotiation.step === "media-offer") return false;
  return negotiation.kind === "resync" || negotiation.step !== "awaiting-ack" || negotiation.delayed;
}

/** What a party has answered in its session since it was taken out of it; undefined: nothing. @param side in its new one */
export function lateAnswer(seat: Seat, now: Session, side: Side): SessionEvent | undefined {
  const { localSdp, remoteSdp } = now[seat.side];
  const before = seat.call[seat.side];
  if (localSdp === undefined || remoteSdp === undefined) return undefined;
  if (localSdp === before.localSdp && remoteSdp === before.remoteSdp) return undefined;
  return { type: "late-answer", side, localSdp, remoteSdp };
}
