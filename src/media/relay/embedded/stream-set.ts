import { MediaError } from "../../media-error.ts";
import type { SessionDescription } from "../../sdp/session-description.ts";
import type { LegAllocator, RelayLeg } from "./relay-leg.ts";
import type { RelaySide } from "./relay-side.ts";
import { connectLegs, newRelayStream, targetsOf, type RelayStream } from "./relay-stream.ts";

/** One of the two parties of a session, by position. */
export type SideIndex = 0 | 1;

/** Streams of one session that are relayed; further ones are refused in the SDP. */
const MAX_STREAMS = 4;

/** The relayed media lines of a session. Owns their sockets. */
export class StreamSet {
  readonly #allocator: LegAllocator;
  readonly #sides: readonly [RelaySide, RelaySide];
  readonly #streams = new Map<number, RelayStream>();
  #isClosed = false;

  constructor(allocator: LegAllocator, sides: readonly [RelaySide, RelaySide]) {
    this.#allocator = allocator;
    this.#sides = sides;
  }

  get size(): number {
    return this.#streams.size;
  }

  values(): readonly RelayStream[] {
    return [...this.#streams.values()];
  }

  get(mediaIndex: number): RelayStream | undefined {
    return this.#streams.get(mediaIndex);
  }

  /** The RTP port that faces a side; 0 where there is none. */
  portOf(mediaIndex: number, side: SideIndex): number {
    return this.#streams.get(mediaIndex)?.legs[side]?.port ?? 0;
  }

  /** All RTP ports. */
  ports(): number[] {
    return this.values().flatMap(({ legs }) => legs.flatMap((leg) => (leg === undefined ? [] : [leg.port])));
  }

  /**
   * Binds what is missing of the media lines, all or nothing, and connects their sides; lines beyond the fourth that
   * would be new are left out.
   * @throws {MediaError} `no-ports`
   */
  async ensure(mediaIndexes: readonly number[], sides: readonly SideIndex[]): Promise<void> {
    let left = Math.max(0, MAX_STREAMS - this.#streams.size);
    const streams: RelayStream[] = [];
    for (const index of mediaIndexes) {
      const known = this.#streams.get(index);
      if (known === undefined && left-- <= 0) continue;
      streams.push(known ?? newRelayStream(index));
    }
    const bound: { stream: RelayStream; side: SideIndex; leg: RelayLeg }[] = [];
    try {
      for (const stream of streams) {
        for (const side of sides) {
          if (stream.legs[side] !== undefined) continue;
          bound.push({ stream, side, leg: await this.#allocator.allocate(this.#sides[side], stream.payloads) });
        }
      }
    } catch (error) {
      for (const { leg } of bound) leg.close();
      throw error;
    }
    for (const { stream, side, leg } of bound) {
      stream.legs[side] = leg;
      leg.rtp.canAdapt = stream.isPlain;
    }
    for (const stream of streams) {
      this.add(stream);
      connectLegs(stream);
    }
  }

  /** Takes over a stream with its sockets. */
  add(stream: RelayStream): void {
    this.#streams.set(stream.mediaIndex, stream);
  }

  /**
   * Refuses an SDP whose packets would come back to the session for ever.
   * @throws {MediaError} `offer-refused`
   */
  refuseOwnPorts(description: SessionDescription, ownAddresses: readonly string[]): void {
    const ports = new Set(this.ports().flatMap((port) => [port, port + 1]));
    for (const media of description.media) {
      const { rtp, rtcp } = targetsOf(media);
      for (const target of [rtp, rtcp]) {
        if (target === undefined || !ports.has(target.port) || !ownAddresses.includes(target.address)) continue;
        throw new MediaError("offer-refused", "the SDP points at the session's own ports", { port: target.port });
      }
    }
  }

  /** Closes the sockets and gives the ports back; may be called twice. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.values().forEach(closeLegs);
  }
}

function closeLegs({ legs }: RelayStream): void {
  for (const leg of legs) leg?.close();
}
