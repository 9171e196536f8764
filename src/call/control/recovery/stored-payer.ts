import { withMore } from "../../../common/index.ts";
import type { CountedCall, TollGuards } from "../../toll/index.ts";
import type { SavedCall } from "./saved-call.ts";
import type { CallStore } from "../session/session-context.ts";

/** Keeps with each call whose bounds it counts for, also before legs that it is made of have left their sessions. */
export function storeWithPayers(store: CallStore, toll: Pick<TollGuards, "countedIn">): CallStore {
  return {
    put: (saved) => {
      const payers = [...toll.countedIn(saved.callId), ...comingInto(saved, toll)];
      store.put(payers.length === 0 ? saved : withMore(saved, { payers }));
    },
    end: (callId, ended) => store.end(callId, ended),
    remove: (callId) => store.remove(callId),
  };
}

/** What still counts in the sessions that the legs are from. */
function comingInto(
  { origin, caller, callee }: SavedCall,
  toll: Pick<TollGuards, "countedIn">,
): readonly CountedCall[] {
  const trunks = [caller, callee].map((leg) => (leg?.device.kind === "peer" ? leg.device.name : undefined));
  const counted = (origin?.from ?? []).flatMap((callId) => toll.countedIn(callId));
  return counted.filter(({ trunk }) => trunk !== undefined && trunks.includes(trunk));
}
