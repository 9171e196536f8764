import { withMore } from "../../../common/index.ts";
import { dropLeg } from "../basic-call.ts";
import type { Endpoint } from "../model-effect.ts";
import { attach, join } from "../reconnect.ts";
import type { Why } from "../why.ts";
import { otherLeg, type Draft, type ModelLeg, type ModelSession, type World, removeSession } from "../world.ts";

/** Whom a leg is connected with: another leg, or a service. */
export type Opposite = { readonly leg: ModelLeg } | { readonly service: Endpoint };

/** The calls that a transfer is about. */
export interface TransferredCalls {
  readonly surviving: string;
  /** Absent: there was one call only. */
  readonly dissolved?: string;
  /** Device that asked for it. */
  readonly controller: string;
}

/** Who else is in an established call; undefined: nobody yet, or a feature has the leg. */
export function oppositeOf(world: World, leg: ModelLeg): Opposite | undefined {
  const session = world.sessions.get(leg.sessionId);
  if (!leg.isUp || session?.stage !== "up") return undefined;
  const other = otherLeg(world, leg);
  if (other !== undefined) return other.isUp ? { leg: other } : undefined;
  const isFeature = session.purpose !== undefined || session.endpoint?.startsWith("conference:") === true;
  return session.endpoint === undefined || isFeature ? undefined : { service: session.endpoint };
}

/** Who has answered a call of the switch; a service is named without a session of its own. */
export function oppositeAt(
  { world }: Draft,
  sessionId: string,
  legId: string | undefined,
  endpoint: ModelSession["endpoint"],
): Opposite | undefined {
  const leg = legId === undefined ? undefined : world.legs.get(legId);
  if (leg !== undefined) return { leg };
  removeSession({ world }, sessionId);
  return endpoint === undefined ? undefined : { service: endpoint };
}

/** Does a transfer, whose changes belong together. */
export function transferring(draft: Draft, calls: TransferredCalls, act: () => void): void {
  const told = { type: "feature", feature: "transfer", ...calls } as const;
  draft.effects.push({ type: "change", change: withMore(told, { moment: "start", isDone: false }) });
  act();
  draft.effects.push({ type: "change", change: withMore(told, { moment: "end", isDone: true }) });
}

/** Connects a leg with whom another one was connected with. */
export function connect(draft: Draft, callId: string, leg: ModelLeg, to: Opposite, why: Why): void {
  if ("leg" in to) join(draft, callId, leg.legId, to.leg.legId, why);
  else attach(draft, callId, leg.legId, to.service, { why });
}

/** Ends a leg, and what is left of its session. */
export function releaseLeg(draft: Draft, leg: ModelLeg, why: Why): void {
  dropLeg(draft, leg, why);
  draft.effects.push({ type: "release", sessionId: leg.sessionId, why });
}
