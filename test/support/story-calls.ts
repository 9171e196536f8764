import type { ModelEffect, ModelEvent, Refer, Why } from "../../src/call/model/index.ts";
import { phoneLeg, placeOf, type CallStory } from "./call-story.ts";

type EffectOf<Type extends ModelEffect["type"]> = Extract<ModelEffect, { type: Type }>;

const HUNG_UP: Why = { cause: 16, feature: "normal", by: "party" };

/** Two persons in a call: `<from>` calls `<to>` from `callerLeg`; the legs are `leg-A` and the like unless told. */
export function talk(
  story: CallStory,
  sessionId: string,
  [from, to]: readonly [string, string],
  { callerLeg = `leg-${from}`, calleeLeg = `leg-${to}` } = {},
): void {
  ring(story, sessionId, [from, to], callerLeg);
  story.tell({ type: "answered", sessionId, leg: phoneLeg(to, { legId: calleeLeg }) });
}

/** A call that rings. */
export function ring(
  story: CallStory,
  sessionId: string,
  [from, to]: readonly [string, string],
  callerLeg = `leg-${from}`,
): void {
  story.tell(
    { type: "offered", sessionId, leg: phoneLeg(from, { legId: callerLeg }), called: to },
    { type: "offering", sessionId, places: [placeOf(to)] },
    { type: "ringing", sessionId },
  );
}

export function refer(legId: string, to: string, more: Partial<Refer> = {}): ModelEvent {
  return { type: "refer", refer: { referId: `refer-${legId}`, legId, to, ...more } };
}

/** The effects of these events, those of a type. */
export function effectsOf<Type extends ModelEffect["type"]>(
  story: CallStory,
  type: Type,
  ...events: readonly ModelEvent[]
): EffectOf<Type>[] {
  const before = story.effects.length;
  story.tell(...events);
  return story.effects.slice(before).filter((effect): effect is never => effect.type === type);
}

/** The session that a feature has made the switch ring by. */
export function originated(story: CallStory): EffectOf<"originate"> {
  const found = story.effects.findLast((effect) => effect.type === "originate");
  if (found === undefined) throw new Error("nothing is rung");
  return found;
}

/** Somebody is rung by that session, and rings. */
export function rung(sessionId: string, name: string): readonly ModelEvent[] {
  return [
    { type: "offering", sessionId, places: [placeOf(name)] },
    { type: "ringing", sessionId },
  ];
}

/** A party hangs up: what the shell tells of it. */
export function hangsUp(story: CallStory, legId: string): readonly ModelEvent[] {
  const sessionId = story.world.legs.get(legId)?.sessionId ?? "";
  return [{ type: "leaving", legId, why: HUNG_UP }, endOf(sessionId)];
}

export function endOf(sessionId: string, why: Why = HUNG_UP): ModelEvent {
  return { type: "ended", sessionId, why };
}

export function failed(sessionId: string, status: number, cause: number): ModelEvent {
  return { type: "ended", sessionId, why: { cause, sip: { status }, feature: "normal", by: "party" } };
}

/** The statuses that a REFER's sender has been told so far. */
export function notified(story: CallStory): number[] {
  return story.effects.flatMap((effect) => (effect.type === "notify" ? [effect.status] : []));
}

/** What is laid over what a leg hears, by the last that was said of it. */
export function hears(story: CallStory, legId: string): string | undefined {
  const effect = story.effects.findLast((one) => one.type === "play" && one.legId === legId);
  return effect?.type === "play" ? effect.source : undefined;
}
