import type { Call } from "./call.ts";
import type { Endpoint, ModelEffect } from "./model-effect.ts";
import type { LegFacts, Place } from "./model-event.ts";
import type { CausedBy, FeatureDetail, FeatureReason, Why } from "./why.ts";
import type { ModelSettings } from "./model-settings.ts";
import type { Barge } from "./features/barge-state.ts";
import type { Conference } from "./features/conference-state.ts";
import type { QueuedCall } from "./features/hunt-state.ts";
import type { Parked } from "./features/park-state.ts";
import type { Pickup } from "./features/pickup-state.ts";
import type { Redirect } from "./features/redirect-state.ts";
import type { MakeCall } from "./features/make-call-state.ts";
import type { Routing } from "./features/route-state.ts";
import type { Transfer } from "./features/transfer-state.ts";
import { noSessions, noteSession, type SessionTables } from "./session-tables.ts";

/** A dialog in a call. */
export interface ModelLeg extends LegFacts {
  readonly callId: string;
  readonly connectionId: string;
  readonly sessionId: string;
  /** Its INVITE has had its 2xx. */
  readonly isUp: boolean;
  /** The phone holds by its own re-INVITE. */
  readonly isHolding: boolean;
  /** The switch holds for it, by command. */
  readonly isHeldByCommand: boolean;
  /** Music source that the other party hears meanwhile; absent: that of the device. */
  readonly holdMusic?: string;
}

/** What a session is for, where an event of it is a feature's business. */
export interface Purpose {
  readonly feature: FeatureName;
  readonly id: string;
}

/** Features that have a machine of their own. */
export type FeatureName =
  "transfer" | "conference" | "redirect" | "park" | "pickup" | "barge" | "hunt" | "setting" | "make-call" | "route";

/** A party that a session rings. */
export interface Ringing {
  readonly connectionId: string;
  readonly place: Place;
}

/** Two legs, or one and a service, or one that rings. */
export interface ModelSession {
  readonly sessionId: string;
  readonly callId: string;
  readonly stage: "setup" | "up";
  readonly caller?: string;
  readonly callee?: string;
  /** A leg that is asked to be the callee, while others ring. */
  readonly picking?: string;
  readonly endpoint?: Endpoint;
  readonly ringing: readonly Ringing[];
  readonly purpose?: Purpose;
  /** Why it was begun; absent: as any call. */
  readonly reason?: FeatureReason;
  readonly reasonDetail?: FeatureDetail;
  /** Absent: who mostly brings that about. */
  readonly reasonBy?: CausedBy;
  /** Why the model has ended it, whose end is told later. */
  readonly released?: Why;
}

/**
 * All calls of a node. Its values never change; the tables do, since a copy for each event would cost as much as there
 * are calls.
 */
export interface World extends SessionTables {
  readonly settings: ModelSettings;
  readonly calls: Map<string, Call>;
  readonly legs: Map<string, ModelLeg>;
  /** Names of the legs of each device, the oldest first: a trunk has thousands. */
  readonly legsOfDevices: Map<string, Set<string>>;
  /** Changed by `putSession` and `removeSession` only. */
  readonly sessions: ReadonlyMap<string, ModelSession>;
  readonly transfers: Map<string, Transfer>;
  readonly redirects: Map<string, Redirect>;
  /** By the sessions that are offered. */
  readonly routes: Map<string, Routing>;
  readonly parked: Map<string, Parked>;
  readonly pickups: Map<string, Pickup>;
  readonly madeCalls: Map<string, MakeCall>;
  /** By their calls. */
  readonly conferences: Map<string, Conference>;
  readonly barges: Map<string, Barge>;
  /** Callers in queues, who waits longest first. */
  readonly queued: Map<string, QueuedCall>;
}

/** One step: the world, and what is to be done. */
export interface Draft {
  readonly world: World;
  readonly effects: ModelEffect[];
  /** Legs that have ended in this step: features that had a part for them are told. */
  readonly gone?: ModelLeg[];
}

/** A world without calls. */
export function emptyWorld(settings: ModelSettings): World {
  return {
    settings,
    calls: new Map(),
    legs: new Map(),
    legsOfDevices: new Map(),
    sessions: new Map(),
    ...noSessions(),
    transfers: new Map(),
    redirects: new Map(),
    routes: new Map(),
    parked: new Map(),
    pickups: new Map(),
    madeCalls: new Map(),
    conferences: new Map(),
    barges: new Map(),
    queued: new Map(),
  };
}

/** The other leg of a leg's session; undefined when a service, or nobody, is there. */
export function otherLeg({ legs, sessions }: World, leg: ModelLeg): ModelLeg | undefined {
  const session = sessions.get(leg.sessionId);
  const other = session?.caller === leg.legId ? session.callee : session?.caller;
  return other === undefined ? undefined : legs.get(other);
}

/** Legs of a device, the oldest first. */
export function legsOf({ legs, legsOfDevices }: World, device: string): ModelLeg[] {
  const found: ModelLeg[] = [];
  for (const legId of legsOfDevices.get(device) ?? []) {
    const leg = legs.get(legId);
    if (leg !== undefined) found.push(leg);
  }
  return found;
}

/** Adds a leg, or changes one. */
export function putLeg({ world: { legs, legsOfDevices } }: Draft, leg: ModelLeg): void {
  const { legId, device } = leg;
  if (!legs.has(legId)) {
    const known = legsOfDevices.get(device);
    if (known === undefined) legsOfDevices.set(device, new Set([legId]));
    else known.add(legId);
  }
  legs.set(legId, leg);
}

/** Forgets a leg. */
export function removeLeg({ world: { legs, legsOfDevices }, gone }: Draft, leg: ModelLeg): void {
  const { legId, device } = leg;
  if (legs.delete(legId)) gone?.push(leg);
  const left = legsOfDevices.get(device);
  left?.delete(legId);
  if (left?.size === 0) legsOfDevices.delete(device);
}

/** The leg as it is now. @throws {Error} when it is gone: the caller should have known */
export function legOf({ world: { legs } }: Draft, legId: string): ModelLeg {
  const leg = legs.get(legId);
  if (leg === undefined) throw new Error(`no leg ${legId}`);
  return leg;
}

/** Names a session of a call. */
export function nameSession({ world }: Draft, callId: string): string {
  const call = world.calls.get(callId);
  const named = (call?.named ?? 0) + 1;
  if (call !== undefined) world.calls.set(callId, { ...call, named });
  return `${callId}.${named}`;
}

/** The call that a session was made for; ids of calls have no dot. */
export function callOfSession(sessionId: string): string {
  return sessionId.split(".", 1)[0] ?? sessionId;
}

/** Changes what is known of a session. */
export function putSession({ world }: Draft, session: ModelSession): void {
  const former = world.sessions.get(session.sessionId);
  (world.sessions as Map<string, ModelSession>).set(session.sessionId, session);
  noteSession(world, former, session);
}

/** Forgets a session. */
export function removeSession({ world }: Pick<Draft, "world">, sessionId: string): void {
  const former = world.sessions.get(sessionId);
  (world.sessions as Map<string, ModelSession>).delete(sessionId);
  noteSession(world, former, undefined);
}

/** Sessions that ring at a device, or offer it their call, who began first first. */
export function* sessionsRingingAt(
  { sessions, ringingAt }: Pick<World, "sessions" | "ringingAt">,
  device: string,
): Iterable<ModelSession> {
  for (const sessionId of ringingAt.get(device) ?? []) {
    const session = sessions.get(sessionId);
    if (session !== undefined) yield session;
  }
}
