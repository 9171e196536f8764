import type { Address } from "../call.ts";
import type { CommandFailure } from "../../../signals/index.ts";
import { otherLeg, type ModelLeg, type ModelSession, type World } from "../world.ts";
import { conferenceOf, membersOf } from "./conference-members.ts";
import { MAX_PARTIES } from "./conference-state.ts";
import { isInvolved } from "./involved.ts";
import { unfitForPlain } from "./media-fit.ts";
import { activeLegs, isHeldThere, passiveState } from "./shared-line.ts";

/** A call of a line that another device of it may enter. */
export interface Enterable {
  readonly callId: string;
  readonly connectionId: string;
  /** Of the line. */
  readonly address: Address;
  /** Legs of the line's devices in it. */
  readonly holders: readonly ModelLeg[];
  readonly holder: ModelLeg;
  /** All of them hold. */
  readonly isHeld: boolean;
  readonly session: ModelSession;
  /** Who the line is connected with; absent in a conference. */
  readonly party?: ModelLeg;
}

/** Why a call may not be entered. */
export interface NotEnterable {
  readonly failure: CommandFailure;
  readonly detail: string;
}

/** The call of its line that a device may enter, as it is now. @param isRetrieval only on hold */
export function enterableCall(
  world: World,
  device: string,
  callId: string,
  isRetrieval: boolean,
): Enterable | NotEnterable {
  const connections = world.calls.get(callId)?.connections ?? [];
  const connection = connections.find(({ address, terminals }) => {
    const isThere = terminals.some((one) => one.device === device && one.legId === undefined);
    return isThere && address.line !== undefined && world.settings.linesOf(device).includes(address.line);
  });
  if (connection === undefined) {
    return { failure: "device-not-in-call", detail: `no other device of a line of ${device} has such a call` };
  }
  const holders = activeLegs(world, connection);
  const [holder] = holders;
  const session = holder === undefined ? undefined : world.sessions.get(holder.sessionId);
  if (holder?.isUp !== true || session === undefined)
    return { failure: "wrong-state", detail: "it is not established" };
  if (passiveState(world, connection) === "in-use") return { failure: "private", detail: "the call is private" };
  const isHeld = isHeldThere(holders);
  if (isRetrieval && !isHeld) return { failure: "wrong-state", detail: "the call is not on hold" };
  const { connectionId, address } = connection;
  const found = { callId, connectionId, address, holders, holder, isHeld, session };
  const conference = conferenceOf(world, holder);
  if (conference === undefined) return withParty(world, found);
  if (conference.gathering !== undefined)
    return { failure: "pending", detail: "another feature is at work in the call" };
  const parties = membersOf(world, conference).length + conference.invitations.length;
  const isFull = !isHeld && parties >= MAX_PARTIES;
  return isFull ? { failure: "conference-full", detail: `a conference has at most ${MAX_PARTIES} parties` } : found;
}

function withParty(world: World, found: Enterable): Enterable | NotEnterable {
  const party = otherLeg(world, found.holder);
  const isBusy = [found.holder, party].some((leg) => leg !== undefined && isInvolved(world, leg.legId));
  if (isBusy || found.session.purpose !== undefined) {
    return { failure: "pending", detail: "another feature is at work in the call" };
  }
  if (party?.isUp === true) return unfitForPlain(party) ?? { ...found, party };
  return { failure: "wrong-state", detail: "there is no established other party" };
}
