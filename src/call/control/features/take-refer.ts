import type { Ids } from "../../../common/index.ts";
import { parseCSeq } from "../../../sip/message/index.ts";
import type { Refer, Side } from "../../model/index.ts";
import type { IncomingRequest, ResponseOptions } from "../../signaling/signaling-port.ts";
import type { CallSession } from "../session/call-session.ts";
import type { CallTable } from "../call-table.ts";
import { legIdOf } from "./leg-facts.ts";
import type { ReferProgress } from "./refer-progress.ts";
import { parseRefer } from "./refer-request.ts";
import { dialogNamed } from "./replaced-dialog.ts";

/** Answers a REFER. @returns what it asks for; undefined: it was refused */
export function takeRefer(
  session: CallSession,
  side: Side,
  request: IncomingRequest,
  { table, ids, refers }: { readonly table: CallTable; readonly ids: Ids; readonly refers: ReferProgress },
): Refer | undefined {
  const { message } = request;
  const leg = session.leg(side);
  const refer = parseRefer(message);
  const cseq = parseCSeq(message.get("cseq") ?? "");
  if (refer === undefined || leg === undefined || !cseq.ok) return refused(request, 400, {});
  if (leg.device.kind === "peer") return refused(request, 403, {});
  if (session.call.state !== "established") return refused(request, 491, {});
  if (refers.isFull) return refused(request, 503, { headers: [["Retry-After", "5"]] });
  const replaced = refer.replaces === undefined ? undefined : dialogNamed(table, refer.replaces)?.leg;
  // RFC 3891 3: no dialog matches, or none that is the phone's to replace.
  if (refer.replaces !== undefined && replaced?.device.name !== leg.device.name) return refused(request, 481, {});
  const referId = ids.uuid();
  request.respond(202, { headers: refer.isUnsubscribed ? [["Refer-Sub", "false"]] : [] });
  if (!refer.isUnsubscribed) refers.add(referId, leg.localTag, String(cseq.value.sequence));
  return {
    referId,
    legId: legIdOf(leg),
    to: refer.to,
    ...(replaced === undefined ? {} : { replaces: legIdOf(replaced) }),
    ...(refer.replaces?.earlyOnly === true ? { isEarlyOnly: true } : {}),
    ...(refer.referredBy === undefined ? {} : { referredBy: refer.referredBy }),
  };
}

function refused(request: IncomingRequest, status: number, response: ResponseOptions): undefined {
  request.respond(status, response);
  return undefined;
}
