import { withMore } from "../../common/index.ts";
import type { SessionPhase } from "../session/session-clock.ts";
import type { Registration } from "./registration.ts";

/** A session that has registered for the calls of a device, as owner or to stand in for it. */
export interface Holder {
  readonly session: string;
  readonly user: string;
  readonly group?: string;
  readonly registration: Registration;
  /** Who has it for longer comes first. */
  readonly order: number;
  /** Of its session. One that has failed owns nothing that another one can have. */
  readonly phase: SessionPhase;
}

/** Who has a CTI port or a route point. Pure; `DeviceOwners` performs the effects. */
export interface Ownership {
  /** The first one first. */
  readonly holders: readonly Holder[];
  /** Session of the owner: the one that decides what becomes of calls. */
  readonly owner?: string;
  /** Of the last owner; each one has a higher one. */
  readonly fence: number;
}

/**
 * What has become of the application of a holder. `heard`: one that was waited for, or absent; `recovered`: one that had
 * failed has resumed; `absent`: a standby that is there, now or later, takes its place.
 */
export type HolderChange = "heard" | "silent" | "absent" | "failed" | "recovered";

export type OwnershipEvent =
  | { readonly type: "opened"; readonly holder: Holder; readonly wallMs: number }
  | { readonly type: "closed"; readonly session: string; readonly isLeaseOver: boolean; readonly wallMs: number }
  | { readonly type: HolderChange; readonly session: string; readonly wallMs: number }
  /** All holders of before a restart are there. */
  | { readonly type: "restored"; readonly wallMs: number }
  /** Call control knows of a later owner: the fence was too low. */
  | { readonly type: "fenced"; readonly wallMs: number };

/** What call control is told; `new-owner`: the sessions are told, too. */
export type OwnershipEffect =
  | { readonly type: "own"; readonly holder: Holder; readonly fence: number }
  | { readonly type: "disown" | "failed" | "lost"; readonly fence: number }
  | { readonly type: "new-owner"; readonly owner?: string };

interface Step {
  readonly ownership: Ownership;
  readonly effects: readonly OwnershipEffect[];
}

export const UNOWNED: Ownership = { holders: [], fence: 0 };

/** How far the fence is raised when somebody else has had a higher one. */
const FENCE_LEAP = 60_000;

/** Advances who owns a device. */
export function stepOwnership(ownership: Ownership, event: OwnershipEvent): Step {
  switch (event.type) {
    case "opened":
      return open(ownership, event.holder, event.wallMs);
    case "closed":
      return close(ownership, event.session, event.isLeaseOver, event.wallMs);
    case "heard":
    case "silent":
    case "absent":
      return change(ownership, event.session, event.type === "heard" ? "connected" : event.type, event.wallMs);
    case "failed":
      return fail(ownership, event.session, event.wallMs);
    case "recovered":
      return recover(ownership, event.session, event.wallMs);
    case "restored":
      return restore(ownership, event.wallMs);
    case "fenced": {
      const owner = holderOf(ownership, ownership.owner);
      if (owner === undefined) return { ownership, effects: [] };
      return own({ ...ownership, fence: ownership.fence + FENCE_LEAP }, owner, event.wallMs);
    }
  }
}

/** The holder of a session. */
export function holderOf(ownership: Ownership, session: string | undefined): Holder | undefined {
  return ownership.holders.find((holder) => holder.session === session);
}

/** Instances of one application. */
export function areStandbys(one: Pick<Holder, "user" | "group">, other: Pick<Holder, "user" | "group">): boolean {
  return one.group !== undefined && one.group === other.group && one.user === other.user;
}

function open(ownership: Ownership, holder: Holder, wallMs: number): Step {
  const others = ownership.holders.filter(({ session }) => session !== holder.session);
  const next = { ...ownership, holders: [...others, holder].sort((one, other) => one.order - other.order) };
  const owner = holderOf(next, ownership.owner);
  if (owner === undefined || owner.phase === "failed" || owner.session === holder.session) {
    return own(next, holder, wallMs);
  }
  return relieve(next, wallMs);
}

/** Who is heard of comes back from a failure by `recovered` only. */
function change(ownership: Ownership, session: string, phase: SessionPhase, wallMs: number): Step {
  if (holderOf(ownership, session)?.phase === "failed") return { ownership, effects: [] };
  return relieve(withPhase(ownership, session, phase), wallMs);
}

/** A standby that is there takes the place of an owner that is absent. */
function relieve(ownership: Ownership, wallMs: number): Step {
  const owner = holderOf(ownership, ownership.owner);
  if (owner?.phase !== "absent") return { ownership, effects: [] };
  const heir = ownership.holders.find((holder) => holder.phase === "connected" && areStandbys(owner, holder));
  return heir === undefined ? { ownership, effects: [] } : own(ownership, heir, wallMs);
}

function restore(ownership: Ownership, wallMs: number): Step {
  const owner = holderOf(ownership, ownership.owner);
  const holder = owner ?? ownership.holders[0];
  if (holder === undefined) return { ownership, effects: [] };
  if (holder.phase === "failed") return fail(ownership, holder.session, wallMs);
  if (holder !== owner) return own(ownership, holder, wallMs);
  return { ownership, effects: [{ type: "own", holder, fence: ownership.fence }] };
}

/** Who has it next when it has to be somebody else. */
function heirOf({ holders }: Ownership): Holder | undefined {
  const alive = holders.filter(({ phase }) => phase !== "failed");
  return alive.find(({ phase }) => phase !== "absent") ?? alive[0];
}

function close(ownership: Ownership, session: string, isLeaseOver: boolean, wallMs: number): Step {
  const next = { ...ownership, holders: ownership.holders.filter((holder) => holder.session !== session) };
  if (ownership.owner !== session) return { ownership: next, effects: [] };
  const heir = heirOf(next);
  if (heir !== undefined) return own(next, heir, wallMs);
  const { holders, fence } = next;
  const effects: OwnershipEffect[] = [{ type: isLeaseOver ? "lost" : "disown", fence }, { type: "new-owner" }];
  return { ownership: { holders, fence }, effects };
}

function fail(ownership: Ownership, session: string, wallMs: number): Step {
  const next = withPhase(ownership, session, "failed");
  if (ownership.owner !== session) return { ownership: next, effects: [] };
  const heir = heirOf(next);
  if (heir !== undefined) return own(next, heir, wallMs);
  return { ownership: next, effects: [{ type: "failed", fence: next.fence }] };
}

function recover(ownership: Ownership, session: string, wallMs: number): Step {
  const next = withPhase(ownership, session, "connected");
  const holder = holderOf(next, session);
  if (holder === undefined) return { ownership: next, effects: [] };
  if (next.owner === session) return { ownership: next, effects: [{ type: "own", holder, fence: next.fence }] };
  const owner = holderOf(next, next.owner);
  return owner === undefined || owner.phase === "failed" ? own(next, holder, wallMs) : relieve(next, wallMs);
}

function own(ownership: Ownership, holder: Holder, wallMs: number): Step {
  const fence = Math.max(ownership.fence + 1, wallMs);
  const effects: OwnershipEffect[] =
    ownership.owner === holder.session ? [] : [{ type: "new-owner", owner: holder.session }];
  effects.push({ type: "own", holder, fence });
  return { ownership: withMore(ownership, { owner: holder.session, fence }), effects };
}

function withPhase(ownership: Ownership, session: string, phase: SessionPhase): Ownership {
  const holders = ownership.holders.map((holder) => (holder.session === session ? { ...holder, phase } : holder));
  return { ...ownership, holders };
}
