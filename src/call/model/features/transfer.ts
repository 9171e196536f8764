import type { Why } from "../why.ts";
import type { Draft } from "../world.ts";
import { transferAnswered, transferFailed, transferLeaving, transferRinging } from "./blind-transfer.ts";
import { dialedAnswered } from "./dialed-transfer.ts";
import type { FeatureMachine } from "./feature-machine.ts";
import { park, placeToPark } from "./park.ts";

export { refuse } from "./asker.ts";
export { transferTo } from "./blind-transfer.ts";
export { transferConsulted } from "./consulted-transfer.ts";

/** What transfers do with what happens. */
export const TRANSFER: FeatureMachine = {
  onRinging: (draft, id) => {
    const transfer = draft.world.transfers.get(id);
    if (transfer?.state === "calling") transferRinging(draft, transfer);
  },
  onAnswered: (draft, id, session, legId) => {
    const transfer = draft.world.transfers.get(id);
    if (transfer?.state === "dialed") return dialedAnswered(draft, transfer, session);
    if (transfer !== undefined) return transferAnswered(draft, transfer, session, legId);
    // The party has hung up at the same moment.
    draft.effects.push({ type: "release", sessionId: session.sessionId, why: GONE });
  },
  onEnded: (draft, id, _session, why) => {
    const transfer = draft.world.transfers.get(id);
    if (transfer?.state === "dialed") return void draft.world.transfers.delete(id);
    if (transfer !== undefined) transferFailed(draft, transfer, why);
  },
  onFeature: (draft, id, feature) => {
    const transfer = draft.world.transfers.get(id);
    const place = placeToPark(feature);
    if (transfer?.state !== "calling" || transfer.controller === undefined || place === undefined) return false;
    const leg = draft.world.legs.get(transfer.controller);
    if (leg === undefined) return false;
    draft.world.transfers.delete(id);
    park(draft, leg, place, transfer.asker);
    return true;
  },
  onLeaving: (draft, { legId }, why) => leaving(draft, legId, why),
  onGone: (draft, { legId }, why) => {
    for (const transfer of draft.world.transfers.values()) {
      if (transfer.state !== "dialed" && transfer.party === legId) transferLeaving(draft, transfer, legId, why);
    }
  },
};

const GONE: Why = { cause: 16, feature: "blind-transfer", by: "party" };

function leaving(draft: Draft, legId: string, why: Why): void {
  for (const transfer of draft.world.transfers.values()) {
    if (transfer.state === "dialed") continue;
    const isController = transfer.state === "calling" && transfer.controller === legId;
    if (transfer.party === legId || isController) return transferLeaving(draft, transfer, legId, why);
  }
}
