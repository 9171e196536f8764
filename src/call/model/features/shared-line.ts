import { connectionOf, setTerminal } from "../call-changes.ts";
import type { Connection } from "../call.ts";
import type { TerminalConnectionState } from "../terminal-connection-state.ts";
import type { Why } from "../why.ts";
import type { Draft, ModelLeg, World } from "../world.ts";

/** What the devices of a line see of a call that others of them have. */

/** Where a leg is. */
type Seat = Pick<ModelLeg, "callId" | "connectionId">;

/**
 * The devices of a connection's line that are not in the call see it: `bridged`, or `in-use` while who talks wants to be
 * alone. A call on hold may be taken by any of them.
 * @param rung devices that were rung, and are not any more
 */
export function showLine(draft: Draft, { callId, connectionId }: Seat, why: Why, rung: readonly string[] = []): void {
  const connection = connectionOf(draft, callId, connectionId);
  if (connection === undefined) return;
  const { line } = connection.address;
  const sharing = line === undefined ? [] : draft.world.settings.devicesOf(line);
  if (sharing.length < 2 && rung.length === 0) return;
  const isActive = (device: string): boolean =>
    connection.terminals.some((one) => one.device === device && one.legId !== undefined);
  if (rung.every(isActive) && sharing.every(isActive)) return;
  if (activeLegs(draft.world, connection).length === 0) return;
  const state = passiveState(draft.world, connection);
  for (const device of new Set([...rung, ...sharing])) {
    if (!isActive(device)) setTerminal(draft, { callId, connectionId, device }, state, why);
  }
}

/** A device of a connection is out; while others of its line go on it sees their call. */
export function leaveLine(draft: Draft, leg: ModelLeg, why: Why): void {
  const { callId, connectionId, device, address } = leg;
  const connection = connectionOf(draft, callId, connectionId);
  const isGoingOn = connection !== undefined && activeLegs(draft.world, connection).length > 0;
  const isShared =
    isGoingOn && address.line !== undefined && draft.world.settings.devicesOf(address.line).includes(device);
  if (!isShared) return setTerminal(draft, leg, "dropped", why);
  setTerminal(draft, { callId, connectionId, device }, passiveState(draft.world, connection), why);
  showLine(draft, leg, why);
}

/** Legs of a connection's devices. */
export function activeLegs({ legs }: World, { terminals }: Connection): ModelLeg[] {
  return terminals.map(({ legId }) => legs.get(legId ?? "")).filter((leg) => leg !== undefined);
}

/** All its devices hold. */
export function isHeldThere(legs: readonly ModelLeg[]): boolean {
  return legs.every(({ isHolding, isHeldByCommand }) => isHolding || isHeldByCommand);
}

/** How devices that are not in a call of their line see it. */
export function passiveState(world: World, connection: Connection): TerminalConnectionState & ("bridged" | "in-use") {
  const active = activeLegs(world, connection);
  if (isHeldThere(active)) return "bridged";
  const { line } = connection.address;
  const { settings } = world;
  const isPrivate = line !== undefined && settings.isPrivateLine(line);
  return isPrivate || active.some(({ device }) => settings.isPrivate(device)) ? "in-use" : "bridged";
}
