import type { HeaderList } from "../../signaling/signaling-port.ts";
import type { CallRouting } from "./call-routing.ts";
import type { CallProgress } from "../session/call-progress.ts";
import type { CallTargets } from "../session/offered-invite.ts";
import { rejection } from "../rejection.ts";
import type { RoutedCall } from "./routed-call.ts";

/**
 * Where a call goes now, and may go later; what is done to it on its way stands in its progress.
 * @param onReturned told when a call that was redirected rings again where it did, since that has failed with a status
 */
export function callTargets(
  { targets }: RoutedCall,
  routing: CallRouting | undefined,
  progress: Pick<CallProgress, "redirect" | "doing">,
  { branchHeaders, onReturned }: { branchHeaders: HeaderList; onReturned: (status: number) => void },
): CallTargets {
  const note = (): void => {
    if (routing?.redirect !== undefined) progress.redirect = { ...progress.redirect, ...routing.redirect };
    if (routing?.doing !== undefined) progress.doing = routing.doing;
  };
  note();
  return {
    targets,
    branchHeaders,
    divert: (untaken) => {
      const diverted = routing?.divert(untaken);
      if (diverted !== undefined) note();
      if (diverted?.returned !== undefined) onReturned(diverted.returned);
      return diverted;
    },
    reroute: (redirecting) => {
      const routed = routing?.redirectCall(redirecting);
      if (routed === undefined) return { kind: "rejected", ...rejection(480, "no-route") };
      note();
      return routed;
    },
  };
}
