import { dropLeg } from "../basic-call.ts";
import { linkCalls } from "../call-changes.ts";
import type { Why } from "../why.ts";
import type { Draft, ModelLeg } from "../world.ts";
import { asked, refuse, succeed } from "./asker.ts";
import { transferTo } from "./blind-transfer.ts";
import { isInvolved } from "./involved.ts";
import { unfitTogether } from "./media-fit.ts";
import type { Asker } from "./transfer-state.ts";
import { connect, oppositeOf, transferring } from "./transfers.ts";

function whyConsulted(asker: Asker): Why {
  return { cause: 16, feature: "transfer", ...asked(asker) };
}

/**
 * The other parties of two legs of a device are connected; the call of the first survives. Where one of the two calls has
 * not been answered yet it is given up, and its number rung for the other party instead.
 */
export function transferConsulted(draft: Draft, one: ModelLeg, other: ModelLeg, asker: Asker): void {
  const { world } = draft;
  const [first, second] = one.isUp ? [one, other] : [other, one];
  const party = oppositeOf(world, first);
  if (party === undefined) return refuse(draft, asker, "no-consultation", "a call has to be established");
  if (first.sessionId === second.sessionId) {
    return refuse(draft, asker, "no-consultation", "a phone that has called itself has no other call");
  }
  const target = oppositeOf(world, second);
  const legs = [first, second, ...[party, target].flatMap((each) => (each && "leg" in each ? [each.leg] : []))];
  if (legs.some(({ legId }) => isInvolved(world, legId))) {
    return refuse(draft, asker, "pending", "a transfer of one of these calls is under way");
  }
  if (!second.isUp) return transferEarly(draft, first, second, asker);
  const moved = target !== undefined && "leg" in target ? target.leg : undefined;
  if (target === undefined || (moved === undefined && !("leg" in party))) {
    return refuse(draft, asker, "no-consultation", "both calls need another party");
  }
  const unfit = "leg" in party ? unfitTogether(party.leg, moved) : moved && unfitTogether(moved);
  if (unfit !== undefined) return refuse(draft, asker, unfit.failure, unfit.detail);
  const [surviving, dissolved] = [first.callId, second.callId];
  const merged = surviving === dissolved ? {} : { dissolved };
  const why = whyConsulted(asker);
  transferring(draft, { surviving, ...merged, controller: first.device }, () => {
    succeed(draft, asker, surviving);
    linkCalls(draft, dissolved, surviving);
    if ("leg" in party) connect(draft, surviving, party.leg, target, why);
    else if (moved !== undefined) connect(draft, surviving, moved, party, why);
    for (const leg of [first, second]) {
      dropLeg(draft, leg, why);
      // The session with a service ends by nobody's leaving it.
      if (world.sessions.get(leg.sessionId)?.endpoint === undefined) continue;
      draft.effects.push({ type: "release", sessionId: leg.sessionId, why });
    }
  });
}

/** The call of `second` is given up before it is answered. */
function transferEarly(draft: Draft, first: ModelLeg, { callId, sessionId }: ModelLeg, asker: Asker): void {
  const to = draft.world.calls.get(callId)?.called ?? "";
  draft.effects.push({ type: "release", sessionId, why: { ...whyConsulted(asker), sip: { status: 487 } } });
  transferTo(draft, first, to, asker);
}
