import type { DialRefusal } from "./dial-refusal.ts";
import type { Shown } from "../model-effect.ts";
import { legsOf, otherLeg, putSession, type Draft, type ModelLeg, type World } from "../world.ts";
import { isHeldLeg } from "./hold.ts";
import { parkedOn, parkIdOf, parkOn, purposeOf, tryToPark } from "./park.ts";
import type { ParkPlace } from "./park-state.ts";

/** What a phone hears, and is shown, that has parked a call by dialing. */
export interface DialedPark {
  readonly endpoint: "silence" | "announcement:conference-enter";
  readonly shown?: Shown;
}

const EMPTY: DialRefusal = { status: 404, reason: "park-empty" };
const NOTHING: DialRefusal = { status: 404, reason: "park-nothing" };
const STATUS = { "park-slot-taken": 486, "park-no-slot": 480 } as const;

/** The code for parking: the call that the device has put on hold last, or else the one that it talks in, goes on a free slot. */
export function dialedPark(draft: Draft, sessionId: string, device: string): DialedPark | DialRefusal {
  const legs = callsOf(draft.world, device);
  const leg = legs.findLast(isHeldLeg) ?? legs.at(-1);
  return leg === undefined ? NOTHING : parkDialed(draft, sessionId, leg, {});
}

/** A slot: a call that the device holds is parked on it; without one it has what is parked there. */
export function dialedSlot(
  draft: Draft,
  sessionId: string,
  device: string,
  place: ParkPlace,
): DialedPark | DialRefusal {
  const held = callsOf(draft.world, device).findLast(isHeldLeg);
  if (held !== undefined) return parkDialed(draft, sessionId, held, place);
  if (parkedOn(draft.world, place) === undefined) return EMPTY;
  setPurpose(draft, sessionId, purposeOf("retrieves", parkIdOf(place)), "unpark");
  return { endpoint: "silence" };
}

function parkDialed(
  draft: Draft,
  sessionId: string,
  leg: ModelLeg,
  wanted: { range?: string; slot?: string },
): DialedPark | DialRefusal {
  const attempt = tryToPark(draft, leg, wanted);
  if (!attempt.ok) {
    const { failure } = attempt;
    return { status: failure in STATUS ? STATUS[failure as keyof typeof STATUS] : 480, reason: failure };
  }
  const { slot } = attempt.place;
  setPurpose(draft, sessionId, purposeOf("confirms", parkIdOf(attempt.place)), "park");
  parkOn(draft, leg, attempt, { isDirected: wanted.slot !== undefined });
  return { endpoint: "announcement:conference-enter", shown: { number: slot, name: `Parked on ${slot}` } };
}

/** Legs of established calls with another party. */
function callsOf(world: World, device: string): ModelLeg[] {
  return legsOf(world, device).filter((leg) => leg.isUp && otherLeg(world, leg)?.isUp === true);
}

function setPurpose(draft: Draft, sessionId: string, id: string, reason: "park" | "unpark"): void {
  const session = draft.world.sessions.get(sessionId);
  if (session !== undefined) putSession(draft, { ...session, purpose: { feature: "park", id }, reason });
}
