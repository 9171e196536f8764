import { causeOfStatus, type ModelEvent, type Why } from "../../model/index.ts";

/** What the model is told of a call that could not be sent elsewhere, or has come back. */
export function rerouteRefused(
  sessionId: string,
  { status, cause = causeOfStatus(status) }: { readonly status: number; readonly cause?: number },
  by: Why["by"],
): ModelEvent {
  return { type: "reroute-refused", sessionId, why: { cause, sip: { status }, feature: "redirect", by } };
}
