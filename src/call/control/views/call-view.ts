import type { Party } from "../../model/index.ts";
import type { CallSession } from "../session/call-session.ts";
import type { Leg } from "../leg/leg.ts";

/** One party of a call that is going on. */
export interface CallPartyView {
  /** Name of the device, or of the service (`echo`). */
  readonly device: string;
  readonly number: string;
  readonly state: Party["connection"];
  /** It has put the other party on hold. */
  readonly holding: boolean;
  /** Where its SIP comes from, for example `udp/192.0.2.7:5060`; absent while unknown and for services. */
  readonly source?: string;
  readonly dialogId?: string;
  /** Call-IDs of its dialogs, octets as characters; of a callee, one for each contact that was rung. */
  readonly sipCallIds: readonly string[];
}

/** A call that is going on. Times are wall-clock milliseconds. */
export interface CallView {
  readonly callId: string;
  readonly state: "initiated" | "alerting" | "answering" | "established" | "disconnected";
  /** As dialed. */
  readonly calledNumber: string;
  readonly startedAtMs: number;
  readonly answeredAtMs?: number;
  readonly caller: CallPartyView;
  readonly callee: CallPartyView;
}

export function viewOf(session: CallSession): CallView {
  const { callId, call, progress, endpoint } = session;
  const { calledNumber, startedAtMs, answeredAtMs, caller, callee, sipCallIds } = progress;
  return {
    callId,
    state: call.state,
    calledNumber,
    startedAtMs,
    ...(answeredAtMs === undefined ? {} : { answeredAtMs }),
    caller: {
      ...partyView(caller.name, caller.number, call.caller, session.leg("caller")),
      sipCallIds: [sipCallIds.caller],
    },
    callee: {
      ...partyView(callee?.name ?? endpoint ?? "", callee?.number ?? calledNumber, call.callee, session.leg("callee")),
      sipCallIds: sipCallIds.callee,
    },
  };
}

function partyView(
  device: string,
  number: string,
  party: Party,
  leg: Leg | undefined,
): Omit<CallPartyView, "sipCallIds"> {
  const source = leg === undefined || leg.source.address === "" ? undefined : leg.source;
  return {
    device,
    number,
    state: party.connection,
    holding: party.isHolding,
    ...(source === undefined ? {} : { source: `${source.protocol}/${source.address}:${source.port}` }),
    ...(leg === undefined ? {} : { dialogId: leg.dialogId }),
  };
}
