import type { ModelEffect } from "./model-effect.ts";
import { otherLeg, type Draft, type ModelLeg, type World } from "./world.ts";

type Play = Extract<ModelEffect, { type: "play" }>;

/** What a leg hears instead of the other party, by who holds; undefined: that party. */
export function overlayOf(world: World, leg: ModelLeg): Pick<Play, "source" | "musicOf"> | undefined {
  const other = otherLeg(world, leg);
  const isRinging = [...world.transfers.values()].some(
    ({ party, controller, state }) => party === leg.legId && controller !== undefined && state === "calling",
  );
  if (isRinging) return { source: "ringback" };
  if (other?.isHolding === true || other?.isHeldByCommand === true) return { source: "music", musicOf: other.device };
  return leg.isHeldByCommand ? { source: "silence" } : undefined;
}

/** Lays over a session what its legs are to hear, for a relay that has lost it. */
export function playAgain({ world, effects }: Draft, sessionId: string): void {
  const session = world.sessions.get(sessionId);
  if (session?.stage !== "up") return;
  for (const legId of [session.caller, session.callee]) {
    const leg = legId === undefined ? undefined : world.legs.get(legId);
    const overlay = leg === undefined ? undefined : overlayOf(world, leg);
    if (leg !== undefined && overlay !== undefined) {
      effects.push({ type: "play", sessionId, legId: leg.legId, ...overlay });
    }
  }
}
