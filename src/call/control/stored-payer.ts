import type { TollGuards } from "../toll/index.ts";
import type { CallStore } from "./session-context.ts";

/** Keeps with each call whose bounds it counts for. */
export function storeWithPayers(store: CallStore, toll: Pick<TollGuards, "payerOf">): CallStore {
  return {
    put: (saved) => {
      const payer = toll.payerOf(saved.callId);
      store.put(payer === undefined ? saved : { ...saved, payer });
    },
    remove: (callId) => store.remove(callId),
  };
}
