import type { Session } from "./session.ts";

/**
 * A call as its process left it when it died, ready to go on once the edge is back. A change of the session that was
 * under way is undone by putting both parties on what was last agreed on. `undefined`: it was not up, or its session
 * was never agreed on: it is to be ended.
 */
export function restoredSession(call: Session): Session | undefined {
  const { unacknowledged, ...rest } = call;
  const { state, negotiation, caller, callee, hasEndpoint } = rest;
  const isAgreed = caller.remoteSdp !== undefined && (hasEndpoint || callee.remoteSdp !== undefined);
  if (state !== "established" || !isAgreed) return undefined;
  const wasChanging =
    negotiation !== undefined &&
    (negotiation.kind === "resync" || negotiation.step !== "awaiting-ack" || negotiation.delayed);
  return {
    ...rest,
    setup: undefined,
    branches: [],
    negotiation: undefined,
    passed: [],
    late: [],
    owedBye: undefined,
    suspended: true,
    needsResync: wasChanging || unacknowledged !== undefined ? "always" : call.needsResync,
    resyncAttempts: 0,
    resyncWaits: false,
  };
}
