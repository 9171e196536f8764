import type { Call } from "./call.ts";
import type { LegFacts } from "./model-event.ts";
import type { Endpoint } from "./model-effect.ts";
import type { ModelLeg, ModelSession, World } from "./world.ts";

/** A call that cannot be made anew from its session alone, with all that is in it. */
export interface SavedModelCall {
  readonly call: Call;
  readonly legs: readonly ModelLeg[];
  readonly sessions: readonly ModelSession[];
}

/** What outlives the process: calls of more than one plain session, and each entry of a feature's table. */
export interface SavedModel {
  readonly calls: readonly SavedModelCall[];
  readonly features: readonly SavedFeature[];
}

/** One entry of a table of the `World`. */
export interface SavedFeature {
  readonly table: FeatureTable;
  readonly key: string;
  readonly value: unknown;
}

/** A session that is up, as it was taken up again. */
export interface RestoredSession {
  readonly sessionId: string;
  readonly caller: RestoredLeg;
  /** Absent: a service of the switch. */
  readonly callee?: RestoredLeg;
  readonly endpoint?: Endpoint;
  /** As dialed. */
  readonly called: string;
}

export type RestoredLeg = LegFacts & { readonly isHolding: boolean };

/** Tables of the `World` that are features' own. */
export type FeatureTable = Exclude<
  { [Name in keyof World]: World[Name] extends Map<string, infer _Entry> ? Name : never }[keyof World],
  "calls" | "legs" | "legsOfDevices"
>;

const CORE_TABLES: ReadonlySet<string> = new Set([
  "calls",
  "legs",
  "legsOfDevices",
  "sessions",
  "sessionsOf",
  "ringingAt",
  "ringingFor",
]);

/** The tables of features, by their names. */
export function featureTables(world: World): ReadonlyMap<FeatureTable, Map<string, unknown>> {
  const tables = Object.entries(world as object).filter(
    (entry): entry is [FeatureTable, Map<string, unknown>] => entry[1] instanceof Map && !CORE_TABLES.has(entry[0]),
  );
  return new Map(tables);
}

/** True when a call is what `plainCall` makes of its only session, so that nothing more has to be kept of it. */
export function isPlainCall({ legs }: World, call: Call, sessions: readonly ModelSession[]): boolean {
  const [session, ...others] = sessions;
  if (session === undefined || others.length > 0) return false;
  if (session.sessionId !== call.callId || session.purpose !== undefined) return false;
  // It is over when its process dies before it is up.
  if (session.stage === "setup") return true;
  const parties = [session.caller, session.callee].filter((legId) => legId !== undefined);
  const isChanged = call.mergedInto !== undefined || call.mergedFrom.length > 0 || call.lastRedirecting !== undefined;
  if (isChanged || call.named !== parties.length || call.connections.length !== parties.length) return false;
  return parties.every((legId, index) => {
    const leg = legs.get(legId);
    const connection = call.connections[index];
    const [terminal, ...more] = connection?.terminals ?? [];
    const isOwn = connection?.connectionId === `${call.callId}/${index + 1}` && terminal?.legId === legId;
    return isOwn && more.length === 0 && leg?.isHeldByCommand === false;
  });
}
