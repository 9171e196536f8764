import { isReliable, type Target } from "../../transport/index.ts";

/** The flow of a target that can be reached over one connection only; `undefined` for all others. */
export function onlyConnectionOf({ protocol, flowId, isFlowOnly = false }: Target): string | undefined {
  return isFlowOnly && isReliable(protocol) ? flowId : undefined;
}
