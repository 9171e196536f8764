import type { Overlay } from "../model-effect.ts";
import { otherLeg, type Draft, type ModelLeg, type World } from "../world.ts";

/** What is laid over what a leg hears; `musicOf`: the device whose music it is. */
interface Sound {
  readonly source: Overlay | undefined;
  readonly musicOf?: string;
  /** The music source, where it is not the device's. */
  readonly music?: string;
}

/** Its user or the switch has put the call on hold. */
export function isHeldLeg({ isHolding, isHeldByCommand }: ModelLeg): boolean {
  return isHolding || isHeldByCommand;
}

/** Lets a leg hear what it has to by what its session's parties do. */
export function refreshSound(draft: Draft, leg: ModelLeg): void {
  const { sessionId, legId } = leg;
  draft.effects.push({ type: "play", sessionId, legId, ...soundOf(draft.world, leg) });
}

/** The same of a leg that has come into another session, where nothing is played yet. */
export function beginSound(draft: Draft, leg: ModelLeg): void {
  if (soundOf(draft.world, leg).source !== undefined) refreshSound(draft, leg);
}

/** The legs of a session begin with silence, or the relay has lost what it played to them. */
export function beginSounds(draft: Draft, sessionId: string): void {
  const session = draft.world.sessions.get(sessionId);
  for (const legId of [session?.caller, session?.callee]) {
    const leg = legId === undefined ? undefined : draft.world.legs.get(legId);
    if (leg?.sessionId === sessionId && leg.isUp) beginSound(draft, leg);
  }
}

/** Who has the call held by the switch hears nothing, whom another holds music, and who is being transferred how it rings. */
function soundOf(world: World, leg: ModelLeg): Sound {
  if (leg.isHeldByCommand) return { source: "silence" };
  const other = otherLeg(world, leg);
  if (other === undefined) return { source: undefined };
  if (rings(world, leg)) return { source: "ringback" };
  if (!isHeldLeg(other)) return { source: undefined };
  const { device: musicOf } = other;
  const music = other.isHeldByCommand ? other.holdMusic : undefined;
  return { source: "music", musicOf, ...(music === undefined ? {} : { music }) };
}

/** It is being transferred, and rings at the new number. */
function rings({ transfers }: World, { legId }: ModelLeg): boolean {
  for (const transfer of transfers.values()) {
    if (transfer.state === "calling" && transfer.party === legId) return transfer.isRinging === true;
  }
  return false;
}
