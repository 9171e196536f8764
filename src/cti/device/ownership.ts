import type { Registration } from "./registration.ts";

/** A session that has registered for the calls of a device, as owner or to stand in for it. */
export interface Holder {
  readonly session: string;
  readonly user: string;
  readonly group?: string;
  readonly registration: Registration;
  /** Who has it for longer comes first. */
  readonly order: number;
  /** False: its application has failed, and its lease runs. */
  readonly isLive: boolean;
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

export type OwnershipEvent =
  | { readonly type: "opened"; readonly holder: Holder; readonly wallMs: number }
  | { readonly type: "closed"; readonly session: string; readonly isLeaseOver: boolean; readonly wallMs: number }
  | { readonly type: "failed"; readonly session: string; readonly wallMs: number }
  | { readonly type: "recovered"; readonly session: string; readonly wallMs: number }
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
    case "failed":
      return fail(ownership, event.session, event.wallMs);
    case "recovered":
      return recover(ownership, event.session, event.wallMs);
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
  if (owner?.isLive !== true || owner.session === holder.session) return own(next, holder, wallMs);
  return { ownership: next, effects: [] };
}

function close(ownership: Ownership, session: string, isLeaseOver: boolean, wallMs: number): Step {
  const next = { ...ownership, holders: ownership.holders.filter((holder) => holder.session !== session) };
  if (ownership.owner !== session) return { ownership: next, effects: [] };
  const heir = next.holders.find(({ isLive }) => isLive);
  if (heir !== undefined) return own(next, heir, wallMs);
  const { holders, fence } = next;
  const effects: OwnershipEffect[] = [{ type: isLeaseOver ? "lost" : "disown", fence }, { type: "new-owner" }];
  return { ownership: { holders, fence }, effects };
}

function fail(ownership: Ownership, session: string, wallMs: number): Step {
  const next = withLive(ownership, session, false);
  if (ownership.owner !== session) return { ownership: next, effects: [] };
  const heir = next.holders.find(({ isLive }) => isLive);
  if (heir !== undefined) return own(next, heir, wallMs);
  return { ownership: next, effects: [{ type: "failed", fence: next.fence }] };
}

function recover(ownership: Ownership, session: string, wallMs: number): Step {
  const next = withLive(ownership, session, true);
  const holder = holderOf(next, session);
  if (holder === undefined) return { ownership: next, effects: [] };
  if (next.owner === session) return { ownership: next, effects: [{ type: "own", holder, fence: next.fence }] };
  return holderOf(next, next.owner)?.isLive === true ? { ownership: next, effects: [] } : own(next, holder, wallMs);
}

function own(ownership: Ownership, holder: Holder, wallMs: number): Step {
  const fence = Math.max(ownership.fence + 1, wallMs);
  const effects: OwnershipEffect[] =
    ownership.owner === holder.session ? [] : [{ type: "new-owner", owner: holder.session }];
  effects.push({ type: "own", holder, fence });
  return { ownership: { ...ownership, owner: holder.session, fence }, effects };
}

function withLive(ownership: Ownership, session: string, isLive: boolean): Ownership {
  const holders = ownership.holders.map((holder) => (holder.session === session ? { ...holder, isLive } : holder));
  return { ...ownership, holders };
}
