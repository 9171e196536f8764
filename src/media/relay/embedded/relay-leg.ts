import { errorCodeOf, type Logger } from "../../../common/index.ts";
import { MediaError } from "../../media-error.ts";
import type { PayloadTable } from "../../rtp/payload-table.ts";
import type { PortPool } from "./port-pool.ts";
import type { ReadyPairs } from "./ready-pairs.ts";
import type { RelayContext, SocketOwner } from "./relay-context.ts";
import { RtcpEnd } from "./rtcp-end.ts";
import { RtpEnd } from "./rtp-end.ts";
import { bindSocketPair, type SocketPair } from "./socket-pair.ts";

/** What faces one side on one stream: a port pair. */
export interface RelayLeg {
  /** The RTP port; RTCP has the next. */
  readonly port: number;
  readonly rtp: RtpEnd;
  readonly rtcp: RtcpEnd;
  /** A leg of another side with the same sockets and sources, which has counted nothing yet; this one has none then. */
  move(owner: SocketOwner, payloads: PayloadTable): RelayLeg;
  /** Closes the sockets and gives the ports back; may be called twice. */
  close(): void;
}

/** Options of a `LegAllocator`. */
export interface LegAllocatorOptions {
  readonly pool: PortPool;
  /** Of the same pool; used first. */
  readonly ready: ReadyPairs;
  /** Local address of the sockets. */
  readonly address: string;
  readonly context: RelayContext;
  readonly logger: Logger;
}

/** Makes legs on free ports. */
export class LegAllocator {
  readonly #options: LegAllocatorOptions;

  constructor(options: LegAllocatorOptions) {
    this.#options = options;
  }

  /**
   * Takes a port pair that is ready, or binds the next free one; pairs that another program has are passed over and
   * rest.
   * @throws {MediaError} `no-ports`
   */
  async allocate(owner: SocketOwner, payloads: PayloadTable): Promise<RelayLeg> {
    const { pool, ready, address } = this.#options;
    const pair = ready.take();
    if (pair !== undefined) return this.#leg(pair, owner, payloads);
    // Each failure puts a pair to rest, so the pool runs out at the latest.
    for (let attempt = 0; attempt < pool.capacity; attempt += 1) {
      const port = pool.take();
      if (port === undefined) break;
      try {
        return this.#leg(await bindSocketPair(address, port), owner, payloads);
      } catch (error) {
        pool.free(port);
        if (errorCodeOf(error) !== "EADDRINUSE") throw noPorts(error);
      }
    }
    throw noPorts(undefined);
  }

  /** Binds the port pair that a session had before; `undefined` when it is not to be had. */
  async reclaim(port: number, owner: SocketOwner, payloads: PayloadTable): Promise<RelayLeg | undefined> {
    const { pool, address, logger } = this.#options;
    if (!pool.claim(port)) return undefined;
    try {
      return this.#leg(await bindSocketPair(address, port), owner, payloads);
    } catch (error) {
      pool.free(port);
      logger.warn("relay port lost", { port, error: errorCodeOf(error) });
      return undefined;
    }
  }

  #leg(pair: SocketPair, owner: SocketOwner, payloads: PayloadTable, before?: RelayLeg): RelayLeg {
    const { context, pool } = this.#options;
    const rtp = new RtpEnd(pair.rtp, context, owner, payloads, before?.rtp);
    const rtcp = new RtcpEnd(pair.rtcp, context, owner, before?.rtcp.lock);
    pair.rtp.on("message", (packet, source) => rtp.receive(packet, source));
    pair.rtcp.on("message", (packet, source) => rtcp.receive(packet, source));
    let hasSockets = true;
    const close = (): void => {
      if (!hasSockets) return;
      hasSockets = false;
      pair.close();
      pool.free(pair.port);
    };
    const leg: RelayLeg = {
      port: pair.port,
      rtp,
      rtcp,
      close,
      move: (nextOwner, nextPayloads) => {
        hasSockets = false;
        pair.rtp.removeAllListeners("message");
        pair.rtcp.removeAllListeners("message");
        return this.#leg(pair, nextOwner, nextPayloads, leg);
      },
    };
    return leg;
  }
}

/** Too many open files is the same to the caller as too few ports. */
function noPorts(cause: unknown): MediaError {
  const code = errorCodeOf(cause);
  return new MediaError("no-ports", "no port pair is free", code === undefined ? {} : { cause: code }, { cause });
}
