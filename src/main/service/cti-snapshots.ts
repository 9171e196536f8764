import { SwitchError, type ChannelPeer } from "../../common/index.ts";
import type { CtiSnapshot, CtiSnapshotPart } from "../../signals/index.ts";

/** Of all kinds together: with as much user data as calls may have that is far below what a message may be. */
const PART_SIZE = 250;

/** Snapshots on their way to CTIManagers, in parts that are asked for one after the other. */
export class CtiSnapshots {
  /** What a connection has not been given the last part of; views do not change. */
  readonly #taken = new WeakMap<ChannelPeer, CtiSnapshot>();

  /**
   * @param take what is now, for the first part
   * @param from `next` of the part before; absent: it is the first one
   * @throws {SwitchError} `bad-params`: that snapshot is over, or was never taken
   */
  part(peer: ChannelPeer, take: () => CtiSnapshot, from?: number): CtiSnapshotPart {
    const snapshot = from === undefined ? take() : this.#taken.get(peer);
    if (snapshot === undefined) throw new SwitchError("bad-params", "that snapshot is over: begin anew", { from });
    const part = partOf(snapshot, from ?? 0);
    if (part.next === undefined) this.#taken.delete(peer);
    else this.#taken.set(peer, snapshot);
    return part;
  }
}

function partOf({ epoch, position, devices, lines, calls, routes }: CtiSnapshot, from: number): CtiSnapshotPart {
  let skipped = from;
  let room = PART_SIZE;
  const some = <View>(views: readonly View[]): readonly View[] => {
    const taken = views.slice(skipped, skipped + room);
    skipped = Math.max(0, skipped - views.length);
    room -= taken.length;
    return taken;
  };
  const part = {
    epoch,
    position,
    devices: some(devices),
    lines: some(lines),
    calls: some(calls),
    routes: some(routes),
  };
  const next = from + PART_SIZE;
  const isLast = next >= devices.length + lines.length + calls.length + routes.length;
  return isLast ? part : { ...part, next };
}
