import { causeOfStatus, type ModelEffect, type ModelEvent, type Why } from "../../model/index.ts";
import type { Switchboard } from "./switchboard.ts";

type EffectOf<Type extends ModelEffect["type"]> = Extract<ModelEffect, { type: Type }>;

/** A call that rings goes elsewhere; tells why it does not. */
export function reroute(
  switchboard: Switchboard,
  { sessionId, redirection }: EffectOf<"reroute">,
  tell: (event: ModelEvent) => void,
): void {
  const refused = switchboard.reroute(sessionId, redirection);
  if (refused === undefined) return;
  const { status, cause = causeOfStatus(status) } = refused;
  const why: Why = { cause, sip: { status }, feature: "redirect", by: "system" };
  tell({ type: "reroute-refused", sessionId, why });
}

/** A call that rings is answered by a leg that is up; tells when it cannot be any more. */
export function pickUp(
  switchboard: Switchboard,
  { sessionId, legId }: EffectOf<"pick-up">,
  tell: (event: ModelEvent) => void,
): void {
  const onGone = (): void => tell({ type: "pick-up-failed", sessionId, legId });
  if (!switchboard.pickUp(sessionId, legId, onGone)) onGone();
}
